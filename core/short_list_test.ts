import assert from "node:assert/strict";
import { longer } from "./short_list.ts";

Deno.test("longer adds one item and leaves the list as it was", () => {
  let list: readonly number[] = [];
  for (let item = 0; item < 5; item++) {
    const before = list;
    list = longer(before, item);
    assert.deepEqual(before, [0, 1, 2, 3, 4].slice(0, item));
  }
  assert.deepEqual(list, [0, 1, 2, 3, 4]);
});
