import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import * as codes from "./assembly/codes.ts";
import { load, loadText, outputBytes, outputText, resetOutput } from "./codec.ts";
import { roap } from "./roap.ts";
import { sip } from "./sip.ts";
import { type RequestHead, writeRequest } from "./sip_writer.ts";
import { isToken, isUser, uri } from "./uri.ts";

const plain: Record<string, unknown> = {
  messageType: "OFFER",
  offererSessionId: "offerer",
  answererSessionId: "answerer",
  seq: 1,
  tieBreaker: 2,
  moreComing: false,
  errorType: null,
  status: null,
  to: "sip:bob@example.org",
  from: "alice",
  setSessionToken: "a",
  setResponseToken: "b",
  sessionToken: "c",
  responseToken: "d",
  sdp: "v=0\r\n",
  content: "e",
  transactionId: "h",
  contentType: "text/plain",
  replaces: "i",
  referToken: "j",
  reason: "f",
  other: "g",
};
const members = Object.keys(plain);

const attacks = [
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  "\0",
  "\x85",
  "\u2028",
  "%0d%0a",
  "\r\nVia: SIP/2.0/UDP evil.example",
  "\r\nContent-Length: 0\r\n\r\n",
  "\r\n\r\nBYE sip:x SIP/2.0\r\n",
  " SIP/2.0",
  ";tag=evil",
  ">;tag=evil",
  ">,<sip:evil@example.org",
  "<",
  ">",
  '"',
  '\\"',
  "\\",
  "?Route=%3Csip:evil.example%3E",
  "?Subject=a&Replaces=b",
  ";lr",
  ";maddr=evil.example",
  ",",
  "@",
  "sip:",
  "tel:+1",
  "*",
  " ",
  "\t",
];

const hostile = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...attacks) },
      fc.constantFrom("sip:bob@example.org", "bob", "tel:+1234", "sips:[2001:db8::1]:5061;transport=tcp"),
      fc.string({ maxLength: 8 }),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => parts.join(""));

const request: RequestHead = {
  method: codes.METHOD_INVITE,
  requestUri: "sip:bob@example.org",
  via: "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKone;rport",
  maxForwards: 70,
  route: "",
  from: "<sip:alice@example.org>;tag=one",
  to: "<sip:bob@example.org>",
  callId: "call",
  cseq: 1,
  contact: "<sip:alice@192.0.2.1>",
  contentType: "application/sdp",
  lines: ["Allow: INVITE"],
};

/** Header lines that every request here has, in their order, Content-Length last. */
const headerNames = [
  "Via",
  "Max-Forwards",
  "From",
  "To",
  "Call-ID",
  "CSeq",
  "Contact",
  "Allow",
  "Content-Type",
  "Content-Length",
];

/** The request URI that a browser's `to` becomes, "" when the gate does not let it pass. */
function gate(to: string): string {
  if (isUser(to)) return `sip:${to}@example.org`;
  if (uri.read(to) !== 0 || uri.hasHeaders) return "";
  return uri.scheme === codes.SCHEME_OTHER ? "" : to;
}

/** Writes what the message in the window asks for, and shows that it says nothing else. */
function checkRequest(target: string, payload: "sdp" | "content"): void {
  const body = roap.bytes(roap[payload]);
  resetOutput();
  const { start, length } = writeRequest(
    { ...request, requestUri: target, to: `<${target}>` },
    roap[payload],
  );
  const text = outputText(start, length);
  const head = text.slice(0, text.indexOf("\r\n\r\n"));
  const [startLine, ...lines] = head.split("\r\n");
  equal(startLine, `INVITE ${target} SIP/2.0`);
  const expected = body.length === 0 ? headerNames.filter((name) => name !== "Content-Type") : headerNames;
  deepEqual(lines.map((line) => line.slice(0, line.indexOf(":"))).toSorted(), expected.toSorted());
  ok(lines.includes(`To: <${target}>`));

  load(outputBytes(start, length));
  equal(sip.read(length), 0);
  equal(sip.text(sip.requestUri), target);
  equal(sip.text(sip.toUri), target);
  deepEqual([sip.toTag, sip.viaCount, sip.contactCount, sip.routeUri], [0, 1, 1, 0]);
  equal(sip.text(sip.fromTag), "one");
  deepEqual(sip.bytes(sip.body), body);
  equal(sip.contentLength, body.length);
}

for (const member of members) {
  Deno.test(`no text in ${member} makes a line, header or parameter of SIP`, () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const fault = roap.read(loadText(JSON.stringify({ ...plain, [member]: text })));
        if (fault !== 0) return equal(roap.faultMember, member);
        const target = gate(roap.text(roap.to));
        if (target !== "") checkRequest(target, "sdp");
        if (member !== "content" || target === "") return;
        roap.read(loadText(JSON.stringify({ ...plain, [member]: text })));
        checkRequest(target, "content");
      }),
      { numRuns: member === "to" ? 3000 : 100 },
    );
  });
}

Deno.test("no text passes as a user or a token that holds a delimiter of SIP", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      // deno-lint-ignore no-control-regex
      if (isUser(text)) ok(!/[\x00-\x20\x7f-\uffff<>"@:\\\[\]]/.test(text));
      // deno-lint-ignore no-control-regex
      if (isToken(text)) ok(!/[\x00-\x20\x7f-\uffff<>"@:\\\[\],;=?\/()]/.test(text));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("ids and tokens that pass hold no control character", () => {
  fc.assert(
    fc.property(fc.constantFrom(...members), hostile, (member, text) => {
      const info = { type: text, signal: text };
      if (roap.read(loadText(JSON.stringify({ ...plain, [member]: text, info }))) !== 0) return;
      const spans = [
        roap.offererSessionId,
        roap.answererSessionId,
        roap.sessionToken,
        roap.responseToken,
        roap.setSessionToken,
        roap.setResponseToken,
        roap.to,
        roap.from,
        roap.transactionId,
        roap.contentType,
        roap.replaces,
        roap.referToken,
        roap.infoType,
        roap.signal,
      ];
      // deno-lint-ignore no-control-regex
      for (const span of spans) ok(!/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(roap.text(span)));
    }),
    { numRuns: 2000 },
  );
});
