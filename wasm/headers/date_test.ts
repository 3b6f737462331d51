import assert from "node:assert/strict";
import { headers } from "../header.ts";
import { assertMalformed, valueOf } from "./sample.ts";

Deno.test("readDate reads dates of GMT", () => {
  assert.equal(headers.date(valueOf("Date: Sat, 13 Nov 2010 23:29:00 GMT")), Date.UTC(2010, 10, 13, 23, 29));
  assert.equal(headers.date(valueOf("Date: thu, 29 feb 2024 00:00:59 gmt")), Date.UTC(2024, 1, 29, 0, 0, 59));
});

Deno.test("readDate refuses other zones, forms and days that are none", () => {
  assertMalformed("Date", (value) => headers.date(value), [
    "",
    "Fri, 01 Jan 2010 16:00:00 EST",
    "Fri, 01 Jan 2010 16:00:00 UTC",
    "Fri, 1 Jan 2010 16:00:00 GMT",
    "Fri, 30 Feb 2010 16:00:00 GMT",
    "Fri, 01 Jan 2010 24:00:00 GMT",
    "Friday, 01-Jan-10 16:00:00 GMT",
    "2010-01-01T16:00:00Z",
  ]);
});
