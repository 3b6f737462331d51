// The same as injection_test.ts for requests beside the offers: MESSAGE, INFO, REFER and NOTIFY, from browsers and from SIP peers.

import assert from "node:assert/strict";
import fc from "fast-check";
import { answerSdp, offerSdp } from "../scenarios/stage.ts";
import { hostile } from "./hostile_text.ts";
import { type PlainSip, readPlain } from "./plain_sip.ts";
import { domain, request, response, Target, value } from "./target.ts";

const members = new Set([
  "answererSessionId",
  "content",
  "contentType",
  "errorType",
  "from",
  "info",
  "messageType",
  "moreComing",
  "offererSessionId",
  "reason",
  "referToken",
  "responseToken",
  "sdp",
  "seq",
  "status",
  "tieBreaker",
  "to",
  "transactionId",
]);

const offer = {
  messageType: "OFFER",
  offererSessionId: "mine",
  seq: 1,
  tieBreaker: 5,
  sdp: offerSdp,
  to: "sip:x@foreign.example",
};

/** Reads all that has left so far, and forgets it. */
function look(target: Target): PlainSip[] {
  for (const { text } of target.told.splice(0)) {
    const message = JSON.parse(text) as Record<string, unknown>;
    for (const member of Object.keys(message)) assert.ok(members.has(member), member);
  }
  return target.sent.splice(0).map(({ text }) => readPlain(text));
}

/** A call from alice to a phone that is up, and its INVITE. */
function upCall(): { target: Target; feed: number; invite: string } {
  const target = new Target({ ims: "sip:10.0.0.7:5060" });
  const feed = target.open("alice");
  target.roap(feed, offer);
  const invite = target.sent.find((each) => each.text.startsWith("INVITE "))!.text;
  const contact = "<sip:x@10.0.0.9:5070>";
  target.sip(response(invite, "200 OK", { tag: "t", contact, body: answerSdp }));
  const { answererSessionId } = JSON.parse(target.told.at(-1)!.text);
  target.roap(feed, { messageType: "OK", offererSessionId: "mine", answererSessionId, seq: 1 });
  look(target);
  return { target, feed, invite };
}

const own = {
  to: "sip:x@foreign.example",
  from: "alice",
  transactionId: "t",
  content: "hello",
  contentType: "text/plain",
  replaces: "other",
  referToken: "token",
  setResponseToken: "r",
};

for (const member of [...Object.keys(own), "infoType", "signal"]) {
  Deno.test(`no text in ${member} of a request of its own makes a line, header or parameter of SIP`, () => {
    const kinds = fc.constantFrom("MESSAGE", "INFO", "REFER", "OFFER", "NOTIFY");
    fc.assert(
      fc.property(hostile, kinds, fc.boolean(), (text, messageType, isInside) => {
        const { target, feed } = upCall();
        const { offererSessionId } = offer;
        const message = {
          ...own,
          messageType,
          ...(isInside ? { offererSessionId } : {}),
          ...(member === "signal" ? { info: { type: "DTMF", signal: text } } : {}),
          ...(member === "infoType" ? { info: { type: text, signal: "5" } } : { [member]: text }),
        };
        target.roap(feed, message);
        if (member !== "replaces") {
          const { replaces: _, ...blind } = message;
          target.roap(feed, blind);
        }
        for (const sent of look(target)) {
          if (!sent.isRequest) continue;
          assert.match(sent.headers.get("From")![0]!, /^<sip:alice@ropeway\.test>;tag=[A-Za-z0-9]+$/);
        }
        target.pass(40_000);
        look(target);
      }),
      { numRuns: member === "to" || member === "contentType" ? 300 : 60 },
    );
  });
}

/** Where a phone's text may stand in a request inside its call. */
const insides: Readonly<
  Record<string, (text: string) => { method: string; lines: string[]; body?: string }>
> = {
  "Content-Type of MESSAGE": (text) => ({ method: "MESSAGE", lines: [`Content-Type: ${text}`], body: "x" }),
  "the body of MESSAGE": (text) => ({ method: "MESSAGE", lines: ["Content-Type: text/plain"], body: text }),
  "the body of a key": (text) => ({
    method: "INFO",
    lines: ["Content-Type: application/dtmf-relay"],
    body: `Signal=${text}\r\nDuration=${text}\r\n`,
  }),
  "Info-Package": (text) => ({ method: "INFO", lines: [`Info-Package: ${text}`] }),
  "Refer-To": (text) => ({ method: "REFER", lines: [`Refer-To: <sip:${text}>`] }),
  "Replaces in Refer-To": (text) => ({
    method: "REFER",
    lines: [`Refer-To: <sip:carol@${domain}?Replaces=${encodeURIComponent(`${text};to-tag=a;from-tag=b`)}>`],
  }),
  "the sipfrag of NOTIFY": (text) => ({
    method: "NOTIFY",
    lines: ["Event: refer", "Subscription-State: active", "Content-Type: message/sipfrag"],
    body: `SIP/2.0 180 ${text}\r\n`,
  }),
};

for (const [place, write] of Object.entries(insides)) {
  Deno.test(`no text in ${place} makes a line, header, parameter or member of what is sent on`, () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { target, feed, invite } = upCall();
        // so that a NOTIFY finds its subscription
        target.roap(feed, {
          ...own,
          messageType: "REFER",
          offererSessionId: offer.offererSessionId,
          replaces: "",
        });
        const refer = target.sent.findLast((each) => each.text.startsWith("REFER "))!.text;
        if (place === "the sipfrag of NOTIFY") target.sip(response(refer, "202 Accepted", { tag: "t" }));
        else target.sip(response(refer, "603 Decline", { tag: "t" }));
        const { method, lines, body = "" } = write(text.isWellFormed() ? text : "x");
        target.sip(request({
          method,
          uri: "sip:alice@10.0.0.1",
          from: `${value(invite, "To")};tag=t`,
          to: value(invite, "From"),
          callId: value(invite, "Call-ID"),
          cseq: 50,
          lines,
          ...(body === "" ? {} : { body }),
        }));
        for (const { text: said } of target.told) {
          const { messageType, referToken } = JSON.parse(said) as {
            messageType: string;
            referToken?: string;
          };
          // what a browser is asked to carry out, it does
          if (messageType !== "REFER") continue;
          const again = { ...offer, offererSessionId: "second", referToken };
          target.roap(feed, again);
        }
        look(target);
        target.pass(40_000);
        look(target);
      }),
      { numRuns: 100 },
    );
  });
}
