import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { readReferTo, writeReferTo } from "./refer_to.ts";

Deno.test("readReferTo takes a URI, with Replaces at the most", () => {
  deepEqual(readReferTo("sip:a@b"), { target: "sip:a@b", replaces: "" });
  deepEqual(readReferTo("sip:a@b;method=INVITE;x=y"), { target: "sip:a@b;x=y", replaces: "" });
  deepEqual(readReferTo("sip:a?b@c"), { target: "sip:a?b@c", replaces: "" });
  deepEqual(readReferTo("sip:a@b?Replaces=1%402%3Bto-tag%3Dx%3Bfrom-tag%3Dy%3Bearly-only"), {
    target: "sip:a@b",
    replaces: "1@2;to-tag=x;from-tag=y;early-only",
  });
});

Deno.test("readReferTo refuses other methods and header fields, and what is no Replaces", () => {
  const cases = [
    ["sip:a@b;method=BYE", 403],
    ["sip:a@b?Route=x", 403],
    ["sip:a@b?", 403],
    ["sip:a@b?replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc&Subject=x", 403],
    ["sip:a@b?Replaces=", 400],
    ["sip:a@b?Replaces=a", 400],
    ["sip:a@b?Replaces=a%3Bto-tag%3Db", 400],
    ["sip:a@b?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc%0D%0AVia:x", 400],
    ["sip:a@b?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc%3Bx%3Dy", 400],
    ["sip:a@b?Replaces=%ff", 400],
    [`sip:${"a".repeat(1100)}@b`, 400],
  ] as const;
  for (const [uri, status] of cases) {
    const found = readReferTo(uri);
    equal("status" in found ? found.status : 0, status, uri);
  }
});

Deno.test("readReferTo: whatever Replaces it lets through is one line, and comes back from what writeReferTo writes", () => {
  const value = fc.array(
    fc.constantFrom("a", "@", ";to-tag=", ";from-tag=", ";early-only", "\r\n", ",", " ", '"', "<", "%"),
    {
      maxLength: 9,
    },
  ).map((parts) => parts.join(""));
  fc.assert(
    fc.property(value, (replaces) => {
      const found = readReferTo(`sip:a@b?Replaces=${encodeURIComponent(replaces)}`);
      if ("status" in found) return;
      // deno-lint-ignore no-control-regex
      equal(/[\x00-\x20\x7f,]/.test(found.replaces), false);
      deepEqual(readReferTo(writeReferTo(found).slice(1, -1)), found);
    }),
    { numRuns: 3000 },
  );
});
