// RFC 3311 section 5, as arrows; every cell of the table is walked.

import assert from "node:assert/strict";
import { livingCells, walk } from "../../machine/walk.ts";
import { type ChangeState, earlyChange } from "./early_change.ts";

const states = Object.keys(earlyChange) as ChangeState[];

const passed = walk(earlyChange, {
  start: "none",
  running: [],
  outside: {
    offer: states,
    answer: states,
    conflict: states,
    failure: states,
    doChange: states,
    doChanged: states,
    doUnchanged: states,
    over: states,
  },
  timers: { startBackOff: { starts: "backOff" }, stopBackOff: "stops all" },
});

Deno.test("earlyChange has one offer open at a time, in either way", () => {
  const changes = [...passed].filter(([arrow, next]) => next !== "ignore" && !arrow.startsWith(`${next} `));
  assert.deepEqual(Object.fromEntries(changes.sort()), {
    "backingOff backOff": "offering",
    "backingOff failure": "none",
    "backingOff offer": "offered",
    "backingOff over": "over",
    "none doChange": "offering",
    "none offer": "offered",
    "none over": "over",
    "offered doChanged": "none",
    "offered doUnchanged": "none",
    "offered failure": "none",
    "offered over": "over",
    "offering answer": "none",
    "offering conflict": "backingOff",
    "offering failure": "none",
    "offering over": "over",
  });
});

Deno.test("earlyChange has no cell that cannot be reached", () => {
  assert.deepEqual(livingCells(earlyChange).filter((cell) => !passed.has(cell)), []);
});

Deno.test("earlyChange answers every offer of the peer's, or hands it on", () => {
  for (const state of states) {
    const cell = earlyChange[state].offer;
    assert.ok(
      typeof cell !== "string" && cell.slice(1).some((effect) => /^respond|^report$/.test(effect)),
      state,
    );
  }
});
