// What a peer leaves open, the relay closes: every record has an end of its own, whatever its peer does not do.

import assert from "node:assert/strict";
import { answerSdp, offerSdp } from "../scenarios/stage.ts";
import { domain, relayHost, request, response, Target, value } from "./target.ts";

const ims = "sip:10.0.0.7:5060";
const contact = "<sip:x@10.0.0.7>";

/** alice calls out; gives back her feed and the INVITE. */
function calling(): { target: Target; feed: number; invite: string } {
  const target = new Target({ ims });
  const feed = target.open("alice");
  const ids = { offererSessionId: "s", seq: 1, tieBreaker: 1 };
  target.roap(feed, { messageType: "OFFER", ...ids, sdp: offerSdp, to: "sip:x@foreign.example" });
  return { target, feed, invite: target.sent.at(-1)!.text };
}

/** The same, answered and confirmed. */
function established(): { target: Target; feed: number; session: { offererSessionId: string } } {
  const { target, feed, invite } = calling();
  target.sip(response(invite, "200 OK", { tag: "t", contact, body: answerSdp }));
  const { offererSessionId, answererSessionId } = JSON.parse(target.told.at(-1)!.text);
  const session = { offererSessionId, answererSessionId };
  target.roap(feed, { messageType: "OK", ...session, seq: 1 });
  target.sent.length = target.told.length = 0;
  return { target, feed, session };
}

function last(target: Target, method: string): string {
  const found = target.sent.findLast(({ text }) => text.startsWith(`${method} `));
  assert.ok(found !== undefined, `No ${method} among ${target.sent.map(({ text }) => text.slice(0, 12))}`);
  return found.text;
}

Deno.test("a 2xx from one fork too many still answers the call", () => {
  const { target, feed, invite } = calling();
  for (let fork = 0; fork < 100; fork++) {
    target.sip(response(invite, "180 Ringing", { tag: `fork${fork}`, contact }));
  }
  target.sip(response(invite, "200 OK", { tag: "another", contact, body: answerSdp }));
  assert.equal(JSON.parse(target.told.at(-1)!.text).messageType, "ANSWER");
  target.close(feed);
  target.pass(300_000);
  assert.deepEqual(target.leftovers(), {});
});

Deno.test("a hundred forks that all answer are bounded, and nothing of them stays", () => {
  const { target, feed, invite } = calling();
  for (let fork = 0; fork < 100; fork++) {
    target.sip(response(invite, "200 OK", { tag: `fork${fork}`, contact, body: answerSdp }));
  }
  assert.ok(target.sent.filter(({ text }) => text.startsWith("BYE ")).length < 64);
  target.close(feed);
  target.pass(300_000);
  assert.deepEqual(target.leftovers(), {});
});

Deno.test("a re-INVITE that is never answered ends with its session", () => {
  const { target, feed, session } = established();
  target.roap(feed, { messageType: "OFFER", ...session, seq: 2, tieBreaker: 1, sdp: offerSdp });
  target.sip(response(last(target, "INVITE"), "100 Trying"));
  target.close(feed);
  target.sip(response(last(target, "BYE"), "200 OK"));
  assert.ok(last(target, "CANCEL"));
  target.pass(300_000);
  assert.deepEqual(target.leftovers(), {});
});

Deno.test("a peer that only ever says that it is about to answer a re-INVITE loses the session", () => {
  const { target, feed, session } = established();
  target.roap(feed, { messageType: "OFFER", ...session, seq: 2, tieBreaker: 1, sdp: offerSdp });
  const invite = last(target, "INVITE");
  for (let minute = 0; minute < 5; minute++) {
    target.sip(response(invite, "180 Ringing", { contact }));
    target.pass(60_000);
  }
  assert.ok(last(target, "BYE"));
  assert.match(target.told.at(-1)!.text, /SHUTDOWN/);
  target.pass(300_000);
  assert.deepEqual(target.leftovers(), {});
});

Deno.test("the 2xx of the first INVITE, repeated, is not taken for the answer to the second", () => {
  const { target, feed, invite } = calling();
  const ok = response(invite, "200 OK", { tag: "t", contact, body: answerSdp });
  target.sip(ok);
  const { offererSessionId, answererSessionId } = JSON.parse(target.told.at(-1)!.text);
  const session = { offererSessionId, answererSessionId };
  target.roap(feed, { messageType: "OK", ...session, seq: 1 });
  target.roap(feed, { messageType: "OFFER", ...session, seq: 2, tieBreaker: 1, sdp: offerSdp });
  target.sent.length = target.told.length = 0;
  target.sip(ok);
  assert.deepEqual(target.told, []);
  assert.equal(value(last(target, "ACK"), "CSeq"), "1 ACK");
});

Deno.test("a 2xx that does not name its INVITE's branch leaves the INVITE as it is", () => {
  const { target, feed, invite } = calling();
  const stray = response(invite, "200 OK", { tag: "t", contact, body: answerSdp });
  target.sip(stray.replace(/branch=\w+/, "branch=z9hG4bKother"));
  target.sip(response(invite, "100 Trying"));
  target.close(feed);
  target.pass(300_000);
  assert.deepEqual(target.leftovers(), {});
});

Deno.test("a call whose ends both went without a word is let go of", () => {
  const { target, feed } = established();
  target.pass(13 * 3_600_000);
  assert.ok(last(target, "BYE"));
  target.close(feed);
  target.pass(300_000);
  assert.deepEqual(target.leftovers(), {});
});

Deno.test("an IMS that is this relay itself is found out at once", () => {
  for (const ims of [`sip:${relayHost}:5060`, `sip:${relayHost}`, `sip:${domain}`, `sip:x@${domain};lr`]) {
    const target = new Target({ ims });
    const feed = target.open("alice");
    const ids = { offererSessionId: "s", seq: 1, tieBreaker: 1 };
    target.roap(feed, { messageType: "OFFER", ...ids, sdp: offerSdp, to: "sip:x@foreign.example" });
    const error = JSON.parse(target.told.at(-1)!.text);
    assert.equal(error.status, 482, ims);
    assert.ok(target.looped <= 3, `${target.looped} messages went round`);
    target.pass(100_000);
    assert.deepEqual(target.leftovers(), {});
  }
});

Deno.test("Contact, Record-Route and Via that lead to this relay go round once and end", () => {
  const own = [`<sip:x@${relayHost}:5060>`, `<sip:alice@${domain}>`, `<sip:x@${relayHost};transport=tcp>`];
  for (const contact of own) {
    for (
      const route of ["", `Record-Route: <sip:${relayHost}:5060;lr>`, `Record-Route: <sip:${relayHost}>`]
    ) {
      const target = new Target({ ims });
      const feed = target.open("alice");
      const via = `SIP/2.0/UDP ${relayHost}:5060;branch=z9hG4bK${route.length}`;
      const lines = route === "" ? [] : [route];
      target.sip(request({ contact, lines, via, body: offerSdp }), { host: relayHost, port: 5060 });
      const { offererSessionId } = JSON.parse(target.told.at(-1)!.text);
      const ids = { offererSessionId, answererSessionId: "a", seq: 1 };
      target.roap(feed, { messageType: "ANSWER", ...ids, sdp: answerSdp });
      target.roap(feed, { messageType: "SHUTDOWN", ...ids, seq: 2 });
      target.close(feed);
      target.pass(300_000);
      assert.ok(target.looped < 20, `${contact} ${route}: ${target.looped} messages went round`);
      assert.deepEqual(target.leftovers(), {});
    }
  }
});

Deno.test("a tag is taken off From by its place, whatever a quoted name or the URI holds", () => {
  for (
    const from of [
      '"a;tag=b;c" <sip:m@e.example;tag=z;y=1>;tag=real',
      '"é;tag=b" <sip:m@e.example>;x=y;tag=real;z',
      "<sip:m@e.example>; tag = real ;z=1",
      "sip:m@e.example;tag=real",
    ]
  ) {
    const target = new Target({ ims });
    const feed = target.open("alice");
    target.sip(request({ from, body: offerSdp }));
    const { offererSessionId } = JSON.parse(target.told.at(-1)!.text);
    const ids = { offererSessionId, answererSessionId: "a", seq: 1 };
    target.roap(feed, { messageType: "ANSWER", ...ids, sdp: answerSdp });
    target.close(feed);
    target.pass(40_000);
    const to = value(last(target, "BYE"), "To");
    assert.equal(to.match(/;\s*tag\s*=\s*real/g)?.length, 1, to);
    assert.ok(to.endsWith(";tag=real"), to);
  }
});
