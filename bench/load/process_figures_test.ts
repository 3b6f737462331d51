import assert from "node:assert/strict";
import { processorTime } from "./process_figures.ts";

const MILLI = 1e6;

Deno.test("processorTime: adds up the threads, new ones too", () => {
  const before = { threads: new Map([[1, 5 * MILLI], [2, 1 * MILLI]]), ticks: 0 };
  const after = { threads: new Map([[1, 8 * MILLI], [2, 1 * MILLI], [3, 2 * MILLI]]), ticks: 900 };
  assert.deepEqual(processorTime(before, after), { millis: 5, resolution: "nanoseconds" });
});

Deno.test("processorTime: where a thread has ended the processes' ticks have to do", () => {
  const before = { threads: new Map([[1, 5 * MILLI], [2, 1 * MILLI]]), ticks: 10 };
  const after = { threads: new Map([[1, 8 * MILLI]]), ticks: 13 };
  assert.deepEqual(processorTime(before, after), { millis: 30, resolution: "ticks of 10 ms" });
});

Deno.test("processorTime: a process that is gone has no nanoseconds", () => {
  const nothing = { threads: new Map(), ticks: 0 };
  assert.deepEqual(processorTime(nothing, nothing), { millis: 0, resolution: "ticks of 10 ms" });
});
