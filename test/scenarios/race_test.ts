// Every pair of things that the two sides may do, at every distance in time at which they cross on one of the wires: 200 and CANCEL, BYE
// and BYE, hold and hang-up, and so on. Both sides end in agreement and nothing stays.

import assert from "node:assert/strict";
import {
  answerSdp,
  assertAgreement,
  assertNothingLeft,
  holdSdp,
  offerSdp,
  phoneAddress,
  relayAddress,
  type Stage,
  stage,
} from "./stage.ts";

type Acts = Readonly<Record<string, (set: Stage) => void>>;

const hers: Acts = {
  "hangs up": ({ alice }) => alice.end(),
  "closes the page": ({ alice }) => alice.leave(),
};
const its: Acts = {
  "hangs up": ({ phone }) => {
    if (phone.state === "up") phone.bye();
    else phone.cancel();
  },
  "goes silent": ({ network }) => network.detach(phoneAddress),
};
const hersUp: Acts = {
  ...hers,
  "holds": ({ alice }) => alice.session.state === "up" && alice.reoffer(holdSdp),
};
const itsUp: Acts = { ...its, "holds": ({ phone }) => phone.state === "up" && phone.reinvite(holdSdp) };

interface Base {
  readonly begin: (set: Stage) => void;
  readonly hers: Acts;
  readonly its: Acts;
}

const calls = ({ alice }: Stage) => alice.call("sip:bob@example.org", offerSdp);
const isCalled = ({ phone }: Stage) =>
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
const picksUp = (set: Stage) => {
  set.network.run(300);
  if (set.phone.isAsked) set.phone.answer(answerSdp);
  else set.alice.accept(set.alice.last("OFFER"), answerSdp);
};

const bases: Readonly<Record<string, Base>> = {
  "the phone is rung": {
    begin: calls,
    hers,
    its: {
      ...its,
      "answers": ({ phone }) => phone.isAsked && phone.answer(answerSdp),
      "refuses": ({ phone }) => phone.isAsked && phone.reject("486 Busy Here"),
    },
  },
  "alice is rung": {
    begin: isCalled,
    hers: {
      ...hers,
      "answers": ({ alice }) => alice.accept(alice.last("OFFER"), answerSdp),
      "refuses": ({ alice }) => alice.refuse(alice.last("OFFER")),
    },
    its,
  },
  "she called and the call is up": {
    begin: (set) => {
      calls(set);
      picksUp(set);
    },
    hers: hersUp,
    its: itsUp,
  },
  "the phone called and the call is up": {
    begin: (set) => {
      isCalled(set);
      picksUp(set);
    },
    hers: hersUp,
    its: itsUp,
  },
  "the call is just being answered": {
    begin: (set) => {
      calls(set);
      picksUp(set);
    },
    hers: hersUp,
    its: itsUp,
  },
};

/** Both directions of both wires, with some room. */
const widest = 50;

for (const [moment, base] of Object.entries(bases)) {
  for (const [herName, her] of Object.entries(base.hers)) {
    for (const [itsName, its] of Object.entries(base.its)) {
      Deno.test(`${moment}, alice ${herName} and the phone ${itsName}`, () => {
        for (let gap = -widest; gap <= widest; gap += 5) {
          const set = stage({
            invited: (phone) => phone.ring(),
            reinvited: (phone) => phone.answer(answerSdp),
          });
          const { alice, network, node, phone } = set;
          base.begin(set);
          network.run(moment.includes("just") ? 1 : 300);
          alice.answer = base.hers === hersUp ? answerSdp : undefined;
          network.after(Math.max(0, gap), () => her(set));
          network.after(Math.max(0, -gap), () => its(set));
          network.run(250_000);
          const told = `${gap} ms`;
          if (itsName !== "goes silent") assertAgreement(set, told);
          // nobody wanted the end
          if (herName === "holds" && itsName === "holds") assert.equal(phone.state, "up", told);
          if (node.relay.calls > 0) {
            assert.equal(alice.session.state, "up", `${told}: ${alice.story()}`);
            alice.end();
          } else assert.equal(alice.session.state, "ended", `${told}: ${alice.story()}`);
          assertNothingLeft(set);
        }
      });
    }
  }
}
