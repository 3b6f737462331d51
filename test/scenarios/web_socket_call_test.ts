// Browsers that speak SIP over WebSockets call and are called: by browsers that speak ROAP, by phones, by each other.

import assert from "node:assert/strict";
import { DigestPhone } from "../digest_phone.ts";
import { Registration } from "./registration.ts";
import { header } from "./sip_text.ts";
import {
  addPhone,
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

const accounts = new Map([["carol", "secret"], ["dave", "secret"]]);

function registered(set: Stage, user: string, options: WebSocketPhoneOptions): WebSocketPhone {
  const phone = new WebSocketPhone(set, user, options);
  phone.registration.register();
  set.network.run(500);
  assert.equal(phone.registration.status, "200");
  return phone;
}

Deno.test("a browser that speaks ROAP calls one that speaks SIP, and both talk, hold and hang up", () => {
  const set = stage({ relay: { accounts }, alice: { answer: answerSdp } });
  const { alice, network } = set;
  const carol = registered(set, "carol", { last: 7, invited: pickUp });
  alice.call("carol", offerSdp);
  network.run(500);
  assert.equal(alice.story(), "RINGING ANSWER");
  assert.equal(alice.only("ANSWER").sdp, answerSdp);
  const invite = carol.last("INVITE");
  assert.equal(invite.requestUri, "sip:carol@carol7.invalid;transport=ws");
  assert.match(header(invite, "via"), /^SIP\/2\.0\/WS 10\.0\.0\.1:8080;/);
  assert.equal(header(invite, "contact"), "<sip:alice@10.0.0.1:8080;transport=ws>");
  assert.equal(carol.state, "up");
  // a hold from either side: to a Contact that leads nowhere it goes by the flow
  alice.reoffer(holdSdp);
  network.run(500);
  assert.equal(carol.last("INVITE").body, holdSdp);
  carol.reinvite(offerSdp);
  network.run(500);
  assert.equal(alice.last("OFFER").sdp, offerSdp);
  alice.end();
  network.run(500);
  assert.equal(carol.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a browser that speaks SIP calls one that speaks ROAP from the flow it registered on, without a further proof", () => {
  const set = stage({ relay: { accounts }, alice: { answer: answerSdp } });
  const { alice, network } = set;
  const carol = registered(set, "carol", { last: 7 });
  carol.dial("sip:alice@ropeway.test", offerSdp);
  network.run(500);
  assert.equal(carol.state, "up", carol.story());
  assert.equal(alice.only("OFFER").from, "sip:carol@ropeway.test");
  assert.equal(header(carol.last("200"), "contact"), "<sip:alice@10.0.0.1:8080;transport=ws>");
  assert.match(header(carol.last("200"), "via"), /^SIP\/2\.0\/WS carol7\.invalid;.*received=10\.0\.0\.7/);
  alice.end();
  network.run(500);
  assert.equal(carol.state, "ended");
  assertNothingLeft(set);
});

Deno.test("from another flow an account's name has to be proved, by digest in the INVITE", () => {
  const set = stage({ relay: { accounts }, alice: { answer: answerSdp } });
  const { network } = set;
  registered(set, "carol", { last: 7 });
  const other = new WebSocketPhone(set, "carol", { last: 8 });
  const uri = "sip:alice@ropeway.test";
  other.dial(uri, offerSdp);
  network.run(500);
  const challenge = header(other.last("401"), "www-authenticate");
  const digest = new DigestPhone({ user: "carol", password: "secret", realm: "ropeway.test" });
  const line = digest.answer(`WWW-Authenticate: ${challenge}`, { method: "INVITE", uri });
  other.dial(uri, offerSdp, [["Authorization", line.slice(line.indexOf(":") + 2)]]);
  network.run(500);
  assert.equal(other.state, "up", other.story());
  other.bye();
  network.run(500);
  assertNothingLeft(set);
});

for (const [caller, callee] of [["ws", "udp"], ["udp", "ws"], ["ws", "ws"]] as const) {
  Deno.test(`a phone over ${caller} calls a phone over ${callee}`, () => {
    const set = stage({ relay: { accounts } });
    const { network } = set;
    const make = (user: string, transport: "ws" | "udp", last: number) => {
      if (transport === "ws") return registered(set, user, { last, invited: pickUp });
      const phone = addPhone(set, user, { last, domain: "ropeway.test", invited: pickUp });
      new Registration({ network, phone, password: "secret", peer: relayAddress }).register();
      network.run(500);
      return phone;
    };
    const carol = make("carol", caller, 7);
    const dave = make("dave", callee, 8);
    const peer = caller === "ws" ? set.node.webSockets : relayAddress;
    carol.call("sip:dave@ropeway.test", { sdp: offerSdp, peer });
    network.run(1000);
    assert.deepEqual([carol.state, dave.state], ["up", "up"], `${carol.story()} / ${dave.story()}`);
    dave.reinvite(holdSdp);
    network.run(500);
    assert.equal(carol.last("INVITE").body, holdSdp);
    dave.bye();
    network.run(500);
    assert.equal(carol.state, "ended");
    assertNothingLeft(set);
  });
}

Deno.test("a browser that speaks SIP gives up a call: CANCEL goes by its flow", () => {
  const set = stage({ relay: { accounts } });
  const { network, alice } = set;
  const carol = registered(set, "carol", { last: 7, invited: (phone) => phone.ring() });
  const dave = registered(set, "dave", { last: 8 });
  dave.dial("sip:carol@ropeway.test", offerSdp);
  network.run(500);
  dave.cancel();
  network.run(500);
  assert.deepEqual([carol.state, dave.last("487").start], ["ended", "487"]);
  alice.call("carol", offerSdp);
  network.run(200);
  alice.end();
  network.run(500);
  assert.equal(carol.count("CANCEL"), 2);
  assertNothingLeft(set);
});
