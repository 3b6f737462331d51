import assert from "node:assert/strict";
import { headers } from "../header.ts";
import { assertMalformed, valueOf } from "./sample.ts";

Deno.test("readRetryAfter reads seconds, comment and duration", () => {
  assert.deepEqual(headers.retryAfter(valueOf("Retry-After: 18000;duration=3600")), {
    seconds: 18000,
    comment: "",
    duration: 3600,
  });
  assert.deepEqual(headers.retryAfter(valueOf("Retry-After: 120 (I'm in a (long, \\) ) meeting) ;x=y")), {
    seconds: 120,
    comment: "(I'm in a (long, \\) ) meeting)",
    duration: -1,
  });
});

Deno.test("readRetryAfter refuses what is no number of seconds", () => {
  assertMalformed("Retry-After", (value) => headers.retryAfter(value), [
    "",
    "soon",
    "-1",
    "949302838503028349304023988",
    "1 (a",
    "1 (a))",
    "1 2",
    "1;duration=x",
  ]);
});
