// Each datagram between the relay and its IMS is lost in turn, and each pair of neighbours: REGISTER, challenge, SUBSCRIBE, NOTIFY, refresh, the end. Whoever is
// logged in is registered and called, and nobody else.

import assert from "node:assert/strict";
import { numberOf } from "./home_network.ts";
import { assertLeft, contactOf, homeAddress, imsStage, logIn } from "./ims_stage.ts";
import { Phone } from "./phone.ts";
import { header } from "./sip_text.ts";
import { answerSdp, offerSdp, relayAddress } from "./stage.ts";

/** Longer than a lost pair takes to be made good by repeats. */
const patient = 10_000;

/** A whole life of a registration without the datagrams of these serials. Answers how many there were. */
function play(lost: readonly number[]): number {
  const set = imsStage({ network: { lose: ({ serial }) => lost.includes(serial) } });
  const { home, network } = set;
  const told = () => `without ${lost.join(" and ")}: ${home.story()}`;
  const browser = logIn(set, "alice", { answer: answerSdp });
  network.run(patient);
  assert.equal(home.bindings.size, 1, told());
  const first = home.proofs.length;
  // half of what was granted
  network.run(300_000 + patient);
  assert.ok(home.proofs.length > first, told());
  assert.equal(home.bindings.size, 1, told());
  const caller = new Phone({ network, user: "bob", at: { ...homeAddress, port: 5080 } });
  caller.call(contactOf(set), { sdp: offerSdp, peer: relayAddress });
  network.run(patient);
  assert.equal(caller.state, "up", told());
  caller.bye();
  network.run(patient);
  assert.ok(browser.isOpen, told());
  browser.leave();
  network.run(3000 + patient);
  assert.equal(home.bindings.size, 0, told());
  // each request has the number after the one before (section 10.2 for REGISTER, 12.2.1.1 for SUBSCRIBE in its dialog)
  for (const method of ["REGISTER", "SUBSCRIBE"]) {
    const last = new Map<string, number>();
    for (const request of home.requests(method)) {
      const callId = header(request, "call-id");
      const before = last.get(callId) ?? numberOf(request);
      assert.ok(numberOf(request) === before || numberOf(request) === before + 1, told());
      last.set(callId, numberOf(request));
    }
  }
  const count = network.packets.length;
  assertLeft(set);
  return count;
}

Deno.test("each datagram of a registration's life is lost in turn", () => {
  const count = play([]);
  assert.ok(count >= 16, `${count} datagrams`);
  for (let serial = 0; serial < count; serial++) play([serial]);
});

Deno.test("each pair of neighbours of a registration's life is lost in turn", () => {
  const count = play([]);
  for (let serial = 0; serial < count; serial++) {
    play([serial, serial + 1]);
    play([serial, serial + 2]);
  }
});
