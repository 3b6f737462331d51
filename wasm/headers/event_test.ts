import assert from "node:assert/strict";
import { readEvent } from "./event.ts";
import { isMalformed } from "./cursor.ts";
import { assertMalformed, valueOf } from "./sample.ts";

Deno.test("readEvent reads package and id", () => {
  const event = readEvent(valueOf('o: presence.winfo;id=7;x="a;b"'));
  assert.ok(!isMalformed(event));
  assert.equal(event.package, "presence.winfo");
  assert.equal(event.id, "7");
  assert.deepEqual([...event.params], [["id", "7"], ["x", "a;b"]]);
});

Deno.test("readEvent refuses what is no package", () => {
  assertMalformed("Event", readEvent, [
    "",
    ";id=1",
    "a b",
    "a,b",
    "a;",
    "a;id=1;id=2",
    "a;=1",
    '"a"',
    'a;x="b',
  ]);
});
