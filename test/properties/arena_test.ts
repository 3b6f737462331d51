// The codec's output arena is bounded, what one input has to say is not: nothing of it may be lost.

import assert from "node:assert/strict";
import { offerSdp } from "../scenarios/stage.ts";
import { request, response, Target, value } from "./target.ts";

const ims = "sip:10.0.0.7:5060";

/** Ringing calls from browsers to the IMS. */
function ringing({ browsers, each }: { browsers: number; each: number }): Target {
  const target = new Target({ ims });
  for (let browser = 0; browser < browsers; browser++) {
    const feed = target.open(`user${browser}`);
    for (let call = 0; call < each; call++) {
      target.sent.length = 0;
      target.roap(feed, {
        messageType: "OFFER",
        offererSessionId: `session${call}`,
        seq: 1,
        tieBreaker: 1,
        sdp: offerSdp,
        to: "sip:x@foreign.example",
      });
      const invite = target.sent.at(-1)!.text;
      target.sip(response(invite, "180 Ringing", { tag: "t", contact: "<sip:x@10.0.0.7>" }));
    }
  }
  target.sent.length = 0;
  target.told.length = 0;
  return target;
}

Deno.test("Relay.endCalls ends thousands of calls at once, on both sides", () => {
  const target = ringing({ browsers: 200, each: 30 });
  assert.equal(target.relay.calls, 6000);
  target.act(() => target.relay.endCalls(target.now));
  assert.equal(target.relay.calls, 0);
  assert.equal(target.sent.filter(({ text }) => text.startsWith("CANCEL ")).length, 6000);
  assert.equal(target.told.filter(({ text }) => text.includes('"status":503')).length, 6000);
  assert.equal(new Set(target.sent.map(({ text }) => value(text, "Call-ID"))).size, 6000);
});

Deno.test("Relay.tick gives up thousands of calls in one turn of a loop that had no time before", () => {
  const target = ringing({ browsers: 200, each: 30 });
  target.now += 200_000;
  target.act(() => target.relay.tick(target.now));
  assert.equal(target.relay.calls, 0);
  assert.equal(target.told.filter(({ text }) => text.includes('"ERROR"')).length, 6000);
});

Deno.test("a body that JSON makes six times as long reaches all of a user's browsers", () => {
  const target = new Target();
  for (let browser = 0; browser < 10; browser++) target.open("alice");
  const body = "\x01".repeat(60_000);
  target.sip(request({ body }));
  assert.equal(target.told.length, 10);
  for (const { text } of target.told) assert.equal(JSON.parse(text).sdp, body);
});
