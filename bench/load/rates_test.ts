import assert from "node:assert/strict";
import { compareAtRates } from "./rates.ts";
import { direct } from "./targets/direct.ts";
import type { Trial } from "./trial.ts";

Deno.test("compareAtRates: targets take turns, and each round begins with another", async () => {
  const order: string[] = [];
  const targets = ["A", "B"].map((name) => ({ ...direct, name }));
  const rounds = await compareAtRates({
    targets,
    rates: [10, 20],
    rounds: 3,
    trial: ({ name }, rate) => {
      order.push(`${name}${rate}`);
      return Promise.resolve({ target: name, rate } as Trial);
    },
  });
  assert.deepEqual(order.join(" "), "A10 B10 B10 A10 A10 B10 A20 B20 B20 A20 A20 B20");
  assert.deepEqual(rounds.map((trials) => trials.map(({ target, rate }) => `${target}${rate}`)), [
    ["A10", "A10", "A10"],
    ["B10", "B10", "B10"],
    ["A20", "A20", "A20"],
    ["B20", "B20", "B20"],
  ]);
});
