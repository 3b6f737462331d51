// A call is given up before it is answered, from either side and at every moment.

import assert from "node:assert/strict";
import { header } from "./sip_text.ts";
import { addBrowser, answerSdp, assertNothingLeft, offerSdp, relayAddress, stage } from "./stage.ts";

Deno.test("a browser hangs up before any response: no CANCEL until one comes", () => {
  const set = stage();
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(300);
  alice.end();
  network.run(5000);
  assert.equal(phone.count("CANCEL"), 0);
  assert.equal(alice.story(), "OK");
  phone.ring();
  network.run(1000);
  assert.equal(phone.count("CANCEL"), 1);
  assert.equal(phone.received.at(-1)!.start, "ACK");
  assert.equal(phone.state, "ended");
  const invite = phone.last("INVITE");
  const cancel = phone.last("CANCEL");
  for (const name of ["via", "from", "to", "call-id"]) {
    assert.equal(header(cancel, name), header(invite, name), name);
  }
  assert.equal(cancel.requestUri, invite.requestUri);
  assert.equal(header(cancel, "cseq"), "1 CANCEL");
  assertNothingLeft(set);
});

Deno.test("a browser hangs up while it rings: CANCEL, 487, ACK", () => {
  const set = stage({ invited: (phone) => phone.ring() });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  alice.end();
  network.run(1000);
  assert.equal(phone.story(), "INVITE CANCEL ACK");
  assert.equal(alice.story(), "RINGING OK");
  assertNothingLeft(set);
});

Deno.test("a browser hangs up on a phone that never answers: the INVITE ends by its timer, without a CANCEL", () => {
  const set = stage();
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(100);
  alice.end();
  network.run(40_000);
  assert.equal(phone.count("CANCEL"), 0);
  assert.equal(phone.count("INVITE"), 7);
  assertNothingLeft(set);
});

Deno.test("the CANCEL is answered but the INVITE never: nothing stays", () => {
  const set = stage({ invited: (phone) => phone.ring() });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  network.detach(phone.at);
  alice.end();
  network.run(1000);
  assert.equal(alice.story(), "RINGING OK");
  assertNothingLeft(set);
});

Deno.test("200 crosses CANCEL: ACK, then BYE, and the browser hears no answer", () => {
  const set = stage({ invited: (phone) => phone.ring() });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  alice.end();
  network.run(12);
  phone.answer(answerSdp);
  network.run(1000);
  assert.equal(phone.story(), "INVITE CANCEL ACK BYE");
  assert.equal(alice.story(), "RINGING OK");
  assert.equal(phone.state, "ended");
  assertNothingLeft(set);
});

Deno.test("ANSWER crosses SHUTDOWN of the caller: the phone's call is ended on both sides", () => {
  const set = stage({ invited: (phone) => phone.ring() });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  phone.answer(answerSdp);
  network.run(15);
  alice.end();
  network.run(1000);
  assert.equal(phone.story(), "INVITE ACK BYE");
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a phone cancels its call to a browser: 200 to the CANCEL, 487, SHUTDOWN", () => {
  const set = stage();
  const { alice, network, phone } = set;
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  phone.cancel();
  network.run(1000);
  assert.equal(phone.story(), "180 200 487");
  assert.equal(header(phone.last("200"), "to"), header(phone.last("487"), "to"));
  assert.equal(alice.story(), "OFFER SHUTDOWN");
  assertNothingLeft(set);
});

Deno.test("ANSWER crosses CANCEL: the browser's late ANSWER meets a closed session", () => {
  const set = stage();
  const { alice, network, phone } = set;
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  phone.cancel();
  network.run(5);
  const offer = alice.only("OFFER");
  network.after(7, () => alice.accept(offer, answerSdp));
  network.run(1000);
  assert.equal(phone.story(), "180 200 487");
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("CANCEL crosses 200: the phone has its answer, ACKs it and says BYE", () => {
  const set = stage();
  const { alice, network, phone } = set;
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  alice.accept(alice.only("OFFER"), answerSdp);
  network.run(15);
  phone.cancel();
  network.run(1000);
  assert.equal(phone.state, "ended");
  assert.equal(alice.session.state, "ended");
  assert.equal(alice.story(), "OFFER OK SHUTDOWN");
  assertNothingLeft(set);
});

Deno.test("a browser gives up its call to a browser", () => {
  const set = stage();
  const { alice, network } = set;
  const carol = addBrowser(set, "carol");
  alice.call("carol", offerSdp);
  network.run(500);
  alice.end();
  network.run(500);
  assert.equal(alice.story(), "RINGING OK");
  assert.equal(carol.story(), "OFFER SHUTDOWN");
  assertNothingLeft(set);
});
