// A WebSocket that carries SIP ends, at any time: whatever went on over it is over for the other side too, and nobody is rung in vain (RFC 5626 section 5.3).

import assert from "node:assert/strict";
import { header } from "./sip_text.ts";
import {
  addBrowser,
  answerSdp,
  assertNothingLeft,
  holdSdp,
  offerSdp,
  pickUp,
  relayAddress,
  type Stage,
  stage,
} from "./stage.ts";
import { WebSocketPhone, type WebSocketPhoneOptions } from "./web_socket_phone.ts";

const accounts = new Map([["carol", "secret"]]);

function carolAt(set: Stage, options: WebSocketPhoneOptions): WebSocketPhone {
  const phone = new WebSocketPhone(set, "carol", options);
  phone.registration.register();
  set.network.run(500);
  assert.equal(phone.registration.status, "200");
  return phone;
}

const rings = (phone: { ring(): void }) => phone.ring();

Deno.test("the called one's connection ends in the call: the caller hears so, and nothing is left", () => {
  const set = stage({ relay: { accounts } });
  const { alice, network } = set;
  const carol = carolAt(set, { last: 7, invited: pickUp });
  alice.call("carol", offerSdp);
  network.run(500);
  assert.equal(alice.session.state, "up");
  carol.leave();
  network.run(500);
  assert.equal(alice.session.state, "ended");
  assert.equal(alice.only("SHUTDOWN").status, undefined);
  alice.call("carol", offerSdp);
  network.run(500);
  assert.equal(alice.only("ERROR").status, 480);
  assertNothingLeft(set);
});

Deno.test("the caller's connection ends in the call", () => {
  const set = stage({ relay: { accounts }, alice: { answer: answerSdp } });
  const { alice, network } = set;
  const carol = carolAt(set, { last: 7 });
  carol.dial("sip:alice@ropeway.test", offerSdp);
  network.run(500);
  assert.equal(alice.session.state, "up");
  carol.leave();
  network.run(500);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("the caller's connection ends while it rings: the called one stops ringing", () => {
  const set = stage({ relay: { accounts } });
  const { alice, network } = set;
  const carol = carolAt(set, { last: 7 });
  carol.dial("sip:alice@ropeway.test", offerSdp);
  network.run(500);
  assert.equal(alice.story(), "OFFER");
  carol.leave();
  network.run(500);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("the connection ends while a hold waits for its answer", () => {
  const set = stage({ relay: { accounts }, alice: {} });
  const { alice, network } = set;
  const carol = carolAt(set, { last: 7, invited: pickUp, reinvited: () => {} });
  alice.call("carol", offerSdp);
  network.run(500);
  alice.reoffer(holdSdp);
  network.run(500);
  assert.equal(carol.isAsked, true);
  carol.leave();
  network.run(500);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("the only connection ends while it rings: 480", () => {
  const set = stage({ relay: { accounts } });
  const { alice, network } = set;
  const carol = carolAt(set, { last: 7, invited: rings });
  alice.call("carol", offerSdp);
  network.run(500);
  assert.equal(alice.story(), "RINGING");
  carol.leave();
  network.run(500);
  assert.equal(alice.only("ERROR").status, 480);
  assertNothingLeft(set);
});

Deno.test("of two that ring one is gone: the other may still answer", () => {
  const set = stage({ relay: { accounts } });
  const { alice, network } = set;
  const carol = carolAt(set, { last: 7, invited: rings });
  const tab = addBrowser(set, "carol");
  alice.call("carol", offerSdp);
  network.run(500);
  carol.leave();
  network.run(500);
  assert.equal(alice.all("ERROR").length, 0);
  tab.accept(tab.only("OFFER"), answerSdp);
  network.run(500);
  assert.equal(alice.session.state, "up");
  alice.end();
  network.run(500);
  assertNothingLeft(set);
});

Deno.test("two flows of one user agent: the newer one alone rings, and the other when that fails", () => {
  const set = stage({ relay: { accounts } });
  const { alice, network } = set;
  const instance = "<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>";
  const second = carolAt(set, { last: 8, regId: 2, instance, invited: pickUp });
  const first = carolAt(set, { last: 7, regId: 1, instance, invited: rings });
  assert.equal(header(first.registration.answer!, "require"), "outbound");
  alice.call("carol", offerSdp);
  network.run(500);
  assert.deepEqual([first.story(), second.story()], ["INVITE", ""]);
  first.leave();
  network.run(500);
  assert.equal(second.state, "up");
  assert.equal(second.last("INVITE").requestUri, "sip:carol@carol8.invalid;transport=ws");
  assert.equal(alice.session.state, "up", alice.story());
  second.leave();
  network.run(500);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a browser that comes back registers the same flow: the old connection is not rung, though nobody knows that it is dead", () => {
  const set = stage({ relay: { accounts } });
  const { alice, network } = set;
  const before = carolAt(set, { last: 7, regId: 1, invited: pickUp });
  const after = carolAt(set, { last: 8, regId: 1, invited: pickUp });
  assert.doesNotMatch(header(after.registration.answer!, "contact"), /carol7/);
  alice.call("carol", offerSdp);
  network.run(500);
  assert.deepEqual([before.story(), after.state], ["", "up"]);
  // the old one is found out at last: nothing of the new one's is touched
  before.leave();
  network.run(500);
  assert.equal(alice.session.state, "up");
  alice.end();
  network.run(500);
  assertNothingLeft(set);
});

Deno.test("a stranger's call to a browser whose connection is gone: 480, not 430", () => {
  const set = stage({ relay: { accounts } });
  const { network, phone } = set;
  const carol = carolAt(set, { last: 7, invited: rings });
  phone.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(500);
  carol.leave();
  network.run(500);
  assert.equal(phone.story(), "180 480");
  assertNothingLeft(set);
});

Deno.test("a flow that sends nonsense is closed after 20 messages, with nothing kept", () => {
  const set = stage({ relay: { accounts } });
  const { network, node } = set;
  const at = { transport: "ws", host: "10.0.0.9", port: 40_009 } as const;
  network.attach(at, { receive() {}, tick() {}, nextTimer: undefined });
  for (let sent = 0; sent < 21; sent++) {
    const bytes = new TextEncoder().encode(`nonsense ${sent}\r\n\r\n`);
    node.take(bytes, { ...at, flow: 77, localPort: 8080 });
  }
  assert.deepEqual(node.closed, [{ feed: 77, code: 1008 }]);
  assertNothingLeft(set);
});

Deno.test("an answer that crosses the CANCEL has its ACK and BYE by the flow", () => {
  const set = stage({ relay: { accounts } });
  const { alice, network } = set;
  const carol = carolAt(set, { last: 7, invited: rings });
  alice.call("carol", offerSdp);
  network.run(500);
  alice.end();
  network.after(5, () => carol.answer(answerSdp));
  network.run(500);
  assert.deepEqual([carol.state, carol.count("ACK"), carol.count("BYE")], ["ended", 1, 1], carol.story());
  assertNothingLeft(set);
});
