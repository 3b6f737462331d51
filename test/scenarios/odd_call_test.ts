// Calls that are odd but may happen: answers without a description, bodies that JSON cannot carry, a caller who calls herself, a connection
// that is cut.

import assert from "node:assert/strict";
import { Registration } from "./registration.ts";
import { address, formatSip, header } from "./sip_text.ts";
import {
  addBrowser,
  addPhone,
  answerSdp,
  assertNothingLeft,
  browserCallsPhone,
  holdSdp,
  offerSdp,
  pickUp,
  relayAddress,
  stage,
} from "./stage.ts";

Deno.test("a phone answers without a description: it is acknowledged and ended, the browser hears so", () => {
  const set = stage({ invited: (phone) => phone.answer("") });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  assert.equal(phone.story(), "INVITE ACK BYE");
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a phone answers a hold without a description: the call is ended on both sides", () => {
  const set = browserCallsPhone({ reinvited: (phone) => phone.answer("") });
  const { alice, network, phone } = set;
  alice.reoffer(holdSdp);
  network.run(1000);
  assert.equal(phone.state, "ended");
  assert.equal(alice.session.state, "ended", alice.story());
  assertNothingLeft(set);
});

Deno.test("a phone's offer that is not UTF-8: 488, and the browser hears nothing", () => {
  const set = stage();
  const { alice, network, phone } = set;
  const bytes = formatSip({
    first: "INVITE sip:alice@ropeway.test SIP/2.0",
    headers: [
      ["Via", `SIP/2.0/UDP ${phone.at.host}:${phone.at.port};branch=z9hG4bKodd`],
      ["Max-Forwards", "70"],
      ["From", "<sip:bob@10.0.0.2>;tag=1"],
      ["To", "<sip:alice@ropeway.test>"],
      ["Call-ID", "odd"],
      ["CSeq", "1 INVITE"],
      ["Contact", "<sip:bob@10.0.0.2:5070>"],
    ],
    body: offerSdp,
  });
  bytes[bytes.length - 5] = 0xff;
  network.send(bytes, { from: phone.at, to: relayAddress });
  network.run(100);
  assert.equal(phone.story(), "488");
  assert.equal(alice.story(), "");
  assertNothingLeft(set);
});

Deno.test("183 without a description rings, 180 with one is early media, and a 199 is nothing to worry about", () => {
  const set = stage({
    invited: (phone) => {
      phone.progress("");
      phone.provisional("180 Ringing", answerSdp);
      phone.provisional("199 Early Dialog Terminated", "");
      phone.answer(answerSdp);
    },
  });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  assert.equal(alice.all("ANSWER").length, 2, alice.story());
  assert.equal(alice.received[0]!.messageType, "RINGING");
  assert.equal(alice.session.state, "up");
  phone.bye();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("a phone that called says BYE before the answer: 200, 487, SHUTDOWN", () => {
  const set = stage();
  const { alice, network, phone } = set;
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(500);
  // it has learnt the relay's tag and address from the 180
  phone.dialog.target = address(header(phone.last("180"), "contact"));
  phone.dialog.remoteTag = /tag=(\w+)/.exec(header(phone.last("180"), "to"))![1]!;
  phone.bye();
  network.run(1000);
  assert.equal(phone.count("200"), 1);
  assert.equal(phone.count("487"), 1);
  assert.equal(alice.story(), "OFFER SHUTDOWN");
  assertNothingLeft(set);
});

Deno.test("alice calls herself, answers and hangs up", () => {
  const set = stage();
  const { alice, network } = set;
  alice.call("alice", offerSdp);
  network.run(500);
  alice.accept(alice.only("OFFER"), answerSdp);
  network.run(500);
  assert.equal(alice.only("ANSWER").sdp, answerSdp);
  assert.deepEqual(alice.sessions.map(({ state }) => state), ["up", "up"]);
  alice.end();
  network.run(500);
  assert.deepEqual(alice.sessions.map(({ state }) => state), ["ended", "ended"]);
  assertNothingLeft(set);
});

Deno.test("an IMS that is the relay itself: the caller is refused at once", () => {
  const set = stage({ relay: { ims: "ropeway.test" } });
  const { alice, network } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(1000);
  assert.equal(alice.only("ERROR").status, 482);
  assertNothingLeft(set);
});

Deno.test("the connection of a phone over TCP is cut in a call: the browser's hang-up is answered", () => {
  const set = stage({ relay: { accounts: new Map([["carol", "secret"]]) } });
  const { alice, network, node } = set;
  const phone = addPhone(set, "carol", {
    last: 3,
    transport: "tcp",
    domain: "ropeway.test",
    invited: pickUp,
  });
  const peer = { ...relayAddress, transport: "tcp" } as const;
  new Registration({ network, phone, password: "secret", peer }).register();
  network.run(500);
  alice.call("carol", offerSdp);
  network.run(500);
  assert.equal(alice.session.state, "up");
  network.detach(phone.at);
  alice.reoffer(holdSdp);
  network.run(1000);
  // nobody can be reached for the change; what becomes of the call is the browser's to decide, or it is over
  if (alice.session.state === "up") alice.end();
  network.run(1000);
  assert.equal(alice.session.state, "ended");
  assert.equal(node.relay.calls, 0);
  assertNothingLeft(set);
});

Deno.test("two calls of one browser at a time: each has its own sessions, and one ends without the other", () => {
  const set = stage({ invited: pickUp });
  const { alice, network, phone } = set;
  const carol = addBrowser(set, "carol", { answer: answerSdp });
  alice.call("sip:bob@example.org", offerSdp);
  network.run(500);
  alice.call("carol", offerSdp);
  network.run(500);
  assert.deepEqual(alice.sessions.map(({ state }) => state), ["up", "up"]);
  phone.bye();
  network.run(500);
  assert.deepEqual(alice.sessions.map(({ state }) => state), ["ended", "up"]);
  assert.equal(carol.session.state, "up");
  alice.end();
  network.run(500);
  assert.equal(carol.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("an OFFER with the id of a session that lives: refused, and that session goes on", () => {
  const set = browserCallsPhone();
  const { alice, network, phone } = set;
  const { local } = alice.session;
  alice.sendText(JSON.stringify({
    messageType: "OFFER",
    offererSessionId: local,
    seq: 1,
    tieBreaker: 5,
    sdp: offerSdp,
    to: "sip:bob@example.org",
  }));
  network.run(1000);
  assert.equal(alice.received.at(-1)!.messageType, "ERROR");
  assert.equal(phone.count("INVITE"), 1);
  assert.equal(phone.state, "up");
  phone.bye();
  network.run(1000);
  assert.equal(alice.received.at(-1)!.messageType, "SHUTDOWN");
  assertNothingLeft(set);
});
