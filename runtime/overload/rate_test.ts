import assert from "node:assert/strict";
import fc from "fast-check";
import { Plant, type Second, type Work } from "../../test/overload_plant.ts";
import { AdmittedRate, LEAST_RATE } from "./rate.ts";

const target = 20;
/** From then on the rate has found its place. */
const SETTLED = 4;

/** OFFER at once, answer soon, BYE after the hold time. */
function workOf({ call, refusal, hold }: { call: number; refusal: number; hold: number }): Work {
  const parts = [{ after: 0, share: 0.4 }, { after: 100, share: 0.3 }, { after: hold, share: 0.3 }];
  return { call, refusal, parts };
}

const anyWork = fc.record({
  call: fc.double({ min: 0.1, max: 1, noNaN: true }),
  refusal: fc.double({ min: 0.01, max: 0.09, noNaN: true }),
  hold: fc.integer({ min: 200, max: 10_000 }),
}).map(workOf);
const seed = fc.integer({ min: 1, max: 1_000_000 });

function sum(seconds: readonly Second[], of: (second: Second) => number): number {
  return seconds.reduce((total, second) => total + of(second), 0);
}

Deno.test("AdmittedRate takes all while delays stay below the target, whatever they do there", () => {
  const delays = fc.array(fc.double({ min: 0, max: target, noNaN: true }), { maxLength: 200 });
  fc.assert(fc.property(delays, (delays) => {
    const rate = new AdmittedRate({ target });
    for (const [at, delay] of delays.entries()) {
      rate.sample(delay, at * 20);
      assert.ok(rate.take(at * 20));
    }
    assert.equal(rate.limit, Infinity);
  }));
});

Deno.test("AdmittedRate overlooks a pause", () => {
  const rate = new AdmittedRate({ target });
  for (let at = 0; at < 1_000; at += 20) {
    rate.sample(at % 400 < 40 ? 150 : 1, at);
    assert.ok(rate.take(at), `Refused at ${at}`);
  }
});

Deno.test("AdmittedRate keeps a server at work at up to four times what it can do", () => {
  fc.assert(
    fc.property(anyWork, fc.double({ min: 1.2, max: 4, noNaN: true }), seed, (work, factor, seed) => {
      const plant = new Plant(new AdmittedRate({ target }), work, seed);
      const seconds = plant.run(14, factor).slice(SETTLED);
      const offered = factor * 1_000 / work.call;
      const possible = Math.max(0, 1_000 - offered * work.refusal * work.call) /
        (work.call * (1 - work.refusal));
      const taken = sum(seconds, (second) => second.taken) / seconds.length;
      assert.ok(taken >= 0.8 * possible, `${taken} of ${possible} calls a second`);
    }),
    { numRuns: 60 },
  );
});

Deno.test("AdmittedRate holds the delay of three times the work in a band, and the rate with it", () => {
  fc.assert(
    fc.property(anyWork, seed, (work, seed) => {
      const plant = new Plant(new AdmittedRate({ target }), work, seed);
      const seconds = plant.run(16, 3).slice(SETTLED);
      const late = seconds.filter(({ delay }) => delay > 15 * target).length;
      assert.ok(late <= 2, `${late} seconds of ${seconds.length} with delays over ${15 * target} ms`);
      const average = sum(seconds, ({ taken }) => taken) / seconds.length;
      const swing = seconds.filter(({ taken }) => taken < average / 3 || taken > average * 3).length;
      assert.ok(swing <= 2, `${swing} seconds far from the average of ${average}`);
    }),
    { numRuns: 60 },
  );
});

Deno.test("AdmittedRate takes all again within five seconds of the load's end", () => {
  fc.assert(
    fc.property(anyWork, fc.double({ min: 1.5, max: 4, noNaN: true }), seed, (work, factor, seed) => {
      const rate = new AdmittedRate({ target });
      const plant = new Plant(rate, work, seed);
      plant.run(8, factor);
      plant.run(5, 0.5);
      const [after] = plant.run(1, 0.5);
      assert.equal(after!.refused, 0);
      assert.equal(rate.limit, Infinity);
    }),
    { numRuns: 60 },
  );
});

Deno.test("AdmittedRate lets a trickle through however long everything waits", () => {
  const rate = new AdmittedRate({ target });
  let taken = 0;
  for (let at = 0; at < 20_000; at += 10) {
    if (at % 20 === 0) rate.sample(5_000, at);
    if (rate.take(at) && at >= 10_000) taken++;
  }
  assert.equal(rate.limit, LEAST_RATE);
  assert.ok(Math.abs(taken - 10 * LEAST_RATE) <= 2, `${taken} taken in ten seconds`);
});

Deno.test("AdmittedRate wants a target that can be kept to", () => {
  for (const wrong of [0, -1, NaN, 500]) assert.throws(() => new AdmittedRate({ target: wrong }), RangeError);
});
