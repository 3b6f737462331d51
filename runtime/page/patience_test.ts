import assert from "node:assert/strict";
import { afterFailures, asTold } from "./patience.js";

Deno.test("afterFailures doubles up to 15 s, half of it by chance", () => {
  assert.deepEqual([0, 1, 2, 4, 5, 60].map((failures) => afterFailures(failures, 1)), [
    500,
    1_000,
    2_000,
    8_000,
    15_000,
    15_000,
  ]);
  assert.equal(afterFailures(60, 0), 7_500);
});

Deno.test("asTold waits as long as it is told, and up to half as long again", () => {
  assert.deepEqual([asTold("20", 0), asTold("20", 1)], [20_000, 30_000]);
  assert.equal(asTold("999999999", 0), 300_000);
  for (const none of [null, "", "0", "-1", "1e9", "Sun, 06 Nov 1994 08:49:37 GMT"]) {
    assert.equal(asTold(none), undefined);
  }
});
