// Hostile SIP: bytes of a call are changed on their way, repeated, cut, or sent again by somebody else. Nothing throws, nothing stays, and
// another call does not notice.

import assert from "node:assert/strict";
import { Phone } from "./phone.ts";
import type { PhoneNetwork } from "./phone_options.ts";
import { seededRandom } from "./seeded_random.ts";
import {
  addBrowser,
  addPhone,
  answerSdp,
  assertNothingLeft,
  holdSdp,
  offerSdp,
  pickUp,
  relayAddress,
  stage,
} from "./stage.ts";

const pieces = [
  "\r\n",
  "\r\n\r\n",
  "\r\n ",
  "\0",
  "\xff",
  ";",
  ",",
  ":",
  "<",
  ">",
  '"',
  "sip:",
  "SIP/2.0",
  "99999999999",
  "-1",
  "Content-Length: 5\r\n",
  "l: 9\r\n",
  "Via: SIP/2.0/UDP 10.0.0.9\r\n",
  "Call-ID: x\r\n",
  "CSeq: 4294967295 BYE\r\n",
  "Require: x\r\n",
  "tag=",
  "ACK",
  "BYE",
  "CANCEL",
  " ",
];

function mutate(bytes: Uint8Array, chance: () => number): Uint8Array {
  let out = [...bytes];
  const changes = 1 + Math.floor(chance() * 3);
  for (let at = 0; at < changes; at++) {
    const place = Math.floor(chance() * out.length);
    const piece = [...new TextEncoder().encode(pieces[Math.floor(chance() * pieces.length)])];
    const kind = chance();
    if (kind < 0.3) out[place] = Math.floor(chance() * 256);
    else if (kind < 0.6) out.splice(place, 0, ...piece);
    else if (kind < 0.8) out.splice(place, Math.floor(chance() * 40));
    else if (kind < 0.9) out.splice(place, piece.length, ...piece);
    else out = out.slice(0, place);
  }
  return Uint8Array.from(out);
}

function play(seed: number): void {
  const chance = seededRandom(seed);
  const set = stage({ alice: { answer: answerSdp }, invited: pickUp });
  const { alice, network, phone } = set;
  const carol = addBrowser(set, "carol", { answer: answerSdp });
  const dave = addPhone(set, "dave", { last: 9, invited: pickUp });
  dave.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(500);
  const other = carol.session;
  // what the phone sends is changed by somebody in between, and often comes besides as it was
  const between = { transport: "udp", host: "10.0.0.66", port: 5070 } as const;
  const victim = new Phone({
    network: meddling(network, chance),
    user: "bob",
    at: between,
    invited: pickUp,
  });
  if (seed % 2 === 0) {
    victim.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  } else {
    phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  }
  network.run(1000);
  if (victim.state === "up") victim.reinvite(holdSdp);
  network.run(1000);
  if (victim.state === "up") victim.bye();
  if (phone.state === "up") phone.bye();
  // all that was ever sent comes again, changed
  for (const { bytes, to, from } of [...network.packets]) {
    if (to.host !== relayAddress.host || from.host === dave.at.host) continue;
    network.send(mutate(bytes, chance), { from: between, to });
    network.run(chance() * 100);
  }
  network.run(2000);
  assert.equal(other.state, "up", carol.story());
  assert.equal(dave.state, "up", dave.story());
  dave.reinvite(`${offerSdp}a=x\r\n`);
  network.run(1000);
  assert.equal(carol.last("OFFER").sdp, `${offerSdp}a=x\r\n`);
  dave.bye();
  network.run(1000);
  assert.equal(other.state, "ended");
  alice.leave();
  assertNothingLeft(set, { isHostile: true });
}

/** The network as a phone sees it whose messages are changed on the way. */
function meddling(network: PhoneNetwork, chance: () => number): PhoneNetwork {
  return {
    after: (delay, happen) => network.after(delay, happen),
    attach: (address, node) => network.attach(address, node),
    send: (bytes, ends) => {
      if (chance() < 0.5) network.send(mutate(bytes, chance), ends);
      return chance() < 0.7 ? network.send(bytes, ends) : true;
    },
  };
}

Deno.test("changed bytes in the middle of calls: nothing throws, and another call goes on", () => {
  for (let seed = 0; seed < 120; seed++) {
    try {
      play(seed);
    } catch (error) {
      throw new Error(`Seed ${seed}`, { cause: error });
    }
  }
});

Deno.test("somebody who has read a call's messages sends them again: the call goes on", () => {
  const set = stage({ alice: { answer: answerSdp } });
  const { alice, network, phone } = set;
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(500);
  phone.reinvite(holdSdp);
  network.run(500);
  const eve = addPhone(set, "eve", { last: 66 });
  for (const { bytes, to } of [...network.packets]) {
    if (to.host === relayAddress.host) network.send(bytes, { from: eve.at, to });
  }
  network.run(1000);
  assert.equal(alice.session.state, "up", alice.story());
  assert.equal(alice.all("OFFER").length, 2);
  assert.equal(phone.state, "up");
  phone.bye();
  network.run(1000);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set, { isHostile: true });
});

Deno.test("responses to nothing, with a call's Call-ID and tags: the call goes on", () => {
  const set = stage({ invited: pickUp });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(500);
  const response = network.packets.map(({ bytes }) => new TextDecoder().decode(bytes))
    .find((text) => text.startsWith("SIP/2.0 200"))!;
  for (const status of [100, 180, 200, 302, 401, 408, 481, 487, 500, 503, 603]) {
    for (const change of [/branch=\w+/, /tag=bobtag\w+/, /CSeq: 1/]) {
      const text = response.replace("200 OK", `${status} Evil`).replace(change, (found) => `${found}9`);
      network.send(new TextEncoder().encode(text), { from: phone.at, to: relayAddress });
    }
  }
  network.run(2000);
  assert.equal(alice.session.state, "up", alice.story());
  assert.equal(phone.state, "up", phone.story());
  alice.end();
  network.run(1000);
  assert.equal(phone.state, "ended");
  assertNothingLeft(set, { isHostile: true });
});
