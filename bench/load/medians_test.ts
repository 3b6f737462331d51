import assert from "node:assert/strict";
import { median } from "./medians.ts";

Deno.test("median: the middle one, the lower of two, nothing of nothing", () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2);
  assert.equal(median([null, 7, null]), 7);
  assert.equal(median([]), null);
  assert.equal(median([null]), null);
});
