import assert from "node:assert/strict";
import { ends, type Point, slope } from "./trend.ts";

function line(count: number, y: (x: number) => number): Point[] {
  return Array.from({ length: count }, (_, x): Point => [x, y(x)]);
}

Deno.test("slope: of a line, of noise around a line, and of what stays", () => {
  assert.equal(slope(line(10, (x) => 7 + 3 * x)), 3);
  assert.ok(Math.abs(slope(line(1_000, (x) => 3 * x + (x % 2 === 0 ? 5 : -5))) - 3) < 0.01);
  assert.ok(Math.abs(slope(line(1_000, (x) => x % 10))) < 0.001);
  assert.equal(slope([[4, 1], [4, 9]]), 0);
});

Deno.test("ends: medians of the first and of the last tenth", () => {
  assert.deepEqual(ends(line(100, (x) => x)), { first: 4, last: 94 });
  // one that stands out changes nothing
  assert.deepEqual(ends(line(100, (x) => x === 99 ? 1e9 : 1)), { first: 1, last: 1 });
  assert.deepEqual(ends([[0, 5], [1, 6]]), { first: 5, last: 6 });
});
