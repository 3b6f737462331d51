// RFC 3262 sections 4 and 5, as arrows; every cell of the table is walked.

import assert from "node:assert/strict";
import { livingCells, walk } from "../../machine/walk.ts";
import { receivedProvisional, type ReceivedState } from "./received_provisional.ts";

const states = Object.keys(receivedProvisional) as ReceivedState[];

const passed = walk(receivedProvisional, {
  start: "acknowledged",
  running: [],
  outside: { provisional: states, offer: states, doTaken: states, over: states },
  timers: { startWait: { starts: "noWord" }, stopWait: "stops all" },
});

Deno.test("receivedProvisional leaves no response without its PRACK, and an offer not without its answer", () => {
  const changes = [...passed].filter(([arrow, next]) => next !== "ignore" && !arrow.startsWith(`${next} `));
  assert.deepEqual(Object.fromEntries(changes), {
    "acknowledged provisional": "unacknowledged",
    "acknowledged offer": "offered",
    "acknowledged over": "over",
    "unacknowledged offer": "offered",
    "unacknowledged doTaken": "acknowledged",
    "unacknowledged noWord": "acknowledged",
    "unacknowledged over": "over",
    "offered doTaken": "acknowledged",
    "offered over": "over",
  });
  for (const state of states) {
    for (const [event, cell] of Object.entries(receivedProvisional[state])) {
      if (typeof cell === "string" || event === "over") continue;
      const leaves = (state === "unacknowledged" || state === "offered") && cell[1] !== undefined;
      assert.equal(cell.includes("sendPrack"), leaves, `${state} ${event}`);
    }
  }
});

Deno.test("receivedProvisional has no cell that cannot be reached", () => {
  assert.deepEqual(livingCells(receivedProvisional).filter((cell) => !passed.has(cell)), []);
});
