import assert from "node:assert/strict";
import { BoundedTable } from "./tables.ts";

Deno.test("BoundedTable refuses a new key at its limit and stores nothing", () => {
  const table = new BoundedTable<number>(2);
  assert.equal(table.set("a", 1), true);
  assert.equal(table.set("b", 2), true);
  assert.equal(table.set("c", 3), false);
  assert.equal(table.get("c"), undefined);
  assert.deepEqual([table.size, table.highest, table.refused], [2, 2, 1]);
});

Deno.test("BoundedTable replaces a known key at its limit", () => {
  const table = new BoundedTable<number>(1);
  table.set("a", 1);
  assert.equal(table.set("a", 2), true);
  assert.deepEqual([...table.values()], [2]);
});

Deno.test("BoundedTable takes a new key again after a delete", () => {
  const table = new BoundedTable<number>(1);
  table.set("a", 1);
  assert.equal(table.delete("a"), true);
  assert.equal(table.delete("a"), false);
  assert.equal(table.set("b", 2), true);
});

Deno.test("BoundedTable wants a limit above 0", () => {
  for (const limit of [0, -1, 1.5, NaN]) assert.throws(() => new BoundedTable(limit), RangeError);
});
