// The end of a call: from either side, from both at once, and when messages of it are lost or late.

import assert from "node:assert/strict";
import {
  addBrowser,
  answerSdp,
  assertNothingLeft,
  browserCallsPhone,
  offerSdp,
  phoneCallsBrowser,
  stage,
} from "./stage.ts";

Deno.test("BYE crosses SHUTDOWN: both sides are answered", () => {
  const set = browserCallsPhone();
  const { alice, network, phone } = set;
  alice.end();
  phone.bye();
  network.run(1000);
  assert.equal(alice.session.state, "ended");
  assert.equal(phone.count("200"), 1, phone.story());
  assert.match(alice.story(), /OK/);
  assertNothingLeft(set);
});

Deno.test("BYE crosses BYE: both are answered with 200", () => {
  for (const begin of [browserCallsPhone, phoneCallsBrowser]) {
    const set = begin();
    const { alice, network, phone } = set;
    alice.end();
    // the relay's BYE leaves at 10 and arrives at 20
    network.run(15);
    phone.bye();
    network.run(1000);
    assert.equal(phone.count("BYE"), 1);
    assert.equal(
      phone.received.filter(({ start }) => start === "200").length,
      begin === browserCallsPhone ? 1 : 2,
    );
    assert.equal(phone.count("481"), 0);
    assertNothingLeft(set);
  }
});

Deno.test("SHUTDOWN crosses SHUTDOWN: both get their OK", () => {
  const set = stage();
  const { alice, network } = set;
  const carol = addBrowser(set, "carol", { answer: answerSdp });
  alice.call("carol", offerSdp);
  network.run(500);
  alice.end();
  carol.end();
  network.run(500);
  assert.equal(alice.session.state, "ended");
  assert.equal(carol.session.state, "ended");
  for (const browser of [alice, carol]) {
    assert.equal(browser.all("ERROR").length, 0, browser.story());
    assert.match(browser.story(), /OK$|OK SHUTDOWN$|SHUTDOWN OK$/);
  }
  assertNothingLeft(set);
});

Deno.test("a phone's BYE over a SHUTDOWN on the same wire", () => {
  const set = phoneCallsBrowser();
  const { alice, network, phone } = set;
  phone.bye();
  network.run(12);
  // the relay's SHUTDOWN is on its way to alice, who hangs up
  alice.end();
  network.run(1000);
  assert.match(alice.story(), /SHUTDOWN/);
  assert.equal(alice.all("ERROR").length, 0);
  assertNothingLeft(set);
});

Deno.test("a late ACK: the 2xx is repeated until it comes, and the call stands", () => {
  const set = stage({ alice: { answer: answerSdp } });
  const { alice, network, phone } = set;
  phone.acknowledges = false;
  phone.call("sip:alice@ropeway.test", {
    sdp: offerSdp,
    peer: { transport: "udp", host: "10.0.0.1", port: 5060 },
  });
  network.run(10_000);
  // T1, 2*T1, 4*T1, then T2
  assert.equal(phone.count("200"), 5);
  assert.equal(alice.story(), "OFFER");
  phone.acknowledges = true;
  phone.ack();
  network.run(20_000);
  assert.equal(phone.count("200"), 5);
  assert.equal(alice.story(), "OFFER OK");
  phone.bye();
  network.run(1000);
  assert.equal(alice.story(), "OFFER OK SHUTDOWN");
  assertNothingLeft(set);
});

Deno.test("no ACK at all: BYE after 64*T1, and SHUTDOWN to the browser", () => {
  const set = stage({ alice: { answer: answerSdp } });
  const { alice, network, phone } = set;
  phone.acknowledges = false;
  phone.call("sip:alice@ropeway.test", {
    sdp: offerSdp,
    peer: { transport: "udp", host: "10.0.0.1", port: 5060 },
  });
  network.run(33_000);
  assert.equal(phone.count("200"), 11);
  assert.equal(phone.count("BYE"), 1);
  assert.equal(alice.session.state, "ended");
  assert.equal(alice.last("SHUTDOWN").messageType, "SHUTDOWN");
  assertNothingLeft(set);
});

Deno.test("a browser hangs up before the ACK has come: BYE waits for it", () => {
  const set = stage({ alice: { answer: answerSdp } });
  const { alice, network, phone } = set;
  phone.acknowledges = false;
  phone.call("sip:alice@ropeway.test", {
    sdp: offerSdp,
    peer: { transport: "udp", host: "10.0.0.1", port: 5060 },
  });
  network.run(1000);
  alice.end();
  network.run(1000);
  assert.equal(phone.count("BYE"), 0);
  phone.ack();
  network.run(1000);
  assert.equal(phone.count("BYE"), 1);
  assertNothingLeft(set);
});

Deno.test("a lost ACK: the phone repeats its 2xx and gets the ACK again", () => {
  let lost = 0;
  const set = stage({
    invited: (phone) => phone.answer(answerSdp),
    network: {
      lose: ({ bytes }) => new TextDecoder().decode(bytes).startsWith("ACK") && lost++ < 3,
    },
  });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(10_000);
  assert.equal(phone.count("ACK"), 1);
  assert.equal(phone.state, "up");
  assert.equal(alice.story(), "ANSWER");
  alice.end();
  network.run(1000);
  assert.equal(phone.state, "ended");
  assertNothingLeft(set);
});

Deno.test("an ACK that is sent again is the same, wherever the phone's Contact points by then", () => {
  let lost = 0;
  const isAck = ({ bytes }: { bytes: Uint8Array }) => new TextDecoder().decode(bytes).startsWith("ACK");
  const set = stage({
    invited: (phone) => phone.answer(answerSdp),
    network: { lose: (packet) => isAck(packet) && lost++ < 1 },
  });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(100);
  phone.contactHost = "10.0.0.9";
  phone.request("UPDATE");
  network.run(100);
  phone.contactHost = phone.at.host;
  network.run(2000);
  const acks = network.packets.filter(isAck);
  assert.deepEqual(acks.map(({ fate }) => fate), ["lost", "delivered"]);
  assert.deepEqual(acks[1]!.bytes, acks[0]!.bytes);
  assert.equal(phone.state, "up");
});

Deno.test("a browser that gives no OK to the ANSWER: ended on both sides", () => {
  const set = stage({ alice: { polite: false }, invited: (phone) => phone.answer(answerSdp) });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(40_000);
  assert.equal(phone.state, "ended");
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a phone is gone in the middle of a call: the browser's hang-up is answered, nothing stays", () => {
  const set = browserCallsPhone();
  const { alice, network, phone } = set;
  network.detach(phone.at);
  alice.end();
  network.run(1000);
  assert.match(alice.story(), /OK$/);
  assertNothingLeft(set);
});
