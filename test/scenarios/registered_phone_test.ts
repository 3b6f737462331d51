// A phone that registered with digest is called, over UDP and TCP, by a browser and by another phone.

import assert from "node:assert/strict";
import { DigestPhone } from "../digest_phone.ts";
import type { Phone } from "./phone.ts";
import { Registration } from "./registration.ts";
import { header, headerLines } from "./sip_text.ts";
import {
  addPhone,
  answerSdp,
  assertNothingLeft,
  offerSdp,
  pickUp,
  relayAddress,
  type Stage,
  stage,
} from "./stage.ts";

const accounts = new Map([["carol", "secret"], ["dave", "word"]]);

function register(
  set: Stage,
  user: string,
  { transport, last, password = accounts.get(user)! }: {
    transport: "udp" | "tcp";
    last: number;
    password?: string;
  },
): { phone: Phone; status: string } {
  const phone = addPhone(set, user, { last, transport, domain: "ropeway.test", invited: pickUp });
  const peer = { ...relayAddress, transport };
  const registration = new Registration({ network: set.network, phone, password, peer });
  registration.register();
  set.network.run(500);
  return { phone, status: registration.status };
}

for (const transport of ["udp", "tcp"] as const) {
  Deno.test(`a phone registers over ${transport} and is called by a browser`, () => {
    const set = stage({ relay: { accounts } });
    const { alice, network } = set;
    const { phone, status } = register(set, "carol", { transport, last: 3 });
    assert.equal(status, "200");
    alice.call("carol", offerSdp);
    network.run(1000);
    assert.equal(alice.story(), "RINGING ANSWER");
    assert.equal(phone.last("INVITE").body, offerSdp);
    assert.match(header(phone.last("INVITE"), "via"), new RegExp(`^SIP/2.0/${transport}`, "i"));
    phone.bye();
    network.run(1000);
    assert.equal(alice.session.state, "ended");
    assert.equal(phone.received.at(-1)!.start, "200");
    assertNothingLeft(set);
  });

  Deno.test(`a phone over ${transport} calls a phone over UDP through the relay`, () => {
    const set = stage({ relay: { accounts } });
    const { network } = set;
    const { phone: carol } = register(set, "carol", { transport, last: 3 });
    const { phone: dave } = register(set, "dave", { transport: "udp", last: 4 });
    carol.call("sip:dave@ropeway.test", { sdp: offerSdp, peer: { ...relayAddress, transport } });
    network.run(1000);
    assert.equal(carol.state, "up", carol.story());
    assert.equal(dave.state, "up", dave.story());
    assert.equal(dave.last("INVITE").body, offerSdp);
    assert.equal(carol.last("200").body, answerSdp);
    assert.notEqual(header(dave.last("INVITE"), "call-id"), header(carol.last("200"), "call-id"));
    assert.equal(headerLines(dave.last("INVITE"), "via").length, 1);
    assert.equal(header(dave.last("INVITE"), "max-forwards"), "69");
    // hold from either side, then an end
    carol.reinvite(`${offerSdp}a=sendonly\r\n`);
    network.run(1000);
    assert.equal(dave.last("INVITE").body, `${offerSdp}a=sendonly\r\n`);
    dave.reinvite(`${answerSdp}a=inactive\r\n`);
    network.run(1000);
    assert.equal(carol.last("INVITE").body, `${answerSdp}a=inactive\r\n`);
    dave.bye();
    network.run(1000);
    assert.equal(carol.state, "ended");
    assertNothingLeft(set);
  });
}

Deno.test("a wrong password: the phone is not registered, and a call to it hears 480", () => {
  const set = stage({ relay: { accounts } });
  const { alice, network } = set;
  const { phone, status } = register(set, "carol", { transport: "udp", last: 3, password: "guess" });
  assert.ok(status === "401" || status === "403", status);
  alice.call("carol", offerSdp);
  network.run(1000);
  assert.equal(alice.only("ERROR").status, 480);
  assert.equal(phone.count("INVITE"), 0);
  assertNothingLeft(set);
});

Deno.test("a phone that uses an account's name without a proof is asked for one", () => {
  const set = stage({ relay: { accounts } });
  const { alice, network } = set;
  const thief = addPhone(set, "carol", { last: 9, domain: "ropeway.test" });
  thief.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  assert.match(thief.story(), /^40[17]$/);
  assert.equal(alice.story(), "");
  assertNothingLeft(set);
});

Deno.test("a phone calls with a browser's name: 403", () => {
  const set = stage();
  const { alice, network } = set;
  const thief = addPhone(set, "alice", { last: 9, domain: "ropeway.test" });
  thief.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  assert.equal(thief.story(), "403");
  assert.equal(alice.story(), "");
  assertNothingLeft(set);
});

Deno.test("a stranger may not call out through the relay: 403", () => {
  const set = stage();
  const { network, phone } = set;
  const stranger = addPhone(set, "eve", { last: 9 });
  stranger.call("sip:bob@example.org", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  assert.equal(stranger.story(), "403");
  assert.equal(phone.story(), "");
  assertNothingLeft(set);
});

Deno.test("a phone that has not registered proves its account in the INVITE", () => {
  const set = stage({ relay: { accounts }, alice: { answer: answerSdp } });
  const { alice, network } = set;
  const carol = addPhone(set, "carol", { last: 9, domain: "ropeway.test" });
  const uri = "sip:alice@ropeway.test";
  carol.call(uri, { sdp: offerSdp, peer: relayAddress });
  network.run(100);
  const challenge = header(carol.last("401"), "www-authenticate");
  const digest = new DigestPhone({ user: "carol", password: "secret", realm: "ropeway.test" });
  const line = digest.answer(`WWW-Authenticate: ${challenge}`, { method: "INVITE", uri });
  const lines = [["Authorization", line.slice(line.indexOf(":") + 2)]] as const;
  carol.call(uri, { sdp: offerSdp, peer: relayAddress, lines });
  network.run(500);
  assert.equal(carol.state, "up", carol.story());
  assert.equal(alice.only("OFFER").from, "sip:carol@ropeway.test");
  carol.bye();
  network.run(500);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a phone over TCP whose connection is gone is not called any more: 480", () => {
  const set = stage({ relay: { accounts } });
  const { alice, network, node } = set;
  const { phone } = register(set, "carol", { transport: "tcp", last: 3 });
  node.act((relay) => relay.flowClosed(1, network.now));
  alice.call("carol", offerSdp);
  network.run(500);
  assert.equal(alice.only("ERROR").status, 480);
  assert.equal(phone.count("INVITE"), 0);
  assertNothingLeft(set);
});

Deno.test("a phone takes its registration back: 480 from then on", () => {
  const set = stage({ relay: { accounts } });
  const { alice, network } = set;
  const phone = addPhone(set, "carol", { last: 3, domain: "ropeway.test", invited: pickUp });
  const registration = new Registration({ network, phone, password: "secret", peer: relayAddress });
  registration.register();
  network.run(500);
  registration.register(0);
  network.run(500);
  assert.equal(registration.status, "200");
  alice.call("carol", offerSdp);
  network.run(500);
  assert.equal(alice.only("ERROR").status, 480);
  assertNothingLeft(set);
});

Deno.test("a registration runs out: 480 from then on", () => {
  const set = stage({ relay: { accounts } });
  const { alice, network } = set;
  register(set, "carol", { transport: "udp", last: 3 });
  network.run(3_601_000);
  alice.call("carol", offerSdp);
  network.run(500);
  assert.equal(alice.only("ERROR").status, 480);
  assertNothingLeft(set);
});
