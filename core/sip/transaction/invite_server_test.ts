// RFC 3261 figure 7 as RFC 6026 figure 5 replaces it.

import assert from "node:assert/strict";
import { livingCells, walk } from "../../machine/walk.ts";
import { inviteServer } from "./invite_server.ts";

// The arrows of the RFC's figure, and what its text says is dropped: event → next state.
const figure: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  proceeding: {
    request: "proceeding",
    ack: "ignore",
    provisional: "proceeding",
    success: "accepted",
    failure: "completed",
    timerTrying: "proceeding",
    transportError: "proceeding",
  },
  accepted: {
    request: "ignore",
    ack: "accepted",
    provisional: "ignore",
    success: "accepted",
    failure: "ignore",
    timerL: "terminated",
    transportError: "accepted",
  },
  completed: {
    request: "completed",
    ack: "confirmed",
    provisional: "ignore",
    success: "ignore",
    failure: "ignore",
    timerG: "completed",
    timerH: "terminated",
    transportError: "completed",
  },
  confirmed: {
    request: "ignore",
    ack: "ignore",
    provisional: "ignore",
    success: "ignore",
    failure: "ignore",
    timerI: "terminated",
    transportError: "ignore",
  },
  terminated: { provisional: "ignore", success: "ignore", failure: "ignore" },
};

const passed = walk(inviteServer, {
  start: "proceeding",
  running: ["timerTrying"],
  outside: {
    request: ["proceeding", "accepted", "completed", "confirmed"],
    ack: ["proceeding", "accepted", "completed", "confirmed"],
    provisional: ["proceeding", "accepted", "completed", "confirmed", "terminated"],
    success: ["proceeding", "accepted", "completed", "confirmed", "terminated"],
    failure: ["proceeding", "accepted", "completed", "confirmed", "terminated"],
    transportError: ["proceeding", "accepted", "completed", "confirmed"],
  },
  timers: {
    stopTimers: "stops all",
    end: "stops all",
    startG: { starts: "timerG" },
    restartG: { starts: "timerG" },
    startH: { starts: "timerH" },
    startI: { starts: "timerI" },
    startL: { starts: "timerL" },
  },
});

Deno.test("inviteServer has the arrows of the RFC's figure, and no others", () => {
  const expected: string[] = [];
  for (const [state, arrows] of Object.entries(figure)) {
    for (const [event, next] of Object.entries(arrows)) expected.push(`${state} ${event} ${next}`);
  }
  assert.deepEqual([...passed].map(([cell, next]) => `${cell} ${next}`).sort(), expected.sort());
});

Deno.test("inviteServer reaches each cell that is not never", () => {
  assert.deepEqual([...passed.keys()].sort(), livingCells(inviteServer).sort());
});
