import assert from "node:assert/strict";
import fc from "fast-check";
import { Histogram } from "./histogram.ts";

Deno.test("Histogram: a quantile is at most 0.8 % above the true one, and never below it", () => {
  const times = fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(fc.property(times, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
    const histogram = new Histogram();
    for (const value of values) histogram.record(value);
    const micros = values.map((value) => Math.round(value * 1e3)).sort((one, other) => one - other);
    const exact = micros[Math.max(1, Math.ceil(share * micros.length)) - 1]!;
    const found = histogram.quantile(share) * 1e3;
    assert.ok(found >= exact - 1e-6 && found <= exact * 1.008 + 1e-6, `${found} for ${exact}`);
  }));
});

Deno.test("Histogram: comes back from JSON, and two of them add up", () => {
  const [one, other, both] = [new Histogram(), new Histogram(), new Histogram()];
  for (let value = 0; value < 1_000; value++) {
    (value % 2 === 0 ? one : other).record(value / 7);
    both.record(value / 7);
  }
  one.add(Histogram.from(JSON.parse(JSON.stringify(other))));
  assert.equal(one.count, 1_000);
  const again = Histogram.from(both.toJSON());
  for (const share of [0, 0.5, 0.99, 0.999]) assert.equal(one.quantile(share), again.quantile(share));
  assert.deepEqual(one.toJSON(), both.toJSON());
});

Deno.test("Histogram: the mean and the greatest are exact until they have been through JSON", () => {
  const histogram = new Histogram();
  for (const value of [1, 2, 6]) histogram.record(value);
  assert.equal(histogram.mean, 3);
  assert.equal(histogram.most, 6);
  assert.equal(histogram.quantile(1), 6);
});

Deno.test("Histogram: an empty one has no quantile, and clearing empties it", () => {
  const histogram = new Histogram();
  assert.ok(Number.isNaN(histogram.quantile(0.5)));
  histogram.record(5);
  histogram.clear();
  assert.equal(histogram.count, 0);
  assert.ok(Number.isNaN(histogram.most));
});

Deno.test("Histogram: what lies outside counts as its edge", () => {
  const histogram = new Histogram();
  histogram.record(-1);
  assert.equal(histogram.most, 0);
  histogram.record(1e12);
  assert.equal(histogram.count, 2);
  assert.ok(histogram.quantile(1) > 4e6);
});
