import assert from "node:assert/strict";
import { BoundedTable } from "./tables.ts";

Deno.test("BoundedTable refuses a new key at its limit and stores nothing", () => {
  const table = new BoundedTable<string>(2);
  assert.equal(table.set(1, "a"), true);
  assert.equal(table.set(2, "b"), true);
  assert.equal(table.set(3, "c"), false);
  assert.equal(table.get(3), undefined);
  assert.deepEqual([table.size, table.highest, table.refused], [2, 2, 1]);
});

Deno.test("BoundedTable replaces a known key at its limit", () => {
  const table = new BoundedTable<string>(1);
  table.set(1, "a");
  assert.equal(table.set(1, "b"), true);
  assert.deepEqual([...table.values()], ["b"]);
});

Deno.test("BoundedTable takes a new key again after a delete", () => {
  const table = new BoundedTable<string>(1);
  table.set(1, "a");
  assert.equal(table.delete(1), true);
  assert.equal(table.delete(1), false);
  assert.equal(table.set(2, "b"), true);
});

Deno.test("BoundedTable wants a limit above 0", () => {
  for (const limit of [0, -1, 1.5, NaN]) assert.throws(() => new BoundedTable(limit), RangeError);
});
