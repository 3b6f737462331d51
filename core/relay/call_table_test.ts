// The call's table: every cell is walked, and what the call owes to its legs is never forgotten.

import assert from "node:assert/strict";
import { livingCells, walk } from "../machine/walk.ts";
import { type CallEvent, type CallState, callTable } from "./call_table.ts";

const states = Object.keys(callTable) as CallState[];
const events = Object.keys(callTable.ended) as CallEvent[];

const passed = walk(callTable, {
  start: "inviting",
  running: ["unanswered"],
  outside: Object.fromEntries(
    events.filter((event) => event !== "unanswered").map((event) => [event, states]),
  ),
  timers: { stopRinging: "stops all", release: "stops all", waitForAnswer: { starts: "unanswered" } },
});

Deno.test("callTable reaches every state, and every cell but that of a timer which has stopped", () => {
  const missed = livingCells(callTable).filter((cell) => !passed.has(cell) && !cell.endsWith(" unanswered"));
  assert.deepEqual(missed, []);
});

Deno.test("callTable lets go of the call whenever it ends", () => {
  for (const state of states) {
    for (const event of events) {
      const cell = callTable[state][event];
      if (typeof cell === "string" || cell[0] !== "ended") continue;
      assert.equal(cell.at(-1), "release", `${state} ${event}`);
    }
  }
});

Deno.test("callTable answers every offer: it is passed on, or refused", () => {
  for (const state of states) {
    for (const event of ["offer", "counterOffer"] as const) {
      const cell = callTable[state][event];
      if (state === "ended" || state === "inviting") continue;
      assert.ok(typeof cell !== "string", `${state} ${event}`);
      assert.ok(cell.includes("passOffer") || cell.includes("refuseSender"), `${state} ${event}`);
    }
  }
});

Deno.test("callTable tells the other side of every end", () => {
  for (const state of states) {
    if (state === "ended") continue;
    for (const event of ["endOfferer", "endAnswerer"] as const) {
      const cell = callTable[state][event];
      if (state === "inviting" && event === "endAnswerer") continue;
      assert.ok(typeof cell !== "string", `${state} ${event}`);
      assert.ok(cell.includes(event === "endOfferer" ? "endAnswerers" : "endOfferer"), `${state} ${event}`);
    }
  }
});
