import assert from "node:assert/strict";
import { keySum } from "./key_sum.ts";

Deno.test("keySum: a whole number of 53 bits, the same for the same text and seed", () => {
  for (const text of ["", "z9hG4bK", "z9hG4bKnashds8 192.0.2.1:5060 INVITE", "\u{1f600}".repeat(100)]) {
    const sum = keySum(text, 0x89abcdef);
    assert.ok(Number.isSafeInteger(sum) && sum >= 0, String(sum));
    assert.equal(keySum(text, 0x89abcdef), sum);
  }
});

Deno.test("keySum: 20,000 keys like those of transactions have as many sums, and another seed gives others", () => {
  const sums = new Set<number>();
  for (let i = 0; i < 10_000; i++) {
    for (const seed of [1, ~1]) sums.add(keySum(`z9hG4bK${i.toString(36)} 192.0.2.1:5060 BYE`, seed));
  }
  assert.equal(sums.size, 20_000);
});

Deno.test("keySum: what a table takes of a sum spreads over its places", () => {
  const places = new Uint32Array(256);
  for (let i = 0; i < 25_600; i++) places[keySum(`z9hG4bK${i} BYE`, 7) & 255]!++;
  assert.ok(
    Math.max(...places) < 160 && Math.min(...places) > 50,
    `${Math.min(...places)} ${Math.max(...places)}`,
  );
});
