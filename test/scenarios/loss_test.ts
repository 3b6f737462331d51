// Each datagram of each basic story is lost in turn: the call comes about or is ended, on both sides alike, and nothing stays.

import assert from "node:assert/strict";
import {
  answerSdp,
  assertAgreement,
  assertNothingLeft,
  holdSdp,
  offerSdp,
  pickUp,
  relayAddress,
  type Stage,
  stage,
  type StageOptions,
} from "./stage.ts";

interface Story {
  readonly options: StageOptions;
  /** What people do; they do not look at the wire. */
  readonly act: (set: Stage) => void;
}

const patient = 60_000;

const called = ({ alice }: Stage) => alice.call("sip:bob@example.org", offerSdp);
const calling = ({ phone }: Stage) =>
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });

const stories: Readonly<Record<string, Story>> = {
  "a browser calls, and hangs up": {
    options: { invited: pickUp },
    act: (set) => {
      called(set);
      set.network.after(patient, () => set.alice.end());
    },
  },
  "a browser calls, the phone hangs up": {
    options: { invited: pickUp },
    act: (set) => {
      called(set);
      set.network.after(patient, () => set.phone.state === "up" && set.phone.bye());
    },
  },
  "a browser calls with early media": {
    options: { invited: (phone) => phone.progress(answerSdp) },
    act: (set) => {
      called(set);
      set.network.after(5000, () => set.phone.isAsked && set.phone.answer(answerSdp));
      set.network.after(patient, () => set.alice.end());
    },
  },
  "a browser calls and is refused": {
    options: { invited: (phone) => phone.reject("486 Busy Here") },
    act: called,
  },
  "a browser calls and gives up": {
    options: { invited: (phone) => phone.ring() },
    act: (set) => {
      called(set);
      set.network.after(5000, () => set.alice.end());
    },
  },
  "a browser holds": {
    options: { invited: pickUp, reinvited: (phone) => phone.answer(answerSdp) },
    act: (set) => {
      called(set);
      set.network.after(5000, () => set.alice.session.state === "up" && set.alice.reoffer(holdSdp));
      set.network.after(patient, () => set.alice.end());
    },
  },
  "a phone calls, and hangs up": {
    options: { alice: { answer: answerSdp } },
    act: (set) => {
      calling(set);
      set.network.after(patient, () => set.phone.state === "up" && set.phone.bye());
    },
  },
  "a phone calls, the browser hangs up": {
    options: { alice: { answer: answerSdp } },
    act: (set) => {
      calling(set);
      set.network.after(patient, () => set.alice.sessions.length > 0 && set.alice.end());
    },
  },
  "a phone calls and is refused": {
    options: {},
    act: (set) => {
      calling(set);
      set.network.after(5000, () => set.alice.refuse(set.alice.only("OFFER")));
    },
  },
  "a phone calls and gives up": {
    options: {},
    act: (set) => {
      calling(set);
      set.network.after(5000, () => set.phone.cancel());
    },
  },
  "a phone holds": {
    options: { alice: { answer: answerSdp } },
    act: (set) => {
      calling(set);
      set.network.after(5000, () => set.phone.state === "up" && set.phone.reinvite(holdSdp));
      set.network.after(patient, () => set.phone.state === "up" && set.phone.bye());
    },
  },
};

/** Plays a story without the datagrams of these serials. Answers how many there were. */
function play({ options, act }: Story, lost: readonly number[], name: string): number {
  const set = stage({ ...options, network: { lose: ({ serial }) => lost.includes(serial) } });
  act(set);
  set.network.run(patient - 10_000);
  assertAgreement(set, `${name} without ${lost.join(" and ")}`);
  set.network.run(60_000);
  assertAgreement(set, `${name} without ${lost.join(" and ")}`);
  assert.notEqual(set.phone.state, "up", `${name} without ${lost.join(" and ")}`);
  const count = set.network.packets.length;
  assertNothingLeft(set);
  return count;
}

for (const [name, story] of Object.entries(stories)) {
  Deno.test(`${name}: each datagram is lost in turn`, () => {
    const count = play(story, [], name);
    assert.ok(count >= 3, `${name} has ${count} datagrams`);
    for (let serial = 0; serial < count; serial++) play(story, [serial], name);
  });

  Deno.test(`${name}: each pair of neighbours is lost in turn`, () => {
    const count = play(story, [], name);
    for (let serial = 0; serial < count; serial++) {
      play(story, [serial, serial + 1], name);
      play(story, [serial, serial + 2], name);
    }
  });
}
