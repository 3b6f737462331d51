import assert from "node:assert/strict";
import fc from "fast-check";
import { METHOD_ACK, METHOD_INVITE, METHOD_OTHER } from "./assembly/codes.ts";
import { load, loadText, outputBytes, outputText, resetOutput, type Written } from "./codec.ts";
import { sip } from "./sip.ts";
import {
  methodName,
  reasonPhrase,
  type RequestHead,
  type ResponseHead,
  writeRequest,
  writeResponse,
} from "./sip_writer.ts";

const request: RequestHead = {
  method: METHOD_INVITE,
  requestUri: "sip:bob@example.org",
  via: "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa1;rport",
  maxForwards: 70,
  route: "<sip:p1.example.org;lr>, <sip:p2.example.org;lr>",
  from: '"Zoë" <sip:zoe@example.com>;tag=1',
  to: "<sip:bob@example.org>",
  callId: "abc",
  cseq: 2147483647,
  contact: "<sip:zoe@192.0.2.1>",
  contentType: "application/sdp",
  lines: ["Allow: INVITE, ACK", "Supported: 100rel"],
};
const response: ResponseHead = {
  status: 200,
  reason: "",
  kept: "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa1\nFrom: <sip:a@b>;tag=1\nCall-ID: abc\nCSeq: 1 INVITE",
  to: "<sip:b@c>;tag=2",
  contact: "",
  contentType: "",
  lines: [],
};

function text({ start, length }: Written): string {
  const whole = outputText(start, length);
  resetOutput();
  return whole;
}

Deno.test("writeRequest writes all fields, Content-Length last", () => {
  assert.equal(
    text(writeRequest(request, new TextEncoder().encode("v=0\r\n"))),
    "INVITE sip:bob@example.org SIP/2.0\r\n" +
      "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa1;rport\r\n" +
      "Max-Forwards: 70\r\n" +
      "Route: <sip:p1.example.org;lr>, <sip:p2.example.org;lr>\r\n" +
      'From: "Zoë" <sip:zoe@example.com>;tag=1\r\n' +
      "To: <sip:bob@example.org>\r\n" +
      "Call-ID: abc\r\n" +
      "CSeq: 2147483647 INVITE\r\n" +
      "Contact: <sip:zoe@192.0.2.1>\r\n" +
      "Allow: INVITE, ACK\r\n" +
      "Supported: 100rel\r\n" +
      "Content-Type: application/sdp\r\n" +
      "Content-Length: 5\r\n\r\nv=0\r\n",
  );
});

Deno.test("writeRequest leaves out what is empty", () => {
  const bare = { ...request, method: METHOD_ACK, maxForwards: 0, route: "", contact: "", lines: [], cseq: 0 };
  assert.equal(
    text(writeRequest(bare, undefined)),
    "ACK sip:bob@example.org SIP/2.0\r\n" +
      "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa1;rport\r\n" +
      "Max-Forwards: 0\r\n" +
      'From: "Zoë" <sip:zoe@example.com>;tag=1\r\n' +
      "To: <sip:bob@example.org>\r\n" +
      "Call-ID: abc\r\n" +
      "CSeq: 0 ACK\r\n" +
      "Content-Length: 0\r\n\r\n",
  );
});

Deno.test("writeResponse writes kept lines first and the RFC's phrase", () => {
  assert.equal(
    text(writeResponse({ ...response, lines: ["Server: x"], contact: "<sip:b@d>" }, undefined)),
    "SIP/2.0 200 OK\r\n" + response.kept.replaceAll("\n", "\r\n") +
      "\r\nTo: <sip:b@c>;tag=2\r\nContact: <sip:b@d>\r\nServer: x\r\nContent-Length: 0\r\n\r\n",
  );
  assert.match(
    text(writeResponse({ ...response, status: 499, reason: "Mine" }, undefined)),
    /^SIP\/2\.0 499 Mine\r\n/,
  );
  assert.equal(reasonPhrase(499), "Bad Request");
  assert.equal(methodName(METHOD_ACK), "ACK");
});

Deno.test("writeRequest takes a body from the message in the window", () => {
  sip.read(loadText(text(writeRequest(request, new TextEncoder().encode("v=0\r\n")))));
  const { start, length } = writeRequest({ ...request, cseq: 7 }, sip.body);
  assert.equal(sip.text(sip.body), "v=0\r\n");
  assert.ok(outputText(start, length).endsWith("\r\n\r\nv=0\r\n"));
  resetOutput();
});

Deno.test("writes follow each other in the arena until it is full", () => {
  const first = { ...writeResponse(response, undefined) };
  const before = outputText(first.start, first.length);
  const second = writeResponse({ ...response, status: 404 }, new Uint8Array(65536).fill(65));
  assert.equal(second.start, first.start + first.length);
  assert.equal(outputText(first.start, first.length), before);
  assert.throws(() => {
    for (let i = 0; i < 100; i++) writeResponse(response, new Uint8Array(65536));
  }, RangeError);
  resetOutput();
  writeResponse(response, undefined);
  resetOutput();
});

const texts = ["requestUri", "via", "route", "from", "to", "callId", "contact", "contentType"] as const;

Deno.test("no text of a request can become a line", () => {
  const body = new TextEncoder().encode("v=0\r\n");
  for (const field of texts) {
    for (const evil of ["a\nEvil: x", "a\r\nEvil: x", "a\rb", "a\0b", "\n", "a\x7f", "\x0b"]) {
      assert.throws(() => writeRequest({ ...request, [field]: evil }, body), Error, field);
    }
    assert.throws(() => writeRequest({ ...request, [field]: "x\ny" }, body), /Line break in field/);
  }
  for (const line of ["", "no colon", "Evil : x", "A: b\nC: d", "A:b", "Content-Length: 7", "l: 7", "Ä: b"]) {
    assert.throws(() => writeRequest({ ...request, lines: [line] }, body), Error, line);
  }
  assert.throws(
    () => writeRequest({ ...request, requestUri: "sip:a b" }, body),
    /White space in field Request-URI/,
  );
  assert.throws(() => writeRequest({ ...request, via: "" }, body), /Nothing in field Via/);
  assert.throws(
    () => writeRequest({ ...request, lines: ["A: b", "bad"] }, body),
    /No header line in field line/,
  );
});

Deno.test("no text of a response can become a line", () => {
  for (const field of ["reason", "kept", "to", "contact", "contentType"]) {
    for (const evil of ["a\nb", "a\r\nb: c", "a\0b", "a\n\nb"]) {
      assert.throws(() => writeResponse({ ...response, [field]: evil }, undefined), Error, field);
    }
  }
  assert.throws(() => writeResponse({ ...response, kept: "" }, undefined), Error);
});

Deno.test("writes refuse numbers out of range", () => {
  for (const cseq of [-1, 2147483648, 1.5, NaN]) {
    assert.throws(() => writeRequest({ ...request, cseq }, undefined), RangeError);
  }
  for (const maxForwards of [-1, 256]) {
    assert.throws(() => writeRequest({ ...request, maxForwards }, undefined), RangeError);
  }
  for (const method of [0, METHOD_OTHER, 99]) {
    assert.throws(() => writeRequest({ ...request, method }, undefined), RangeError);
  }
  for (const status of [99, 700, NaN]) {
    assert.throws(() => writeResponse({ ...response, status }, undefined), RangeError);
  }
  assert.throws(
    () => writeResponse({ ...response, lines: ["A: " + "x".repeat(100_000)] }, undefined),
    RangeError,
  );
});

Deno.test("what is written reads back the same, whatever the texts", () => {
  fc.assert(fc.property(
    fc.record({
      from: fc.string({ unit: "grapheme" }),
      to: fc.string({ unit: "binary" }),
      reason: fc.string({ unit: "binary" }),
      line: fc.string({ unit: "binary-ascii" }),
      body: fc.uint8Array(),
    }),
    ({ from, to, reason, line, body }) => {
      const head = {
        ...response,
        kept: response.kept + `\nX: ${from}`,
        to: `<sip:b@c>;x="${to}"`,
        reason,
        lines: [line],
      };
      let written: Written;
      try {
        written = writeResponse(head, body);
      } catch (error) {
        assert.ok(error instanceof Error && !(error instanceof RangeError));
        return;
      }
      const bytes = outputBytes(written.start, written.length).slice();
      resetOutput();
      const lines = new TextDecoder().decode(bytes.subarray(0, bytes.length - body.length)).split("\r\n");
      assert.equal(lines.length, 4 + 1 + 1 + 1 + 1 + 1 + 2);
      sip.read(load(bytes));
      assert.deepEqual(sip.bytes(sip.body), body);
    },
  ));
});
