import assert from "node:assert/strict";
import type { Collection } from "./collections.ts";
import { flatness } from "./flatness.ts";
import type { MemorySample } from "./memory_chart.ts";

const CALLS = 1_000_000;
const STEPS = 200;

/** A heap that is collected twenty times, and in use by so much after so many calls, in MiB. */
function process(used: (calls: number) => number, { times = 20 }: { times?: number } = {}) {
  const samples = Array.from({ length: STEPS + 1 }, (_, step): MemorySample => {
    const calls = CALLS * step / STEPS;
    const rss = 200 + used(calls) + 50 * (step * times / STEPS % 1);
    const phase = step < STEPS / 20 ? "warm-up" : "measuring";
    return { at: step * 1_000, phase, calls, rss, pss: rss - 40, anonymous: rss - 50 };
  });
  const collections = Array.from({ length: times }, (_, time): Collection => {
    const at = STEPS * 1_000 * (time + 0.5) / times;
    return { at, kind: "full", before: 100, after: used(CALLS * (time + 0.5) / times) };
  });
  return { samples, collections };
}

Deno.test("flatness: what is collected does not count, however much it was", () => {
  const { isFlat, isHeapJudged, slope } = flatness(process((calls) => 50 + (calls % 7_000) / 7_000));
  assert.ok(isFlat && isHeapJudged);
  assert.ok(Math.abs(slope) < 2);
});

Deno.test("flatness: sixteen bytes a call are a leak", () => {
  const leak = flatness(process((calls) => 50 + 16 * calls / 1024 / 1024));
  assert.ok(!leak.isFlat);
  assert.ok(Math.abs(leak.slope - 16) < 0.5, String(leak.slope));
});

Deno.test("flatness: what leaks outside the heap shows in the process", () => {
  const { samples, collections } = process(() => 50);
  const leaking = samples.map((sample) => ({ ...sample, rss: sample.rss + sample.calls / 10_000 }));
  assert.ok(!flatness({ samples: leaking, collections }).isFlat);
});

Deno.test("flatness: with few full collections only the process is judged", () => {
  const { isFlat, isHeapJudged } = flatness(process(() => 50, { times: 5 }));
  assert.ok(isFlat && !isHeapJudged);
});
