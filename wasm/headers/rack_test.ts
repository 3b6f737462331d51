import assert from "node:assert/strict";
import { headers } from "../header.ts";
import { assertMalformed, valueOf } from "./sample.ts";

Deno.test("readRack reads two numbers and a method", () => {
  assert.deepEqual(headers.rack(valueOf("RAck: 776656 1 INVITE")), {
    rseq: 776656,
    cseq: 1,
    method: "INVITE",
  });
  assert.deepEqual(headers.rack(valueOf("RACK: 4294967295  \t007 X-y")), {
    rseq: 0xffffffff,
    cseq: 7,
    method: "X-y",
  });
});

Deno.test("readRack refuses what is not both numbers and a method", () => {
  assertMalformed("RAck", (value) => headers.rack(value), [
    "",
    "1",
    "1 2",
    "1 2 INVITE x",
    "4294967296 1 INVITE",
    "1 2147483648 INVITE",
    "-1 1 INVITE",
    "1 a INVITE",
  ]);
});
