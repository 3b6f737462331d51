import assert from "node:assert/strict";
import { headers } from "../header.ts";
import { isMalformed } from "./cursor.ts";
import { HEADER_REASON } from "../assembly/codes.ts";
import { assertMalformed, readLines, valueOf } from "./sample.ts";

Deno.test("readReason reads each value of a list", () => {
  readLines(
    'Reason: Q.850 ;cause=16 ;text="Terminated, \\"normally\\""',
    "Reason: SIP;cause=600;text=Busy, preemption",
  );
  const values = headers.values(HEADER_REASON);
  assert.ok(!isMalformed(values));
  const reasons = values.map((value) => headers.reason(value)).map((reason) => {
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
  assertMalformed("Reason", (value) => headers.reason(value), [
    "",
    ";cause=1",
    "SIP;cause=x",
    "SIP;cause",
    "SIP cause",
    'SIP;text="a',
  ]);
  assert.ok(!isMalformed(headers.reason(valueOf("Reason: SIP"))));
});
