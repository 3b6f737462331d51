import assert from "node:assert/strict";
import { foreign, readForeign } from "./foreign.ts";

const second = { own: 1, shards: 3 };

Deno.test("readForeign reads what foreign has named", () => {
  const key = "z9hG4bKx 192.0.2.7:5060 INVITE";
  assert.deepEqual(readForeign(foreign(2, key), second), { shard: 2, transaction: key });
});

Deno.test("readForeign knows a sibling's client transaction by its mark, and leaves all others here", () => {
  const key = "z9hG4bK0abc INVITE";
  assert.deepEqual(readForeign(key, second), { shard: 0, transaction: key });
  for (
    const own of [
      "z9hG4bK1abc INVITE",
      "z9hG4bK7abc BYE",
      "z9hG4bKzabc BYE",
      "z9hG4bK0abc [::1]:5060 BYE",
      "",
    ]
  ) {
    assert.equal(readForeign(own, second), undefined, own);
  }
});
