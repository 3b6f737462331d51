import assert from "node:assert/strict";
import { EndedTable } from "./ended_table.ts";

const KEPT = 32_000;

function tableOf(count: number, options: { limit?: number } = {}): EndedTable {
  const table = new EndedTable({ seed: 7, ...options });
  for (let call = 1; call <= count; call++) {
    table.add({ branch: `z9hG4bKb${call}`, tag: `t${call}`, call, through: -1 }, {
      now: call,
      until: call + KEPT,
    });
  }
  return table;
}

Deno.test("an INVITE is found by its branch, with what is known of it", () => {
  const table = tableOf(3);
  assert.deepEqual(table.find("z9hG4bKb2", "t2", 10), {
    call: 2,
    through: -1,
    until: 2 + KEPT,
    isKnown: true,
    dialogs: 1,
  });
  assert.equal(table.find("z9hG4bKb4", "t4", 10), undefined);
});

Deno.test("another dialog of it is not known until it was added too", () => {
  const table = tableOf(3);
  assert.equal(table.find("z9hG4bKb1", "other", 10)?.isKnown, false);
  table.add({ branch: "z9hG4bKb1", tag: "other", call: 1, through: 4 }, { now: 10, until: 1 + KEPT });
  assert.equal(table.find("z9hG4bKb1", "other", 10)?.isKnown, true);
  assert.equal(table.find("z9hG4bKb1", "t1", 10)?.isKnown, true);
  assert.equal(table.find("z9hG4bKb1", "t1", 10)?.dialogs, 2);
});

Deno.test("it is remembered to its time, and no longer", () => {
  const table = tableOf(3);
  assert.equal(table.find("z9hG4bKb2", "t2", 2 + KEPT - 1)?.call, 2);
  assert.equal(table.find("z9hG4bKb2", "t2", 2 + KEPT), undefined);
  assert.equal(table.size, 1);
});

Deno.test("one that is to leave before those that came earlier leaves in its time", () => {
  const table = tableOf(3);
  table.add({ branch: "z9hG4bKb1", tag: "other", call: 1, through: -1 }, { now: 500, until: 600 });
  assert.equal(table.find("z9hG4bKb1", "other", 600)?.isKnown, false);
  assert.equal(table.find("z9hG4bKb1", "t1", 600)?.dialogs, 1);
});

Deno.test("it grows with what there is to remember, and all of it is still found", () => {
  const count = 10_000;
  const table = tableOf(count);
  assert.equal(table.size, count);
  for (let call = 1; call <= count; call++) {
    const found = table.find(`z9hG4bKb${call}`, `t${call}`, count);
    assert.equal(found?.call, call);
    assert.equal(found.isKnown, true);
    assert.equal(found.dialogs, 1);
  }
});

Deno.test("beyond the limit the oldest is forgotten", () => {
  const table = tableOf(20, { limit: 16 });
  assert.equal(table.size, 16);
  assert.equal(table.find("z9hG4bKb4", "t4", 20), undefined);
  for (let call = 5; call <= 20; call++) assert.equal(table.find(`z9hG4bKb${call}`, "", 20)?.call, call);
});

Deno.test("for ever at one size: what has left makes room", () => {
  const table = new EndedTable({ limit: 64, seed: 7 });
  for (let call = 1; call <= 5_000; call++) {
    table.add({ branch: `b${call}`, tag: "", call, through: -1 }, { now: call * 10, until: call * 10 + 300 });
    assert.ok(table.size <= 30);
    assert.equal(table.find(`b${call}`, "x", call * 10)?.isKnown, false);
    assert.equal(table.find(`b${call - 30}`, "", call * 10), undefined);
  }
});
