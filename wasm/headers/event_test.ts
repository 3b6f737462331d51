import assert from "node:assert/strict";
import { headers } from "../header.ts";
import { isMalformed } from "./cursor.ts";
import { assertMalformed, valueOf } from "./sample.ts";

Deno.test("readEvent reads package and id", () => {
  const event = headers.event(valueOf('o: presence.winfo;id=7;x="a;b"'));
  assert.ok(!isMalformed(event));
  assert.equal(event.package, "presence.winfo");
  assert.equal(event.id, "7");
  assert.deepEqual([...event.params], [["id", "7"], ["x", "a;b"]]);
});

Deno.test("readEvent refuses what is no package", () => {
  assertMalformed("Event", (value) => headers.event(value), [
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
