import assert from "node:assert/strict";
import { isMalformed } from "./cursor.ts";
import { HEADER_REASON } from "../assembly/codes.ts";
import { readReason } from "./reason.ts";
import { assertMalformed, readLines, valueOf } from "./sample.ts";
import { headerValues } from "./values.ts";

Deno.test("readReason reads each value of a list", () => {
  readLines(
    'Reason: Q.850 ;cause=16 ;text="Terminated, \\"normally\\""',
    "Reason: SIP;cause=600;text=Busy, preemption",
  );
  const values = headerValues(HEADER_REASON);
  assert.ok(!isMalformed(values));
  const reasons = values.map(readReason).map((reason) => {
    assert.ok(!isMalformed(reason));
    return [reason.protocol, reason.cause, reason.text];
  });
  assert.deepEqual(reasons, [
    ["Q.850", 16, 'Terminated, "normally"'],
    ["SIP", 600, "Busy"],
    ["preemption", -1, ""],
  ]);
});

Deno.test("readReason refuses a cause that is no number", () => {
  assertMalformed("Reason", readReason, [
    "",
    ";cause=1",
    "SIP;cause=x",
    "SIP;cause",
    "SIP cause",
    'SIP;text="a',
  ]);
  assert.ok(!isMalformed(readReason(valueOf("Reason: SIP"))));
});
