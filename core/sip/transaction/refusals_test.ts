import assert from "node:assert/strict";
import { Refusals } from "./refusals.ts";

Deno.test("Refusals knows a refused request for 64·T1, and no other", () => {
  const refusals = new Refusals();
  assert.ok(refusals.isEmpty(0));
  assert.ok(!refusals.has(7, 0));
  refusals.add(7, 1_000);
  assert.ok(!refusals.isEmpty(1_000));
  assert.ok(refusals.has(7, 32_999));
  assert.ok(!refusals.has(8, 1_000));
  assert.ok(!refusals.has(7, 33_000));
  assert.ok(refusals.isEmpty(33_000));
});

Deno.test("Refusals forgets the older of two requests that share a place", () => {
  const refusals = new Refusals();
  refusals.add(5, 0);
  refusals.add(5 + 16_384, 1);
  assert.ok(!refusals.has(5, 2));
  assert.ok(refusals.has(5 + 16_384, 2));
});
