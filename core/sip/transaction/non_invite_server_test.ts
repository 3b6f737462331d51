// RFC 3261 figure 8.

import assert from "node:assert/strict";
import { livingCells, walk } from "../../machine/walk.ts";
import { nonInviteServer } from "./non_invite_server.ts";

// The arrows of the RFC's figure, and what its text says is dropped: event → next state.
const figure: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  trying: {
    request: "ignore",
    provisional: "proceeding",
    final: "completed",
    transportError: "ignore",
  },
  proceeding: {
    request: "proceeding",
    provisional: "proceeding",
    final: "completed",
    transportError: "terminated",
  },
  completed: {
    request: "completed",
    provisional: "ignore",
    final: "ignore",
    timerJ: "terminated",
    transportError: "terminated",
  },
  terminated: { provisional: "ignore", final: "ignore" },
};

const passed = walk(nonInviteServer, {
  start: "trying",
  running: [],
  outside: {
    request: ["trying", "proceeding", "completed"],
    provisional: ["trying", "proceeding", "completed", "terminated"],
    final: ["trying", "proceeding", "completed", "terminated"],
    transportError: ["trying", "proceeding", "completed"],
  },
  timers: {
    end: "stops all",
    startJ: { starts: "timerJ" },
  },
});

Deno.test("nonInviteServer has the arrows of the RFC's figure, and no others", () => {
  const expected: string[] = [];
  for (const [state, arrows] of Object.entries(figure)) {
    for (const [event, next] of Object.entries(arrows)) expected.push(`${state} ${event} ${next}`);
  }
  assert.deepEqual([...passed].map(([cell, next]) => `${cell} ${next}`).sort(), expected.sort());
});

Deno.test("nonInviteServer reaches each cell that is not never", () => {
  assert.deepEqual([...passed.keys()].sort(), livingCells(nonInviteServer).sort());
});
