import { equal, match } from "node:assert/strict";
import { duration, explain } from "./outcome.js";

Deno.test("explain puts a status into a sentence with the peer's own words", () => {
  equal(
    explain({ errorType: "REFUSED", status: 486, reason: "Busy Here" }, "bob"),
    "bob is busy in another call. (486 Busy Here)",
  );
  equal(explain({ errorType: "TIMEOUT" }, "bob"), "bob did not answer in time. (TIMEOUT)");
});

Deno.test("explain has a sentence for every status and every error type", () => {
  for (let status = 300; status < 700; status++) match(explain({ status }, "bob"), /^[A-Z“b].+[.?] \(\d+\)$/);
  for (
    const errorType of ["NOMATCH", "TIMEOUT", "REFUSED", "CONFLICT", "DOUBLECONFLICT", "FAILED", "OTHER"]
  ) {
    match(explain({ errorType }, "bob"), /^.+\. \([A-Z]+\)$/);
  }
});

Deno.test("explain expands nothing in a name", () => {
  match(explain({ status: 486 }, "$& $1 NAME"), /^\$& \$1 NAME is busy/);
});

Deno.test("duration counts in minutes, then hours", () => {
  equal(duration(7.9), "0:07");
  equal(duration(754), "12:34");
  equal(duration(3723), "1:02:03");
});
