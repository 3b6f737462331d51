import assert from "node:assert/strict";
import { markedRandom, markOf, SHARD_LIMIT, shardOf } from "./shard_marks.ts";

Deno.test("shardOf is what markOf says, and of every other character none", () => {
  const marks = new Map(Array.from({ length: SHARD_LIMIT }, (_, shard) => [markOf(shard), shard]));
  assert.equal(marks.size, SHARD_LIMIT);
  for (let code = 0; code < 256; code++) {
    assert.equal(shardOf(code), marks.get(String.fromCharCode(code)) ?? -1);
  }
  assert.throws(() => markOf(SHARD_LIMIT), RangeError);
});

Deno.test("no two marks are one in another case", () => {
  for (let shard = 0; shard < SHARD_LIMIT; shard++) assert.equal(markOf(shard), markOf(shard).toLowerCase());
});

Deno.test("markedRandom puts the mark before each token", () => {
  const random = markedRandom({ token: () => "token", uint32: () => 7 }, 11);
  assert.deepEqual([random.token(), random.uint32()], ["btoken", 7]);
});
