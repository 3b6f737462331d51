import assert from "node:assert/strict";
import { HEADER_MIN_SE, HEADER_SESSION_EXPIRES } from "../assembly/codes.ts";
import { isMalformed } from "./cursor.ts";
import { assertMalformed, valueOf } from "./sample.ts";
import { readSessionExpires } from "./session_expires.ts";

Deno.test("readSessionExpires reads seconds and refresher", () => {
  const cases = [
    ["Session-Expires: 1800;refresher=UAC", HEADER_SESSION_EXPIRES, 1800, "uac"],
    ["x: 90 ; refresher = uas ; a", HEADER_SESSION_EXPIRES, 90, "uas"],
    ["Min-SE: 0120", HEADER_MIN_SE, 120, ""],
  ] as const;
  for (const [line, header, seconds, refresher] of cases) {
    const found = readSessionExpires(header, valueOf(line));
    assert.ok(!isMalformed(found));
    assert.equal(found.seconds, seconds);
    assert.equal(found.refresher, refresher);
  }
});

Deno.test("readSessionExpires refuses other numbers and refreshers", () => {
  assertMalformed("Session-Expires", (value) => readSessionExpires(HEADER_SESSION_EXPIRES, value), [
    "",
    "-1",
    "4294967296",
    "90s",
    "90;refresher=proxy",
    "90 90",
    "1e3",
  ]);
});
