import assert from "node:assert/strict";
import fc from "fast-check";
import { NamedTable } from "./named_table.ts";

Deno.test("NamedTable refuses a new name at its limit and stores nothing", () => {
  const table = new NamedTable<number>(2);
  assert.equal(table.set("a", 1), true);
  assert.equal(table.set("b", 2), true);
  assert.equal(table.set("c", 3), false);
  assert.equal(table.get("c"), undefined);
  assert.deepEqual([table.size, table.highest, table.refused], [2, 2, 1]);
  assert.equal(table.delete("a"), true);
  assert.equal(table.delete("a"), false);
  assert.equal(table.set("c", 3), true);
  assert.deepEqual([table.size, table.highest, table.refused], [2, 2, 1]);
});

Deno.test("NamedTable replaces a known name at its limit", () => {
  const table = new NamedTable<number>(1);
  table.set("a", 1);
  assert.equal(table.set("a", 2), true);
  assert.deepEqual([...table.values()], [2]);
});

Deno.test("NamedTable wants a limit above 0", () => {
  for (const limit of [0, -1, 1.5, NaN]) assert.throws(() => new NamedTable(limit), RangeError);
});

Deno.test("NamedTable finds each of 10,000 names while it grows, and none that has left", () => {
  const table = new NamedTable<number>();
  const name = (at: number) => `z9hG4bK${at.toString(36)} 192.0.2.1:5060 INVITE`;
  for (let at = 0; at < 10_000; at++) table.set(name(at), at);
  for (let at = 0; at < 10_000; at += 2) assert.equal(table.delete(name(at)), true);
  for (let at = 0; at < 10_000; at++) assert.equal(table.get(name(at)), at % 2 === 0 ? undefined : at);
  assert.deepEqual([table.size, table.highest], [5_000, 10_000]);
});

Deno.test("NamedTable: records may leave while they are gone through", () => {
  const table = new NamedTable<string>();
  for (const name of ["a", "b", "c", "d"]) table.set(name, name);
  const seen: string[] = [];
  for (const name of table.values()) {
    seen.push(name);
    for (const other of ["a", "c"]) table.delete(other);
  }
  assert.deepEqual(seen.toSorted().slice(-2), ["b", "d"]);
  assert.deepEqual([...table.values()].toSorted(), ["b", "d"]);
});

Deno.test("NamedTable does what a Map does, whatever is set, deleted and looked for", () => {
  const name = fc.oneof(
    fc.constantFrom("", "a", "b", "__proto__", "constructor"),
    fc.string({ unit: "binary" }),
  );
  const act = fc.oneof(
    fc.record({ do: fc.constant("set"), name, value: fc.nat() }),
    fc.record({ do: fc.constant("delete"), name, value: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 400, size: "max" }), (acts) => {
      const table = new NamedTable<number>();
      const model = new Map<string, number>();
      for (const { do: what, name, value } of acts) {
        if (what === "set") assert.equal(table.set(name, value), model.set(name, value).has(name));
        else assert.equal(table.delete(name), model.delete(name));
        assert.equal(table.get(name), model.get(name));
        assert.equal(table.size, model.size);
      }
      for (const [key, value] of model) assert.equal(table.get(key), value);
      assert.deepEqual([...table.values()].toSorted(), [...model.values()].toSorted());
    }),
    { numRuns: 200 },
  );
});
