import assert from "node:assert/strict";
import { headers } from "../header.ts";
import { isMalformed } from "./cursor.ts";
import { assertMalformed, valueOf } from "./sample.ts";

Deno.test("readSessionExpires reads seconds and refresher", () => {
  const cases = [
    ["Session-Expires: 1800;refresher=UAC", "sessionExpires", 1800, "uac"],
    ["x: 90 ; refresher = uas ; a", "sessionExpires", 90, "uas"],
    ["Min-SE: 0120", "minSe", 120, ""],
  ] as const;
  for (const [line, read, seconds, refresher] of cases) {
    const found = headers[read](valueOf(line));
    assert.ok(!isMalformed(found));
    assert.equal(found.seconds, seconds);
    assert.equal(found.refresher, refresher);
  }
});

Deno.test("readSessionExpires refuses other numbers and refreshers", () => {
  assertMalformed("Session-Expires", (value) => headers.sessionExpires(value), [
    "",
    "-1",
    "4294967296",
    "90s",
    "90;refresher=proxy",
    "90 90",
    "1e3",
  ]);
});
