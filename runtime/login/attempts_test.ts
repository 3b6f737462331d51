import assert from "node:assert/strict";
import { Attempts } from "./attempts.ts";

Deno.test("Attempts.take: so many at once, then one after each pause", () => {
  let now = 0;
  const attempts = new Attempts({ burst: 3, every: 1_000, limit: 10, now: () => now });
  assert.deepEqual([1, 2, 3].map(() => attempts.take("a")), [0, 0, 0]);
  assert.equal(attempts.take("a"), 1_000);
  assert.equal(attempts.take("b"), 0);
  now = 999;
  assert.equal(attempts.take("a"), 1);
  now = 1_000;
  assert.equal(attempts.take("a"), 0);
  assert.equal(attempts.take("a"), 1_000);
  now = 1_000_000;
  assert.deepEqual([1, 2, 3, 4].map(() => attempts.take("a")), [0, 0, 0, 1_000]);
});

Deno.test("Attempts.giveBack: good ones do not count, and leave nothing behind", () => {
  const attempts = new Attempts({ burst: 2, every: 1_000, limit: 10, now: () => 0 });
  for (let count = 0; count < 10; count++) {
    assert.equal(attempts.take("a"), 0);
    attempts.giveBack("a");
  }
  assert.equal(attempts.size, 0);
  attempts.giveBack("nobody");
  assert.equal(attempts.size, 0);
});

Deno.test("Attempts.take: for one name too many the quietest is forgotten", () => {
  const attempts = new Attempts({ burst: 1, every: 1_000, limit: 3, now: () => 0 });
  for (const name of ["a", "b", "c", "d"]) assert.equal(attempts.take(name), 0);
  assert.equal(attempts.size, 3);
  assert.equal(attempts.take("b"), 1_000);
  assert.equal(attempts.take("a"), 0);
  assert.equal(attempts.size, 3);
});
