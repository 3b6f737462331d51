// Bad weather and whim: a fifth of the datagrams is lost, others come late, twice or in another order, and both sides do what they like.
// Nothing throws, both sides end in agreement, nothing stays.

import assert from "node:assert/strict";
import { seededRandom } from "./seeded_random.ts";
import {
  answerSdp,
  assertAgreement,
  assertNothingLeft,
  holdSdp,
  offerSdp,
  relayAddress,
  type Stage,
  stage,
} from "./stage.ts";

type Act = readonly [name: string, can: (set: Stage) => boolean, act: (set: Stage) => void];

const isUp = ({ alice }: Stage) => alice.sessions.at(-1)?.state === "up";
const isAnswerable = ({ alice }: Stage) => {
  const offer = alice.all("OFFER").at(-1);
  return offer !== undefined && alice.session.state !== "ended" && offer.seq === alice.session.seq &&
    alice.session.offerer === "remote" &&
    !alice.sent.some(({ messageType, seq, offererSessionId }) =>
      (messageType === "ANSWER" || messageType === "ERROR") && seq === offer.seq &&
      offererSessionId === offer.offererSessionId
    );
};

const acts: readonly Act[] = [
  ["alice answers", isAnswerable, ({ alice }) => alice.accept(alice.last("OFFER"), answerSdp)],
  ["alice refuses", isAnswerable, ({ alice }) => alice.refuse(alice.last("OFFER"))],
  [
    "alice offers",
    (set) => isUp(set) && !set.alice.session.isOffering,
    ({ alice }) => alice.reoffer(holdSdp),
  ],
  ["alice hangs up", ({ alice }) => alice.sessions.length > 0, ({ alice }) => alice.end()],
  ["phone rings", ({ phone }) => phone.isAsked, ({ phone }) => phone.ring()],
  ["phone has early media", ({ phone }) => phone.isAsked, ({ phone }) => phone.progress(answerSdp)],
  ["phone answers", ({ phone }) => phone.isAsked, ({ phone }) => phone.answer(answerSdp)],
  ["phone refuses", ({ phone }) => phone.isAsked, ({ phone }) => phone.reject("486 Busy Here")],
  [
    "phone offers",
    ({ phone }) => phone.state === "up" && !phone.isAsked && !phone.isOffering,
    ({ phone }) => phone.reinvite(holdSdp),
  ],
  ["phone hangs up", ({ phone }) => phone.state === "up", ({ phone }) => phone.bye()],
  ["phone cancels", ({ phone }) => phone.state === "calling", ({ phone }) => phone.cancel()],
  ["phone asks in vain", ({ phone }) => phone.state === "up", ({ phone }) => phone.request("INFO")],
];

/** Likelier the less they end. */
const weights: Readonly<Record<string, number>> = {
  "alice answers": 10,
  "alice offers": 6,
  "phone rings": 3,
  "phone answers": 10,
  "phone offers": 6,
};

function play(seed: number): string {
  const chance = seededRandom(seed);
  const told: string[] = [];
  const set = stage({
    network: { seed, loss: seed % 3 === 0 ? 0 : 0.2, delay: [1, 400], duplicates: 0.1 },
    invited: (phone) => phone.trying(),
  });
  const { alice, network, phone } = set;
  const tell = (what: string) => told.push(`${Math.round(network.now)} ${what}`);
  if (chance() < 0.5) alice.call("sip:bob@example.org", offerSdp);
  else phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  const pick = (set: Stage) => {
    const possible = acts.filter(([, can]) => can(set));
    let at = chance() * possible.reduce((sum, [name]) => sum + (weights[name] ?? 1), 0);
    return possible.find(([name]) => (at -= weights[name] ?? 1) < 0);
  };
  const count = 1 + Math.floor(chance() * 12);
  try {
    for (let step = 0; step < count; step++) {
      network.run(chance() < 0.3 ? chance() * 30 : chance() * 3000);
      const act = pick(set);
      if (act === undefined) continue;
      tell(act[0]);
      act[2](set);
    }
    network.run(400_000);
    assertAgreement(set);
    tell(phone.state);
    if (alice.sessions.at(-1)?.state === "up") {
      alice.end();
      network.run(60_000);
      assertAgreement(set);
      assert.equal(phone.state, "ended");
    }
    assertNothingLeft(set);
  } catch (error) {
    throw new Error(`Seed ${seed}: ${told.join(", ")}`, { cause: error });
  }
  return phone.state;
}

for (let block = 0; block < 4; block++) {
  Deno.test(`bad weather and whim: seeds ${block * 100} to ${block * 100 + 99}`, () => {
    for (let seed = block * 100; seed < block * 100 + 100; seed++) play(seed);
  });
}
