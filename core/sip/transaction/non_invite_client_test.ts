// RFC 3261 figure 6.

import assert from "node:assert/strict";
import { livingCells, walk } from "../../machine/walk.ts";
import { nonInviteClient } from "./non_invite_client.ts";

// The arrows of the RFC's figure, and what its text says is dropped: event → next state.
const figure: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  trying: {
    provisional: "proceeding",
    final: "completed",
    timerE: "trying",
    timerF: "terminated",
    transportError: "terminated",
  },
  proceeding: {
    provisional: "proceeding",
    final: "completed",
    timerE: "proceeding",
    timerF: "terminated",
    transportError: "terminated",
  },
  completed: { provisional: "ignore", final: "ignore", timerK: "terminated", transportError: "ignore" },
};

const passed = walk(nonInviteClient, {
  start: "trying",
  running: ["timerE", "timerF"],
  outside: {
    provisional: ["trying", "proceeding", "completed"],
    final: ["trying", "proceeding", "completed"],
    transportError: ["trying", "proceeding", "completed"],
  },
  timers: {
    stopTimers: "stops all",
    end: "stops all",
    restartE: { starts: "timerE" },
    restartEAtT2: { starts: "timerE" },
    startK: { starts: "timerK" },
  },
});

Deno.test("nonInviteClient has the arrows of the RFC's figure, and no others", () => {
  const expected: string[] = [];
  for (const [state, arrows] of Object.entries(figure)) {
    for (const [event, next] of Object.entries(arrows)) expected.push(`${state} ${event} ${next}`);
  }
  assert.deepEqual([...passed].map(([cell, next]) => `${cell} ${next}`).sort(), expected.sort());
});

Deno.test("nonInviteClient reaches each cell that is not never", () => {
  assert.deepEqual([...passed.keys()].sort(), livingCells(nonInviteClient).sort());
});
