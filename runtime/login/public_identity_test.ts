import assert from "node:assert/strict";
import { userOfClaim } from "./public_identity.ts";

Deno.test("userOfClaim: names, addresses and SIP URIs of the domain", () => {
  for (
    const [value, user] of [
      ["alice", "alice"],
      ["+49301234", "+49301234"],
      ["a%40b", "a%40b"],
      ["alice@ropeway.test", "alice"],
      ["alice@Ropeway.TEST", "alice"],
      ["sip:alice@ropeway.test", "alice"],
      ["SIPS:alice@ropeway.test", "alice"],
    ]
  ) assert.equal(userOfClaim(value, "ropeway.test"), user, value);
});

Deno.test("userOfClaim: what is no user of the domain", () => {
  const values = [
    "",
    "a b",
    "alice@",
    "@ropeway.test",
    "alice@other.test",
    "alice@evil.test@ropeway.test",
    "alice@ropeway.test.evil.test",
    "alice@ropeway.test:5060",
    "alice@ropeway.test;user=phone",
    "sip:alice",
    "sip:@ropeway.test",
    "sip:alice:secret@ropeway.test",
    "sip:alice@ropeway.test?Subject=x",
    "tel:+49301234",
    "<sip:alice@ropeway.test>",
    "alice\r\nX: y",
    "alice\n@ropeway.test",
    "älice",
    "a".repeat(257),
    7,
    null,
    undefined,
    ["alice"],
    { toString: () => "alice" },
  ];
  for (const value of values) assert.equal(userOfClaim(value, "ropeway.test"), undefined, String(value));
});
