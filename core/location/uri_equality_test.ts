import assert from "node:assert/strict";
import fc from "fast-check";
import { sameAddress, sameUri, unescapeUser } from "./uri_equality.ts";

// The sets of RFC 3261 section 19.1.4.
const EQUAL: readonly (readonly [string, string])[] = [
  ["sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"],
  ["sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"],
  ["sip:carol@chicago.com", "sip:carol@chicago.com;security=on"],
  [
    "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
    "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
  ],
  // RFC 5954 section 4.2
  ["sip:bob@[2001:db8::9:1]", "sip:bob@[2001:DB8::9:01]"],
  ["sip:bob@[::1]:5060", "sip:bob@[0:0:0:0:0:0:0:1]:5060"],
  [
    "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
    "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
  ],
];
const DIFFERENT: readonly (readonly [string, string])[] = [
  ["SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"],
  ["sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"],
  ["sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"],
  ["sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"],
  ["sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"],
  ["sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"],
  ["sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"],
  ["sip:bob@biloxi.com", "sips:bob@biloxi.com"],
  ["sip:bob@[::1]:5060", "sip:bob@[::1]"],
  ["sip:bob@[::1]", "sip:bob@[::2]"],
  ["sip:bob@biloxi.com", "sip:biloxi.com"],
  ["sip:bob@biloxi.com", "sip:bob:pw@biloxi.com"],
  ["sip:bob@biloxi.com", "sip:bob@biloxi.com;maddr=192.0.2.1"],
  ["sip:a%3bb@biloxi.com", "sip:a;b@biloxi.com"],
];

Deno.test("sameUri: the RFC's equal URIs are equal", () => {
  for (const [left, right] of EQUAL) {
    assert.ok(sameUri(left, right) && sameUri(right, left), `${left} ${right}`);
  }
});

Deno.test("sameUri: the RFC's different URIs are different", () => {
  for (const [left, right] of DIFFERENT) {
    assert.ok(!sameUri(left, right) && !sameUri(right, left), `${left} ${right}`);
  }
});

Deno.test("sameUri: a user part may hold semicolons and question marks", () => {
  assert.ok(!sameUri("sip:a;transport=tcp@h", "sip:a@h"));
  assert.ok(sameUri("sip:a?b;c@H", "sip:a?b;c@h;x"));
});

Deno.test("sameAddress: parameters and headers do not count", () => {
  assert.ok(sameAddress("sip:ropeway.local", "sip:Ropeway.Local;transport=tcp"));
  assert.ok(!sameAddress("sip:ropeway.local", "sip:ropeway.local:5060"));
});

Deno.test("unescapeUser: every spelling of a user is one name, and any text gives one", () => {
  assert.equal(unescapeUser("%61%6Cice%2b1"), "alice+1");
  assert.equal(unescapeUser("%C3%A9"), "é");
  assert.equal(unescapeUser("a%zz"), "a%zz");
  assert.equal(unescapeUser("%ff"), "%ff");
});

Deno.test("sameUri: symmetric and reflexive for any text", () => {
  const text = fc.array(fc.constantFrom("sip:", "a", "A", "%61", "@", ";", "?", "=", "&", "x", ":5", "%"), {
    maxLength: 12,
  }).map((all) => all.join(""));
  fc.assert(fc.property(text, text, (left, right) => {
    assert.ok(sameUri(left, left));
    assert.equal(sameUri(left, right), sameUri(right, left));
  }));
});
