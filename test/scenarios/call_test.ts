// The main job: a browser calls a phone, a phone calls a browser, a browser calls a browser.

import assert from "node:assert/strict";
import { Browser } from "./browser.ts";
import { header } from "./sip_text.ts";
import { answerSdp, assertNothingLeft, offerSdp, relayAddress, stage } from "./stage.ts";

Deno.test("a browser calls a phone, which rings, answers and is hung up on", () => {
  const set = stage({
    invited: (phone) => {
      phone.ring();
      phone.answer(answerSdp);
    },
  });
  const { alice, network, phone } = set;
  const offer = alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  assert.equal(alice.story(), "RINGING ANSWER");
  assert.equal(phone.story(), "INVITE ACK");
  const invite = phone.last("INVITE");
  assert.equal(invite.requestUri, "sip:bob@example.org");
  assert.equal(invite.body, offerSdp);
  assert.match(header(invite, "from"), /^<sip:alice@ropeway\.test>;tag=/);
  const answer = alice.only("ANSWER");
  assert.equal(answer.sdp, answerSdp);
  assert.equal(answer.offererSessionId, offer.offererSessionId);
  assert.equal(answer.seq, 1);
  assert.equal(answer.moreComing, undefined);

  alice.hangUp(answer, 2);
  network.run(1000);
  assert.equal(phone.story(), "INVITE ACK BYE");
  assert.equal(alice.story(), "RINGING ANSWER OK");
  assertNothingLeft(set);
});

Deno.test("a phone calls a browser and hangs up", () => {
  const set = stage({ alice: { answer: answerSdp } });
  const { alice, network, phone } = set;
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  assert.equal(phone.story(), "180 200");
  assert.equal(alice.story(), "OFFER OK");
  const offer = alice.only("OFFER");
  assert.equal(offer.sdp, offerSdp);
  assert.equal(offer.from, "sip:bob@10.0.0.2");
  assert.equal(phone.last("200").body, answerSdp);
  phone.bye();
  network.run(1000);
  assert.equal(phone.story(), "180 200 200");
  assert.equal(alice.story(), "OFFER OK SHUTDOWN");
  assertNothingLeft(set);
});

Deno.test("a browser calls a browser over a SIP dialog between the two halves", () => {
  const set = stage();
  const { alice, network, node } = set;
  const carol = new Browser("carol", { answer: answerSdp });
  node.open(carol, { user: "carol", dialect: "roap" });
  alice.call("carol", offerSdp);
  network.run(1000);
  assert.equal(alice.story(), "RINGING ANSWER");
  assert.equal(carol.story(), "OFFER OK");
  assert.equal(carol.only("OFFER").from, "sip:alice@ropeway.test");
  assert.equal(alice.only("ANSWER").sdp, answerSdp);
  alice.hangUp(alice.only("ANSWER"), 2);
  network.run(1000);
  assert.equal(carol.story(), "OFFER OK SHUTDOWN");
  assertNothingLeft(set);
});
