// What a phone that was sent on tells in NOTIFY, where it keeps to its own reading of RFC 3515: whoever sent it on hears how the call fares all the same.

import assert from "node:assert/strict";
import { assertNothingLeft, browserCallsPhone } from "./stage.ts";
import { Texter } from "./texter.ts";

/** Alice has sent the phone on; it tells this, one NOTIFY each: what is in it, and its Subscription-State. */
function told(news: readonly (readonly [frag: string, state: string])[]): unknown[] {
  const set = browserCallsPhone();
  const { alice, network } = set;
  const bob = new Texter(network, set.phone);
  bob.answer = ({ start }) => start === "REFER" ? "202 Accepted" : "200 OK";
  const { local, remote } = alice.session;
  alice.send({
    messageType: "REFER",
    transactionId: "r1",
    offererSessionId: local,
    answererSessionId: remote,
    to: "carol",
  });
  network.run(100);
  for (const [frag, state] of news) {
    const lines = [["Event", "refer"], ["Subscription-State", state]] as const;
    bob.inside("NOTIFY", { body: frag, contentType: "message/sipfrag", lines });
    network.run(100);
  }
  assert.equal(bob.count("200"), news.length);
  alice.end();
  assertNothingLeft(set);
  return alice.all("NOTIFY").map(({ status, moreComing }) => moreComing === true ? `${status}…` : status);
}

Deno.test("SIP.js ends the subscription in each NOTIFY: what is under way is not over", () => {
  const all = ["100 Trying", "180 Ringing", "200 OK"].map((line) =>
    [`SIP/2.0 ${line}`, "terminated"] as const
  );
  assert.deepEqual(told(all), ["100…", "180…", 200]);
});

Deno.test("JsSIP counts the CRLF of the last line as none", () => {
  const news = [["SIP/2.0 100 Trying", "active;expires=300"], [
    "SIP/2.0 486 Busy Here",
    "terminated;reason=noresource",
  ]] as const;
  assert.deepEqual(told(news), ["100…", 486]);
});

Deno.test("a subscription that ends with a reason, or with nothing in it, is over whatever was under way", () => {
  assert.deepEqual(told([["SIP/2.0 180 Ringing\r\n", "terminated;reason=noresource"]]), [500]);
  assert.deepEqual(told([["", "terminated"]]), [500]);
  assert.deepEqual(told([["SIP/2.0 180 Ringing\r\n", "active"], ["", "terminated;reason=timeout"]]), [
    "180…",
    408,
  ]);
});
