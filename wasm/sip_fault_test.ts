import assert from "node:assert/strict";
import * as codes from "./assembly/codes.ts";
import { faultStatus, faultText, inputWindow, load, loadText } from "./codec.ts";
import { sip } from "./sip.ts";
import { changed } from "./sip_sample.ts";

function read(text: string): number {
  return sip.read(loadText(text));
}

const faults: readonly [claim: string, text: string, fault: number, header: number, answerable: boolean][] = [
  ["nothing", "", codes.FAULT_EMPTY, 0, false],
  ["line breaks alone", "\r\n\r\n", codes.FAULT_EMPTY, 0, false],
  ["another version", changed("start", "INVITE sip:b@c SIP/7.0"), codes.FAULT_BAD_VERSION, 0, true],
  ["two spaces", changed("start", "INVITE  sip:b@c SIP/2.0"), codes.FAULT_BAD_REQUEST_URI, 0, true],
  [
    "white space at the end",
    changed("start", "INVITE sip:b@c SIP/2.0 "),
    codes.FAULT_BAD_START_LINE,
    0,
    true,
  ],
  ["a Request-URI in <>", changed("start", "INVITE <sip:b@c> SIP/2.0"), codes.FAULT_BAD_REQUEST_URI, 0, true],
  [
    "a Request-URI with a space",
    changed("start", "INVITE sip:b@c; lr SIP/2.0"),
    codes.FAULT_BAD_REQUEST_URI,
    0,
    true,
  ],
  [
    "a Request-URI with half an escape",
    changed("start", "INVITE sip:%4@c SIP/2.0"),
    codes.FAULT_BAD_REQUEST_URI,
    0,
    true,
  ],
  ["another protocol", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", codes.FAULT_BAD_START_LINE, 0, false],
  ["a huge status", changed("start", "SIP/2.0 4294967301 better not"), codes.FAULT_BAD_STATUS, 0, false],
  ["a line without a colon", changed("Subject", "Subject"), codes.FAULT_BAD_HEADER_LINE, 0, true],
  ["a name that is no token", changed("Subject", "Sub(ject: x"), codes.FAULT_BAD_HEADER_LINE, 0, true],
  [
    "a folded start line",
    changed("start", "INVITE sip:b@c SIP/2.0\r\n x: y"),
    codes.FAULT_BAD_HEADER_LINE,
    0,
    true,
  ],
  [
    "a bare LF",
    changed("Subject", "Subject: a\nEvil: b"),
    codes.FAULT_BARE_LINE_BREAK,
    codes.HEADER_SUBJECT,
    true,
  ],
  ["a bare CR", changed("Subject", "Subject: a\rb"), codes.FAULT_BARE_LINE_BREAK, codes.HEADER_SUBJECT, true],
  ["a NUL", changed("Subject", "Subject: a\0b"), codes.FAULT_CONTROL_CHARACTER, codes.HEADER_SUBJECT, true],
  [
    "no end of the headers",
    "INVITE sip:b@c SIP/2.0\r\nVia: SIP/2.0/UDP a",
    codes.FAULT_NO_BLANK_LINE,
    0,
    false,
  ],
  ["no Via", changed("Via", undefined), codes.FAULT_MISSING_HEADER, codes.HEADER_VIA, false],
  ["no From", changed("From", undefined), codes.FAULT_MISSING_HEADER, codes.HEADER_FROM, true],
  ["no To", changed("To", undefined), codes.FAULT_MISSING_HEADER, codes.HEADER_TO, true],
  ["no Call-ID", changed("Call-ID", undefined), codes.FAULT_MISSING_HEADER, codes.HEADER_CALL_ID, true],
  ["no CSeq", changed("CSeq", undefined), codes.FAULT_MISSING_HEADER, codes.HEADER_CSEQ, false],
  ["two To", changed("X", "t: <sip:x@y>"), codes.FAULT_DUPLICATE_HEADER, codes.HEADER_TO, true],
  [
    "two From values",
    changed("From", "From: <sip:a@b>;tag=1, <sip:c@d>"),
    codes.FAULT_BAD_HEADER,
    codes.HEADER_FROM,
    true,
  ],
  [
    "two tags",
    changed("From", "From: <sip:a@b>;tag=1;Tag=2"),
    codes.FAULT_BAD_HEADER,
    codes.HEADER_FROM,
    true,
  ],
  [
    "an open quote",
    changed("To", 'To: "Mr. J. User <sip:j@x>'),
    codes.FAULT_BAD_HEADER,
    codes.HEADER_TO,
    true,
  ],
  ["a space in <>", changed("To", "To: < sip:j@x >"), codes.FAULT_BAD_HEADER, codes.HEADER_TO, true],
  [
    "a comma in a display name",
    changed("From", "From: Bell, Alexander <sip:a@b>;tag=1"),
    codes.FAULT_BAD_HEADER,
    codes.HEADER_FROM,
    true,
  ],
  [
    "a Contact with ? outside <>",
    changed("Contact", "Contact: sip:a@b?Route=%3Csip:c%3E"),
    codes.FAULT_BAD_HEADER,
    codes.HEADER_CONTACT,
    true,
  ],
  [
    "separators without parameters",
    changed("Via", "Via: SIP/2.0/UDP 192.0.2.15;;,;,,"),
    codes.FAULT_BAD_HEADER,
    codes.HEADER_VIA,
    true,
  ],
  [
    "two branches",
    changed("Via", "Via: SIP/2.0/UDP a;branch=z9hG4bKa;branch=z9hG4bKb"),
    codes.FAULT_BAD_HEADER,
    codes.HEADER_VIA,
    true,
  ],
  [
    "another method in CSeq",
    changed("CSeq", "CSeq: 1 OPTIONS"),
    codes.FAULT_METHOD_MISMATCH,
    codes.HEADER_CSEQ,
    true,
  ],
  ["CSeq 2^31", changed("CSeq", "CSeq: 2147483648 INVITE"), codes.FAULT_BAD_NUMBER, codes.HEADER_CSEQ, true],
  ["a negative CSeq", changed("CSeq", "CSeq: -1 INVITE"), codes.FAULT_BAD_HEADER, codes.HEADER_CSEQ, true],
  [
    "Max-Forwards over 255",
    changed("Max-Forwards", "Max-Forwards: 300"),
    codes.FAULT_BAD_NUMBER,
    codes.HEADER_MAX_FORWARDS,
    true,
  ],
  [
    "a negative Content-Length",
    changed("Content-Length", "l: -999"),
    codes.FAULT_BAD_NUMBER,
    codes.HEADER_CONTENT_LENGTH,
    true,
  ],
  [
    "a huge Content-Length",
    changed("Content-Length", "l: 99999999999999999999999"),
    codes.FAULT_BAD_NUMBER,
    codes.HEADER_CONTENT_LENGTH,
    true,
  ],
  [
    "a Content-Length over the datagram",
    changed("Content-Length", "l: 5"),
    codes.FAULT_BODY_TRUNCATED,
    codes.HEADER_CONTENT_LENGTH,
    true,
  ],
  [
    "two Content-Lengths",
    changed("X", "l: 3"),
    codes.FAULT_CONTENT_LENGTH_CONFLICT,
    codes.HEADER_CONTENT_LENGTH,
    true,
  ],
  [
    "the same Content-Length twice",
    changed("X", "l: 4"),
    codes.FAULT_DUPLICATE_HEADER,
    codes.HEADER_CONTENT_LENGTH,
    true,
  ],
  [
    "257 header lines",
    changed("X", Array(251).fill("X-A: y").join("\r\n")),
    codes.FAULT_TOO_MANY_HEADERS,
    0,
    true,
  ],
  [
    "a Route without <>",
    changed("Route", "Route: sip:a@b;lr"),
    codes.FAULT_BAD_HEADER,
    codes.HEADER_ROUTE,
    true,
  ],
];

for (const [claim, text, fault, header, answerable] of faults) {
  Deno.test(`sip refuses ${claim}`, () => {
    assert.equal(faultText(read(text)), faultText(fault));
    assert.equal(sip.faultHeader, header);
    assert.equal(sip.answerable, answerable);
    if (answerable) {
      assert.ok([400, 505, 513].includes(faultStatus(fault)));
      const lines = sip.responseLines("192.0.2.1", 5060).split("\n");
      // deno-lint-ignore no-control-regex
      for (const line of lines) assert.match(line, /^[A-Za-z-]+: [^\x00-\x1f]+$/);
    }
  });
}

Deno.test("sip refuses bytes that are not UTF-8 in the headers it knows", () => {
  const bytes = new TextEncoder().encode(changed("Subject", "Subject: a~b"));
  bytes[bytes.indexOf(0x7e)] = 0xff;
  assert.equal(sip.read(load(bytes)), codes.FAULT_NOT_UTF8);
  assert.equal(sip.faultHeader, codes.HEADER_SUBJECT);
});

Deno.test("sip takes a body of any bytes, and a whole window", () => {
  const head = new TextEncoder().encode(changed("Content-Length", undefined, ""));
  const bytes = new Uint8Array(65536);
  bytes.set(head);
  assert.equal(sip.read(load(bytes)), 0);
  assert.equal(sip.bytes(sip.body).length, 65536 - head.length);
  assert.equal(load(new Uint8Array(65537)), -1);
  assert.equal(loadText("a".repeat(65537)), -1);
  assert.equal(loadText("ä".repeat(40000)), -1);
  assert.equal(sip.read(-1), codes.FAULT_TOO_LONG);
  assert.equal(sip.answerable, false);
  assert.equal(inputWindow().length, 65537);
});
