import assert from "node:assert/strict";
import { headers } from "../header.ts";
import { assertMalformed, valueOf } from "./sample.ts";

Deno.test("readWarning reads code, agent and text", () => {
  assert.deepEqual(headers.warning(valueOf('Warning: 307 isi.example "Session parameter \\"foo\\""')), {
    code: 307,
    agent: "isi.example",
    text: 'Session parameter "foo"',
  });
  assert.deepEqual(headers.warning(valueOf('Warning: 399 [2001:db8::1]:5060 ""')), {
    code: 399,
    agent: "[2001:db8::1]:5060",
    text: "",
  });
});

Deno.test("readWarning refuses codes of other lengths and texts without quotes", () => {
  assertMalformed("Warning", (value) => headers.warning(value), [
    "",
    "399",
    "399 a",
    "399 a b",
    '1812 a "b"',
    '99 a "b"',
    '399 a "b" c',
    '399 a "b',
  ]);
});
