// Each datagram of the PRACK, UPDATE and offerless ladders is lost in turn, and each pair of neighbours: the call comes about or is ended, on both sides alike,
// and nothing stays.

import assert from "node:assert/strict";
import { type TerminalStage, terminalStage, type TerminalStageOptions } from "./terminal_stage.ts";
import { answerSdp, assertNothingLeft, offerSdp, relayAddress } from "./stage.ts";

const earlySdp = answerSdp.replace("5000", "5002");
const changeSdp = answerSdp.replace("5000", "5004");
const patient = 60_000;

interface Story {
  readonly options: TerminalStageOptions;
  /** What people do; they do not look at the wire. */
  readonly act: (set: TerminalStage) => void;
}

const called = ({ alice }: TerminalStage) => alice.call("sip:bob@example.org", offerSdp);
const calling = ({ phone }: TerminalStage) =>
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });

function prAnswers({ alice }: TerminalStage): void {
  const { offererSessionId, seq } = alice.all("OFFER")[0]!;
  const ids = { offererSessionId: offererSessionId!, answererSessionId: "alice-a", seq: seq! };
  alice.send({ ...ids, messageType: "PRANSWER", sdp: earlySdp });
}

function answers({ alice }: TerminalStage): void {
  const { offererSessionId, seq } = alice.all("OFFER")[0]!;
  const ids = { offererSessionId: offererSessionId!, answererSessionId: "alice-a", seq: seq! };
  if (alice.session.state === "called") alice.send({ ...ids, messageType: "ANSWER", sdp: answerSdp });
}

const stories: Readonly<Record<string, Story>> = {
  "a called terminal with reliable 183 and 180": {
    options: {
      invited: (phone) => {
        phone.provisional("183 Session Progress", { sdp: earlySdp, reliable: true });
      },
    },
    act: (set) => {
      called(set);
      set.network.after(8000, () => {
        if (set.phone.isAsked) set.phone.provisional("180 Ringing", { reliable: true });
      });
      set.network.after(16_000, () => set.phone.isAsked && set.phone.answer(answerSdp));
      set.network.after(patient, () => set.alice.sessions.length > 0 && set.alice.end());
    },
  },
  "a called terminal with a reliable 183, and its UPDATE": {
    options: {
      answer: answerSdp,
      invited: (phone) => phone.provisional("183 Session Progress", { sdp: earlySdp, reliable: true }),
    },
    act: (set) => {
      called(set);
      set.network.after(8000, () => set.phone.isAsked && set.phone.update(changeSdp));
      set.network.after(16_000, () => set.phone.isAsked && set.phone.answer(""));
      set.network.after(patient, () => set.alice.end());
    },
  },
  "a called terminal with a reliable 183, and the browser's UPDATE": {
    options: {
      invited: (phone) => phone.provisional("183 Session Progress", { sdp: earlySdp, reliable: true }),
    },
    act: (set) => {
      called(set);
      set.network.after(8000, () => {
        const early = set.alice.all("ANSWER")[0];
        if (early !== undefined && set.alice.session.state === "calling") {
          set.alice.earlyOffer(early, changeSdp);
        }
      });
      set.network.after(16_000, () => set.phone.isAsked && set.phone.answer(""));
      set.network.after(patient, () => set.alice.end());
    },
  },
  "a calling terminal with 100rel, and its UPDATE": {
    options: {},
    act: (set) => {
      calling(set);
      set.network.after(4000, () => set.alice.sessions.length > 0 && prAnswers(set));
      set.network.after(12_000, () => {
        set.alice.answer = answerSdp;
        if (set.phone.state === "calling" && set.phone.count("183") > 0) set.phone.update(changeSdp);
      });
      set.network.after(20_000, () => set.alice.sessions.length > 0 && answers(set));
      set.network.after(patient, () => set.phone.state === "up" && set.phone.bye());
    },
  },
  "a calling terminal without an offer": {
    options: {},
    act: (set) => {
      set.phone.call("sip:alice@ropeway.test", { peer: relayAddress });
      set.network.after(4000, () => {
        const request = set.alice.all("OFFER_REQUEST")[0];
        if (request === undefined) return;
        const ids = { offererSessionId: "alice-o", answererSessionId: request.offererSessionId!, seq: 2 };
        set.alice.send({ ...ids, messageType: "OFFER", tieBreaker: 1, sdp: offerSdp });
      });
      set.network.after(patient, () => set.phone.state === "up" && set.phone.bye());
    },
  },
  "an UPDATE in the call": {
    options: { answer: answerSdp },
    act: (set) => {
      calling(set);
      set.network.after(4000, () => set.phone.state === "up" && set.phone.update(changeSdp));
      set.network.after(patient, () => set.alice.sessions.length > 0 && set.alice.end());
    },
  },
};

/** Plays a story without the datagrams of these serials. Answers how many there were. */
function play({ options, act }: Story, lost: readonly number[], name: string): number {
  const set = terminalStage({ ...options, network: { lose: ({ serial }) => lost.includes(serial) } });
  act(set);
  const { alice, network, phone } = set;
  network.run(patient - 10_000);
  const told = () => `${name} without ${lost.join(" and ")}\nalice ${alice.story()}\nphone ${phone.story()}`;
  const isUp = (alice.sessions.at(-1)?.state ?? "ended") === "up";
  assert.equal(isUp, phone.state === "up", told());
  // one datagram lost costs time, not the call
  if (lost.length < 2) assert.ok(isUp, told());
  network.run(70_000);
  assert.notEqual(phone.state, "up", told());
  assert.equal(alice.sessions.at(-1)?.state ?? "ended", "ended", told());
  const count = network.packets.length;
  assertNothingLeft(set);
  return count;
}

for (const [name, story] of Object.entries(stories)) {
  Deno.test(`${name}: each datagram is lost in turn`, () => {
    const count = play(story, [], name);
    assert.ok(count >= 8, `${name} has ${count} datagrams`);
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
