import assert from "node:assert/strict";
import { Pool } from "./pool.ts";

Deno.test("Pool lends the one that has rested longest, each to one call", () => {
  const pool = new Pool<{ name: string }>();
  const [a, b, c] = ["a", "b", "c"].map((name) => ({ name })) as [{ name: string }, { name: string }, {
    name: string;
  }];
  for (const item of [a, b, c]) pool.add(item);
  assert.equal(pool.lend(1), a);
  assert.equal(pool.lend(2), b);
  pool.add(a);
  assert.equal(pool.resting, 1, "what is lent is not there twice");
  assert.equal(pool.release(1), a);
  pool.add(a);
  assert.equal(pool.lend(3), c);
  assert.equal(pool.lend(4), a);
  assert.equal(pool.lend(5), undefined);
  assert.equal(pool.release(5), undefined);
});

Deno.test("Pool does not lend what is not registered any more", () => {
  const pool = new Pool<object>();
  const item = {};
  pool.add(item);
  pool.remove(item);
  assert.equal(pool.lend(1), undefined);
});
