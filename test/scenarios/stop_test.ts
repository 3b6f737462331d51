// A browser closes its WebSocket, or the relay stops, in every state of a call.

import assert from "node:assert/strict";
import {
  addBrowser,
  addPhone,
  answerSdp,
  assertNothingLeft,
  holdSdp,
  offerSdp,
  pickUp,
  relayAddress,
  type Stage,
  stage,
  type StageOptions,
} from "./stage.ts";

interface Moment {
  readonly options: StageOptions;
  readonly come: (set: Stage) => void;
}

const calls = (set: Stage, after: number) => {
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(after);
};
const isCalled = (set: Stage, after: number) => {
  set.phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  set.network.run(after);
};

const moments: Readonly<Record<string, Moment>> = {
  "her OFFER has just arrived": {
    options: { invited: (phone) => phone.ring() },
    come: (set) => calls(set, 11),
  },
  "the INVITE has no answer": {
    options: { invited: (phone) => phone.trying() },
    come: (set) => calls(set, 500),
  },
  "the phone rings": { options: { invited: (phone) => phone.ring() }, come: (set) => calls(set, 500) },
  "early media plays": {
    options: { invited: (phone) => phone.progress(answerSdp) },
    come: (set) => calls(set, 500),
  },
  "the 200 is on its way": { options: { invited: pickUp }, come: (set) => calls(set, 25) },
  "the ANSWER is on its way": { options: { invited: pickUp }, come: (set) => calls(set, 35) },
  "the ANSWER has no OK": {
    options: { invited: pickUp, alice: { polite: false } },
    come: (set) => calls(set, 500),
  },
  "the call is up": { options: { invited: pickUp }, come: (set) => calls(set, 500) },
  "her hold is with the phone": {
    options: { invited: pickUp, reinvited: (phone) => phone.trying() },
    come: (set) => {
      calls(set, 500);
      set.alice.reoffer(holdSdp);
      set.network.run(500);
    },
  },
  "the phone's hold is with her": {
    options: { invited: pickUp },
    come: (set) => {
      calls(set, 500);
      set.phone.reinvite(holdSdp);
      set.network.run(500);
    },
  },
  "she hangs up": {
    options: { invited: pickUp },
    come: (set) => {
      calls(set, 500);
      set.alice.end();
      set.network.run(11);
    },
  },
  "the phone hangs up": {
    options: { invited: pickUp },
    come: (set) => {
      calls(set, 500);
      set.phone.bye();
      set.network.run(11);
    },
  },
  "she gives up before a provisional response": {
    options: {},
    come: (set) => {
      calls(set, 100);
      set.alice.end();
      set.network.run(11);
      set.network.after(5000, () => set.phone.isAsked && set.phone.ring());
    },
  },
  "her OFFER was refused": {
    options: { invited: (phone) => phone.reject("486 Busy Here") },
    come: (set) => calls(set, 25),
  },
  "the phone's INVITE has just arrived": { options: {}, come: (set) => isCalled(set, 11) },
  "she is rung": { options: {}, come: (set) => isCalled(set, 500) },
  "her ANSWER is on its way": { options: { alice: { answer: answerSdp } }, come: (set) => isCalled(set, 25) },
  "the 200 to the phone is on its way": {
    options: { alice: { answer: answerSdp } },
    come: (set) => isCalled(set, 35),
  },
  "the phone's ACK is on its way": {
    options: { alice: { answer: answerSdp } },
    come: (set) => isCalled(set, 45),
  },
  "the phone called and the call is up": {
    options: { alice: { answer: answerSdp } },
    come: (set) => isCalled(set, 500),
  },
  "the phone cancels": {
    options: {},
    come: (set) => {
      isCalled(set, 500);
      set.phone.cancel();
      set.network.run(11);
    },
  },
};

for (const [moment, { options, come }] of Object.entries(moments)) {
  Deno.test(`alice closes her browser when ${moment}: the phone is let go`, () => {
    const set = stage(options);
    come(set);
    set.alice.leave();
    set.network.run(70_000);
    assert.ok(
      set.phone.state === "ended" || set.phone.state === "idle",
      `${set.phone.state}: ${set.phone.story()}`,
    );
    assertNothingLeft(set);
  });

  Deno.test(`the relay ends all calls when ${moment}: both sides are let go`, () => {
    const set = stage(options);
    come(set);
    set.node.act((relay) => relay.endCalls(set.network.now));
    assert.equal(set.node.relay.calls, 0);
    set.network.run(70_000);
    assert.ok(
      set.phone.state === "ended" || set.phone.state === "idle",
      `${set.phone.state}: ${set.phone.story()}`,
    );
    assert.equal(set.alice.session.state, "ended", set.alice.story());
    assertNothingLeft(set);
  });

  Deno.test(`the relay drains when ${moment}: this call goes on, no new one begins`, () => {
    const set = stage(options);
    const { alice, network, node, phone } = set;
    come(set);
    node.act((relay) => relay.drain());
    const before = alice.received.length;
    const carol = addBrowser(set, "carol");
    const dave = addPhone(set, "dave", { last: 9 });
    carol.call("sip:bob@example.org", offerSdp);
    dave.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
    network.run(100);
    assert.equal(carol.only("ERROR").status, 503);
    assert.equal(dave.received.at(-1)!.start, "503");
    assert.ok(alice.received.length >= before);
    if (phone.state === "up") phone.bye();
    else if (phone.isAsked) phone.reject("480 Away");
    else if (alice.session.state !== "ended") alice.end();
    network.run(70_000);
    assert.ok(["idle", "ended"].includes(phone.state), phone.story());
    assert.equal(alice.session.state, "ended", alice.story());
    assertNothingLeft(set);
  });
}

Deno.test("the relay ends the call of two browsers", () => {
  const set = stage();
  const { alice, network, node } = set;
  const carol = addBrowser(set, "carol", { answer: answerSdp });
  alice.call("carol", offerSdp);
  network.run(500);
  assert.equal(node.relay.calls, 2);
  node.act((relay) => relay.endCalls(network.now));
  network.run(1000);
  assert.equal(alice.session.state, "ended");
  assert.equal(carol.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("one of two browsers is closed: the other one hears SHUTDOWN", () => {
  for (const wait of [5, 12, 15, 25, 35, 500]) {
    const set = stage();
    const { alice, network } = set;
    const carol = addBrowser(set, "carol", { answer: answerSdp });
    alice.call("carol", offerSdp);
    network.run(wait);
    (wait % 2 === 0 ? alice : carol).leave();
    network.run(1000);
    const other = wait % 2 === 0 ? carol : alice;
    assert.ok(other.sessions.every(({ state }) => state === "ended"), `after ${wait}: ${other.story()}`);
    assertNothingLeft(set);
  }
});
