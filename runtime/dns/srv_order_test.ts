import assert from "node:assert/strict";
import fc from "fast-check";
import type { Srv } from "./question.ts";
import { srvOrder } from "./srv_order.ts";

const records = fc.array(
  fc.record({
    priority: fc.nat({ max: 3 }),
    weight: fc.nat({ max: 65_535 }),
    port: fc.integer({ min: 1, max: 65_535 }),
    target: fc.constantFrom("a.example.", "b.example.", "c.example."),
  }),
  { maxLength: 12 },
);
const chance = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })).map(
  (stream) => () => stream.next().value,
);

Deno.test("srvOrder: the same records, each once, priorities ascending, whatever chance says", () => {
  fc.assert(fc.property(records, chance, (records, chance) => {
    const order = srvOrder(records, chance);
    assert.deepEqual(new Set(order), new Set(records));
    assert.equal(order.length, records.length);
    assert.deepEqual(
      order.map(({ priority }) => priority),
      records.map(({ priority }) => priority).sort((a, b) => a - b),
    );
  }));
});

Deno.test("srvOrder: each record is first as often as its weight says", () => {
  // A sum of weights that leaves the RFC's inclusive draw no room to matter; even steps instead of dice.
  const weights = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 6 })
    .filter((weights) => weights.reduce((sum, weight) => sum + weight, 0) > 2_000);
  fc.assert(
    fc.property(weights, (weights) => {
      const records = weights.map((weight, index): Srv => ({
        priority: 1,
        weight,
        port: index + 1,
        target: "a.",
      }));
      const sum = weights.reduce((total, weight) => total + weight, 0);
      const first = weights.map(() => 0);
      const draws = 1_000;
      for (let draw = 0; draw < draws; draw++) {
        const [record] = srvOrder(records, () => (draw + 0.5) / draws);
        first[record!.port - 1]! += 1;
      }
      weights.forEach((weight, index) => {
        assert.ok(Math.abs(first[index]! / draws - weight / sum) < 0.005, `${weights} → ${first}`);
      });
    }),
    { numRuns: 30 },
  );
});

Deno.test("srvOrder: a weight of 0 beside others still has a chance, and comes last without it", () => {
  const none: Srv = { priority: 0, weight: 0, port: 1, target: "none." };
  const all: Srv = { priority: 0, weight: 9, port: 2, target: "all." };
  assert.deepEqual(srvOrder([all, none], () => 0), [none, all]);
  assert.deepEqual(srvOrder([none, all], () => 0.11), [all, none]);
});
