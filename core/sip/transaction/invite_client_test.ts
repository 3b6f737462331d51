// RFC 3261 figure 5 as RFC 6026 figure 4 replaces it.

import assert from "node:assert/strict";
import { livingCells, walk } from "../../machine/walk.ts";
import { inviteClient } from "./invite_client.ts";

// The arrows of the RFC's figure, and what its text says is dropped: event → next state.
const figure: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  calling: {
    provisional: "proceeding",
    success: "accepted",
    failure: "completed",
    timerA: "calling",
    timerB: "terminated",
    transportError: "terminated",
  },
  proceeding: {
    provisional: "proceeding",
    success: "accepted",
    failure: "completed",
    timerCancel: "terminated",
    transportError: "ignore",
  },
  accepted: {
    provisional: "ignore",
    success: "accepted",
    failure: "ignore",
    timerM: "terminated",
    transportError: "ignore",
  },
  completed: {
    provisional: "ignore",
    success: "ignore",
    failure: "completed",
    timerD: "terminated",
    transportError: "terminated",
  },
};

const passed = walk(inviteClient, {
  start: "calling",
  running: ["timerA", "timerB"],
  outside: {
    provisional: ["calling", "proceeding", "accepted", "completed"],
    success: ["calling", "proceeding", "accepted", "completed"],
    failure: ["calling", "proceeding", "accepted", "completed"],
    transportError: ["calling", "proceeding", "accepted", "completed"],
    // A CANCEL in the calling state waits for the first provisional response.
    timerCancel: ["proceeding"],
  },
  timers: {
    stopTimers: "stops all",
    end: "stops all",
    restartA: { starts: "timerA" },
    startD: { starts: "timerD" },
    startM: { starts: "timerM" },
  },
});

Deno.test("inviteClient has the arrows of the RFC's figure, and no others", () => {
  const expected: string[] = [];
  for (const [state, arrows] of Object.entries(figure)) {
    for (const [event, next] of Object.entries(arrows)) expected.push(`${state} ${event} ${next}`);
  }
  assert.deepEqual([...passed].map(([cell, next]) => `${cell} ${next}`).sort(), expected.sort());
});

Deno.test("inviteClient reaches each cell that is not never", () => {
  assert.deepEqual([...passed.keys()].sort(), livingCells(inviteClient).sort());
});

Deno.test("inviteClient acknowledges each failure, and tells its user of it once", () => {
  assert.deepEqual(inviteClient.calling.failure.slice(1), ["stopTimers", "startD", "ack", "tellResponse"]);
  assert.deepEqual(inviteClient.proceeding.failure, inviteClient.calling.failure);
  assert.deepEqual(inviteClient.completed.failure, ["completed", "ack"]);
});

Deno.test("inviteClient tells its user of each 2xx and acknowledges none", () => {
  for (const cell of [inviteClient.calling, inviteClient.proceeding, inviteClient.accepted]) {
    assert.ok(cell.success.includes("tellResponse"));
    assert.ok(!cell.success.includes("ack"));
  }
});
