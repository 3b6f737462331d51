import assert from "node:assert/strict";
import { AgingIndex } from "./aging_index.ts";

/** A place to look that cannot be wrong. */
class PlainList {
  #entries: { name: string; until: number; value: number }[] = [];
  constructor(readonly limit: number) {}

  add(name: string, until: number, value: number, now: number): void {
    while (this.#entries.length > 0 && this.#entries[0]!.until <= now) this.#entries.shift();
    this.#entries.push({ name, until, value });
    if (this.#entries.length > this.limit) this.#entries.shift();
  }

  find(name: string, now: number): number[] {
    return this.#entries.filter((entry) => entry.name === name && entry.until > now).map(({ value }) => value)
      .reverse();
  }
}

function valuesOf(index: AgingIndex, name: string, now: number): number[] {
  const values: number[] = [];
  for (let number = index.find(name, now); number !== 0; number = index.older(number, now)) {
    values.push(index.own(number, 0));
  }
  return values;
}

Deno.test("AgingIndex finds what a plain list finds, whatever comes and goes", () => {
  let state = 12_345;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor(state / 65_536) % below;
  };
  for (const limit of [64, 4096]) {
    const index = new AgingIndex({ limit, seed: next(65_536) });
    const list = new PlainList(limit);
    let now = 0;
    for (let step = 0; step < 20_000; step++) {
      now += next(3);
      const name = `name${next(300)}`;
      if (next(3) > 0) {
        const until = now + 1_000 - next(4) * 100;
        const number = index.add(name, { now, until });
        index.setOwn(number, 0, step);
        list.add(name, until, step, now);
      } else assert.deepEqual(valuesOf(index, name, now), list.find(name, now));
    }
    assert.ok(index.size > 0);
  }
});

Deno.test("AgingIndex begins anew for a name that nobody has added, and when all have left", () => {
  const index = new AgingIndex({ limit: 16, seed: 1 });
  assert.equal(index.find("a", 0), 0);
  assert.equal(index.oldest, 0);
  const number = index.add("a", { now: 0, until: 10 });
  assert.equal(index.oldest, number);
  assert.equal(index.until(number), 10);
  index.age(10);
  assert.deepEqual([index.size, index.oldest, index.find("a", 10)], [0, 0, 0]);
  index.forgetOldest();
  assert.equal(index.size, 0);
});
