// RFC 3262 section 3, as arrows; every cell of the table is walked.

import assert from "node:assert/strict";
import { livingCells, walk } from "../../machine/walk.ts";
import { sentProvisional, type SentState } from "./sent_provisional.ts";

const states = Object.keys(sentProvisional) as SentState[];

function passed(): Map<string, SentState | "ignore"> {
  const both = walk(sentProvisional, {
    start: "quiet",
    running: [],
    outside: { doSend: states, prack: ["unacknowledged", "over"], over: states },
    timers: { startTimers: { starts: "noPrack" }, stopTimers: "stops all" },
  });
  const repeats = walk(sentProvisional, {
    start: "quiet",
    running: [],
    outside: { doSend: states, over: states },
    timers: { startTimers: { starts: "repeat" }, restart: { starts: "repeat" }, stopTimers: "stops all" },
  });
  return new Map([...both, ...repeats]);
}

Deno.test("sentProvisional has one response out at a time, until its PRACK or the end", () => {
  const changes = [...passed()].filter(([arrow, next]) => next !== "ignore" && !arrow.startsWith(`${next} `));
  assert.deepEqual(Object.fromEntries(changes), {
    "quiet doSend": "unacknowledged",
    "quiet over": "over",
    "unacknowledged prack": "quiet",
    "unacknowledged noPrack": "over",
    "unacknowledged over": "over",
  });
});

Deno.test("sentProvisional has no cell that cannot be reached", () => {
  const reached = passed();
  assert.deepEqual(livingCells(sentProvisional).filter((cell) => !reached.has(cell)), []);
});
