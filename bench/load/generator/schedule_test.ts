import assert from "node:assert/strict";
import { Schedule } from "./schedule.ts";

/** Numbers in (0, 1] that are the same each time. */
function chances(): () => number {
  let state = 1;
  return () => {
    state = state * 48_271 % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

Deno.test("Schedule: a constant rate comes in even steps, whenever it is asked", () => {
  const schedule = new Schedule({ rate: 200, start: 1_000, arrivals: "constant" });
  assert.equal(schedule.next, 1_005);
  assert.deepEqual([schedule.take(), schedule.take(), schedule.take()], [1_005, 1_010, 1_015]);
});

Deno.test("Schedule: Poisson arrivals have the rate and the spread of such", () => {
  const schedule = new Schedule({ rate: 1_000, start: 0, arrivals: "poisson", chance: chances() });
  const counts = new Array<number>(1_000).fill(0);
  while (schedule.next < 10_000) counts[Math.floor(schedule.take() / 10)]!++;
  const mean = counts.reduce((sum, count) => sum + count) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
  assert.ok(Math.abs(mean - 10) < 0.4, `mean ${mean}`);
  // Its mark: as great as the mean.
  assert.ok(Math.abs(variance - 10) < 1.5, `variance ${variance}`);
});

Deno.test("Schedule: rate 0 never comes", () => {
  assert.equal(new Schedule({ rate: 0, start: 0, arrivals: "poisson" }).next, Infinity);
  assert.equal(new Schedule({ rate: 0, start: 0, arrivals: "constant" }).next, Infinity);
});
