import assert from "node:assert/strict";
import { livingCells, walk } from "../machine/walk.ts";
import { type EarlyState, earlyTable } from "./early_table.ts";

const states = Object.keys(earlyTable) as EarlyState[];

const passed = walk(earlyTable, {
  start: "none",
  running: [],
  outside: {
    offer: states,
    glare: ["ours"],
    answer: states,
    refused: states,
    doChange: states,
    doChanged: states,
    doUnchanged: states,
    over: states,
  },
  timers: { startTimer: { starts: "noAnswer" }, stopTimer: "stops all" },
});

Deno.test("earlyTable has one OFFER open at a time, in either way", () => {
  const changes = [...passed].filter(([arrow, next]) => next !== "ignore" && !arrow.startsWith(`${next} `));
  assert.deepEqual(Object.fromEntries(changes.sort()), {
    "none doChange": "ours",
    "none offer": "theirs",
    "none over": "over",
    "ours answer": "none",
    "ours noAnswer": "none",
    "ours offer": "theirs",
    "ours over": "over",
    "ours refused": "none",
    "theirs doChanged": "none",
    "theirs doUnchanged": "none",
    "theirs over": "over",
  });
});

Deno.test("earlyTable has no cell that cannot be reached", () => {
  assert.deepEqual(livingCells(earlyTable).filter((cell) => !passed.has(cell)), []);
});
