import assert from "node:assert/strict";
import fc from "fast-check";
import * as codes from "./assembly/codes.ts";
import { faultText, loadText } from "./codec.ts";
import { roap } from "./roap.ts";
import { isToken, isUser, uri } from "./uri.ts";

Deno.test("uri reads every part of a SIP URI", () => {
  const text =
    "sips:al%20ice;x:p%77@Atlanta.Example.COM.:5061;transport=TCP;LR;maddr=[::1];x=%41?subject=a&p=";
  assert.equal(uri.read(text), 0);
  assert.equal(uri.scheme, codes.SCHEME_SIPS);
  assert.equal(uri.user, "al%20ice;x");
  assert.equal(uri.host, "atlanta.example.com.");
  assert.equal(uri.hostIsIp, false);
  assert.equal(uri.port, 5061);
  assert.equal(uri.transport, codes.TRANSPORT_TCP);
  assert.equal(uri.lr, true);
  assert.equal(uri.maddr, "[::1]");
  assert.equal(uri.hasHeaders, true);
  assert.equal(uri.param("X"), "%41");
  assert.equal(uri.param("lr"), "");
  assert.equal(uri.param("subject"), undefined);
});

Deno.test("uri reads hosts that are addresses", () => {
  assert.equal(uri.read("sip:[2001:DB8::192.0.2.1]:5060"), 0);
  assert.equal(uri.host, "2001:db8::192.0.2.1");
  assert.equal(uri.hostIsIp, true);
  assert.equal(uri.user, "");
  assert.equal(uri.port, 5060);
  assert.equal(uri.read("sip:1@192.0.2.255"), 0);
  assert.equal(uri.hostIsIp, true);
  assert.equal(uri.port, 0);
  assert.equal(uri.lr || uri.hasHeaders, false);
});

Deno.test("uri reads telephone numbers without their separators", () => {
  assert.equal(uri.read("tel:+1-(201).555-0123;ext=5"), 0);
  assert.equal(uri.scheme, codes.SCHEME_TEL);
  assert.equal(uri.user, "+12015550123");
  assert.equal(uri.host, "");
  assert.equal(uri.param("ext"), "5");
  assert.equal(uri.read("tel:*31#-7042;phone-context=example.com"), 0);
  assert.equal(uri.user, "*31#7042");
});

Deno.test("uri leaves other schemes to others", () => {
  assert.equal(uri.read("http://example.org/?q=1"), 0);
  assert.equal(uri.scheme, codes.SCHEME_OTHER);
});

const good = [
  "sip:a@b",
  "sip:b",
  "SIP:a@b-c.d1",
  "sip:a:@b",
  "sip:;@b",
  "sip:/?=+$,&@b",
  "sip:a@[::]",
  "sip:a@[1::]",
  "sip:a@[1:2:3:4:5:6:7:8]",
  "sip:a@[::ffff:1.2.3.4]",
  "sip:a@1.host",
  "sip:a@b;p=[]/:&+$",
  "sip:a@b?x=",
  "sip:sip%3Aa%00@b",
  "tel:+1",
  "urn:service:sos",
];
const bad: readonly [text: string, fault: number][] = [
  ["", codes.FAULT_URI_SCHEME],
  ["bob", codes.FAULT_URI_SCHEME],
  ["1sip:a@b", codes.FAULT_URI_SCHEME],
  [":a@b", codes.FAULT_URI_SCHEME],
  [" sip:a@b", codes.FAULT_URI_SCHEME],
  ["sip:", codes.FAULT_URI_HOST],
  ["sip:@b", codes.FAULT_URI_USER],
  ["sip::p@b", codes.FAULT_URI_USER],
  ["sip:a@", codes.FAULT_URI_HOST],
  ["sip:a@b@c", codes.FAULT_URI_CHARACTER],
  ["sip:a@-b", codes.FAULT_URI_HOST],
  ["sip:a@b-", codes.FAULT_URI_HOST],
  ["sip:a@b..c", codes.FAULT_URI_HOST],
  ["sip:a@1.2.3", codes.FAULT_URI_HOST],
  ["sip:a@1.2.3.256", codes.FAULT_URI_HOST],
  ["sip:a@b_c", codes.FAULT_URI_CHARACTER],
  ["sip:a@[1]", codes.FAULT_URI_HOST],
  ["sip:a@[::1", codes.FAULT_URI_HOST],
  ["sip:a@[:::]", codes.FAULT_URI_HOST],
  ["sip:a@[1:]", codes.FAULT_URI_HOST],
  ["sip:a@[:1::]", codes.FAULT_URI_HOST],
  ["sip:a@[1::2::3]", codes.FAULT_URI_HOST],
  ["sip:a@[1:2:3:4:5:6:7:8:9]", codes.FAULT_URI_HOST],
  ["sip:a@[12345::]", codes.FAULT_URI_HOST],
  ["sip:a@[::1.2.3]", codes.FAULT_URI_HOST],
  ["sip:a@b:", codes.FAULT_URI_PORT],
  ["sip:a@b:0", codes.FAULT_URI_PORT],
  ["sip:a@b:65536", codes.FAULT_URI_PORT],
  ["sip:a@b:99999999999999999999", codes.FAULT_URI_PORT],
  ["sip:a@b;", codes.FAULT_URI_PARAMETER],
  ["sip:a@b;x=", codes.FAULT_URI_PARAMETER],
  ["sip:a@b;lr;lr", codes.FAULT_URI_PARAMETER],
  ["sip:a@b;transport=tcp;transport=udp", codes.FAULT_URI_PARAMETER],
  ["sip:a@b;maddr=a..b", codes.FAULT_URI_PARAMETER],
  ["sip:a@b?", codes.FAULT_URI_HEADER],
  ["sip:a@b?x", codes.FAULT_URI_HEADER],
  ["sip:a%4@b", codes.FAULT_URI_ESCAPE],
  ["sip:a@b%41", codes.FAULT_URI_ESCAPE],
  ["sip:a@b;x=%zz", codes.FAULT_URI_PARAMETER],
  ["sip:a@b ", codes.FAULT_URI_CHARACTER],
  ["sip:a@b\r\nEvil: x", codes.FAULT_URI_CHARACTER],
  ["sip:a\n@b", codes.FAULT_URI_CHARACTER],
  ["sip:a@b>", codes.FAULT_URI_CHARACTER],
  ["sip:a@b\0", codes.FAULT_URI_CHARACTER],
  ['sip:"a"@b', codes.FAULT_URI_HOST],
  ["sip:zoë@b", codes.FAULT_URI_CHARACTER],
  ["sip:a@bë", codes.FAULT_URI_CHARACTER],
  ["tel:", codes.FAULT_URI_NUMBER],
  ["tel:+", codes.FAULT_URI_NUMBER],
  ["tel:+-()", codes.FAULT_URI_NUMBER],
  ["tel:123", codes.FAULT_URI_NUMBER],
  ["tel:123;x=phone-context=1", codes.FAULT_URI_CHARACTER],
  ["tel:+1a", codes.FAULT_URI_CHARACTER],
  ["http:", codes.FAULT_URI_CHARACTER],
  ["http:a b", codes.FAULT_URI_CHARACTER],
  ["http:%4", codes.FAULT_URI_ESCAPE],
  // A control character that becomes a colon when bit 5 is set.
  ["sip\x1aa@b", codes.FAULT_URI_SCHEME],
  ["sip:a@" + "b".repeat(256), codes.FAULT_URI_HOST],
  ["sip:" + "a".repeat(4090) + "@bc", codes.FAULT_URI_TOO_LONG],
  ["sip:" + "ä".repeat(3000), codes.FAULT_URI_TOO_LONG],
];

Deno.test("uri takes what the grammar allows", () => {
  for (const text of good) assert.equal(faultText(uri.read(text)), faultText(0), text);
});

for (const [text, fault] of bad) {
  Deno.test(`uri refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.equal(faultText(uri.read(text)), faultText(fault));
    assert.ok(uri.faultOffset <= text.length * 3);
  });
}

Deno.test("uri lets nothing through that could end a line, a <> or a quote", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 30 }), fc.nat(3), (text, where) => {
    const whole = [`sip:${text}@b`, `sip:a@${text}`, `sip:a@b;x=${text}`, text][where]!;
    if (uri.read(whole) === 0) assert.match(whole, /^[!#-;=?-~]+$/);
  }));
});

Deno.test("isUser and isToken take whole texts only", () => {
  for (const text of ["a", "+1-2", "a%41", "a;b=c", "x".repeat(256)]) assert.ok(isUser(text), text);
  for (const text of ["", "a b", "a@b", "a:b", "a%4", "ä", "a\n", "a\0", "x".repeat(257), '"']) {
    assert.ok(!isUser(text), text);
  }
  for (const text of ["a", "-.!%*_+`'~"]) assert.ok(isToken(text), text);
  for (const text of ["", "a b", "a;", "ä", "a\r", "a\0", "x".repeat(5000)]) assert.ok(!isToken(text), text);
});

Deno.test("uri gives password and headers", () => {
  assert.equal(uri.read("sip:ann:s3%20cret@hill.example;lr?Subject=a%20b&priority=urgent&body="), 0);
  assert.equal(uri.user, "ann");
  assert.equal(uri.password, "s3%20cret");
  assert.equal(uri.header("subject"), "a%20b");
  assert.equal(uri.header("Priority"), "urgent");
  assert.equal(uri.header("body"), "");
  assert.equal(uri.header("Route"), undefined);
  assert.equal(uri.read("sip:hill.example"), 0);
  assert.deepEqual([uri.password, uri.header("")], ["", undefined]);
});

Deno.test("readSpan reads a URI in the window as read() does, whatever stands behind it", () => {
  const part = fc.constantFrom(
    "sip:",
    "tel:+1",
    "a",
    "b.c",
    "@",
    ":",
    "50",
    ";lr",
    "=",
    "?",
    "[::1]",
    "%41",
    "%",
    "é",
  );
  const behind = fc.constantFrom("", "com", ":50", "@b", ";x", "/");
  fc.assert(fc.property(fc.array(part, { maxLength: 12 }), behind, (parts, more) => {
    const text = parts.join("");
    // In place of a long escape stands its short text, and behind it what came after.
    const message = `{"messageType":"INFO","offererSessionId":"a","to":"\\u0073${text}","from":"${more}"}`;
    assert.equal(roap.read(loadText(message)), 0);
    const expected = [uri.read(`s${text}`), uri.faultOffset, uri.user, uri.host, uri.port, uri.param("lr")];
    if (expected[0] === 0) {
      assert.deepEqual(
        [uri.readSpan(roap.to), uri.faultOffset, uri.user, uri.host, uri.port, uri.param("lr")],
        expected,
      );
    } else assert.deepEqual([uri.readSpan(roap.to), uri.faultOffset], expected.slice(0, 2));
    assert.equal(roap.text(roap.to), `s${text}`);
    assert.equal(roap.text(roap.from), more);
  }));
  assert.throws(() => uri.readSpan(0xffff), RangeError);
  assert.notEqual(uri.readSpan(0), 0);
});

Deno.test("readSpan refuses what is longer than a URI may be", () => {
  const text = "sip:" + "a".repeat(4090) + "@bc";
  assert.equal(
    roap.read(loadText(JSON.stringify({ messageType: "INFO", offererSessionId: "a", content: text }))),
    0,
  );
  assert.equal(uri.readSpan(roap.content), codes.FAULT_URI_TOO_LONG);
  assert.equal(uri.readSpan(roap.content - 1), 0);
});
