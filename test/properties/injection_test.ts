// No text of a browser's and no header value of a SIP peer's becomes a line, header or parameter in what the relay sends: seen in its real
// output, by a reader that shares nothing with it.

import assert from "node:assert/strict";
import fc from "fast-check";
import { answerSdp, offerSdp } from "../scenarios/stage.ts";
import { DigestPhone } from "../digest_phone.ts";
import { hostile } from "./hostile_text.ts";
import { parametersOf, type PlainSip, readPlain } from "./plain_sip.ts";
import { domain, request, response, Target, value } from "./target.ts";

const ims = "sip:10.0.0.7:5060";
const members = new Set([
  "answererSessionId",
  "errorType",
  "from",
  "messageType",
  "moreComing",
  "offererSessionId",
  "reason",
  "responseToken",
  "sdp",
  "seq",
  "sessionToken",
  "status",
  "tieBreaker",
  "to",
]);

/** Reads all that has left so far, and forgets it. */
function look(target: Target): PlainSip[] {
  for (const { text } of target.told.splice(0)) {
    const message = JSON.parse(text) as Record<string, unknown>;
    for (const member of Object.keys(message)) assert.ok(members.has(member), member);
  }
  return target.sent.splice(0).map(({ text }) => readPlain(text));
}

/** What a request on behalf of alice may say of her, whatever she sent. */
function checkOwn({ isRequest, headers }: PlainSip): void {
  if (!isRequest) return;
  assert.match(headers.get("From")![0]!, /^<sip:alice@ropeway\.test>;tag=[A-Za-z0-9]+$/);
  assert.match(headers.get("Call-ID")![0]!, /^[A-Za-z0-9]+$/);
  assert.deepEqual(parametersOf(headers.get("To")![0]!).filter((each) => !/^tag=t$/.test(each)), []);
}

const offer = {
  messageType: "OFFER",
  offererSessionId: "mine",
  seq: 1,
  tieBreaker: 5,
  sdp: offerSdp,
  to: "sip:x@foreign.example",
  from: "alice",
  setSessionToken: "a",
  setResponseToken: "b",
  sessionToken: "c",
  responseToken: "d",
  reason: "e",
  errorType: "FAILED",
  status: 486,
  moreComing: false,
};

for (const member of Object.keys(offer)) {
  Deno.test(`no text in ${member} of a browser's makes a line, header or parameter of SIP`, () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom("ANSWER", "ERROR", "SHUTDOWN", "OK", "RINGING"), (text, reply) => {
        const target = new Target({ ims });
        const feed = target.open("alice");
        target.roap(feed, { ...offer, [member]: text });
        const invite = target.sent.at(-1)?.text;
        for (const each of look(target)) checkOwn(each);
        if (invite !== undefined) {
          target.sip(response(invite, "183 Progress", { tag: "t", contact: "<sip:x@10.0.0.7>" }));
          const offererSessionId = member === "offererSessionId" ? text : offer.offererSessionId;
          target.roap(feed, { ...offer, messageType: "SHUTDOWN", offererSessionId, seq: 2, [member]: text });
          target.close(feed);
        }
        // the same from the other side: the browser is called
        const other = target.open("alice");
        target.sip(request({ body: offerSdp }));
        const called = target.told.findLast((each) => each.feed === other);
        if (called !== undefined) {
          const { offererSessionId } = JSON.parse(called.text);
          const ids = { messageType: reply, offererSessionId, answererSessionId: "mine" };
          target.roap(other, { ...offer, ...ids, [member]: text });
          target.roap(other, { ...offer, ...ids });
        }
        for (const each of look(target)) checkOwn(each);
        target.pass(40_000);
        look(target);
      }),
      { numRuns: member === "to" || member === "reason" ? 400 : 60 },
    );
  });
}

/** Where a SIP peer's text may stand: the message with it. */
const places: Readonly<Record<string, (text: string) => string>> = {
  "the display name of From": (text) =>
    request({ from: `"${text}" <sip:m@e.example>;tag=1`, body: offerSdp }),
  "From's URI": (text) => request({ from: `<sip:${text}@e.example>;tag=1`, body: offerSdp }),
  "From's parameters": (text) => request({ from: `<sip:m@e.example>;x=${text};tag=1`, body: offerSdp }),
  "From's tag": (text) => request({ from: `<sip:m@e.example>;tag=${text}`, body: offerSdp }),
  "the whole of From": (text) => request({ from: text, body: offerSdp }),
  "To": (text) => request({ to: `"${text}" <sip:bob@${domain}>;x=${text}`, body: offerSdp }),
  "Call-ID": (text) => request({ callId: text, body: offerSdp }),
  "Contact": (text) => request({ contact: `<sip:${text}@10.0.0.9>`, body: offerSdp }),
  "the display name of Contact": (text) => request({ contact: `"${text}" <sip:m@10.0.0.9>`, body: offerSdp }),
  "the Request-URI's parameters": (text) => request({ uri: `sip:bob@${domain};x=${text}`, body: offerSdp }),
  "the Request-URI's user": (text) => request({ uri: `sip:${text}@${domain}`, body: offerSdp }),
  "Record-Route": (text) =>
    request({ lines: [`Record-Route: <sip:p;x=${text};lr>;y=${text}`], body: offerSdp }),
  "Via": (text) => request({ via: `SIP/2.0/UDP 10.0.0.9;x=${text};branch=z9hG4bK${text}`, body: offerSdp }),
  "Require": (text) => request({ lines: [`Require: ${text}`], body: offerSdp }),
  "Timestamp": (text) => request({ lines: [`Timestamp: ${text}`], body: offerSdp }),
};

/** bob has a browser, and a phone that has registered. */
function bobs(): Target {
  const target = new Target({ accounts: new Map([["bob", "secret"]]), ims });
  const phone = new DigestPhone({ user: "bob", password: "secret", realm: domain });
  const contact = "Contact: <sip:bob@10.0.0.2:5070>";
  target.sip(phone.request({ lines: [contact] }));
  const challenge = `WWW-Authenticate: ${value(target.sent.at(-1)!.text, "WWW-Authenticate")}`;
  target.sip(phone.request({ cseq: 2, lines: [contact, phone.answer(challenge)] }));
  target.open("bob");
  look(target);
  return target;
}

for (const [place, write] of Object.entries(places)) {
  Deno.test(`no text in ${place} of a SIP peer makes a line, header or parameter of what is sent on`, () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const target = bobs();
        target.sip(write(text).replace(`sip:alice@${domain}`, `sip:bob@${domain}`));
        target.pass(300);
        const invite = target.sent.find((each) => each.text.startsWith("INVITE "))?.text;
        look(target);
        if (invite === undefined) return;
        // all the way: answered, and given up
        target.sip(
          response(invite, "200 OK", { tag: "t", contact: "<sip:bob@10.0.0.2:5070>", body: answerSdp }),
        );
        target.pass(40_000);
        look(target);
      }),
      { numRuns: 120 },
    );
  });
}

const answers: Readonly<Record<string, (invite: string, text: string) => string>> = {
  "the reason phrase": (invite, text) => response(invite, `486 ${text}`, { tag: "t" }),
  "Warning": (invite, text) =>
    response(invite, "486 Busy", { tag: "t", lines: [`Warning: 399 x "${text}"`] }),
  "Reason": (invite, text) =>
    response(invite, "486 Busy", { tag: "t", lines: [`Reason: SIP;text="${text}"`] }),
  "To's tag": (invite, text) =>
    response(invite, "200 OK", { tag: text, contact: "<sip:b@10.0.0.2>", body: answerSdp }),
  "Contact of a 2xx": (invite, text) =>
    response(invite, "200 OK", { tag: "t", contact: `<sip:${text}@10.0.0.2>`, body: answerSdp }),
  "Record-Route of a 2xx": (invite, text) =>
    response(invite, "200 OK", {
      tag: "t",
      contact: "<sip:b@10.0.0.2>",
      lines: [`Record-Route: <sip:p;x=${text};lr>;y=${text}`],
      body: answerSdp,
    }),
  "the session description": (invite, text) =>
    response(invite, "200 OK", { tag: "t", contact: "<sip:b@10.0.0.2>", body: text }),
};

for (const [place, write] of Object.entries(answers)) {
  Deno.test(`no text in ${place} of a response makes a line, header or parameter of what is sent on`, () => {
    fc.assert(
      fc.property(hostile, fc.boolean(), (text, fromPhone) => {
        const target = bobs();
        const feed = target.open("alice");
        // a browser or a phone calls bob
        if (fromPhone) target.sip(request({ uri: `sip:bob@${domain}`, body: offerSdp }));
        else target.roap(feed, { ...offer, to: "bob" });
        const invite = target.sent.find((each) => each.text.startsWith("INVITE sip:bob@10.0.0.2"))!.text;
        look(target);
        target.sip(write(invite, text));
        target.close(feed);
        target.pass(40_000);
        look(target);
      }),
      { numRuns: 120 },
    );
  });
}
