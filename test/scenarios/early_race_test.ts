// Whatever the two sides may do with PRACK and UPDATE about, at every distance in time at which it crosses on one of the wires: 200 and CANCEL, PRACK and
// 2xx, UPDATE and CANCEL, UPDATE and re-INVITE, and so on. Both sides end in agreement, a call that stands can still be changed by either side, and nothing stays.

import assert from "node:assert/strict";
import { answerSdp, assertNothingLeft, holdSdp, offerSdp, relayAddress } from "./stage.ts";
import { type TerminalStage, terminalStage } from "./terminal_stage.ts";

type Acts = Readonly<Record<string, (set: TerminalStage) => void>>;

interface Base {
  readonly begin: (set: TerminalStage) => void;
  readonly hers: Acts;
  readonly its: Acts;
}

const earlySdp = answerSdp.replace("5000", "5002");
const changeSdp = answerSdp.replace("5000", "5004");

/** About the OFFER that she got first. */
function say({ alice }: TerminalStage, messageType: string, sdp: string): void {
  const { offererSessionId, seq } = alice.all("OFFER")[0]!;
  const ids = { offererSessionId: offererSessionId!, answererSessionId: "alice-a", seq: seq! };
  if (alice.session.state === "called") alice.send({ ...ids, messageType, sdp });
}

const leaves: Acts = {
  "hangs up": ({ alice }) => alice.end(),
  "closes the page": ({ alice }) => alice.leave(),
};

const calledIts: Acts = {
  "answers": ({ phone }) => phone.isAsked && phone.answer(""),
  "refuses": ({ phone }) => phone.reject("486 Busy Here"),
  "says UPDATE": ({ phone }) => phone.isAsked && phone.update(changeSdp),
  "rings reliably": ({ phone }) => phone.isAsked && phone.provisional("180 Ringing", { reliable: true }),
  "answers and hangs up at once": ({ phone }) => {
    if (phone.isAsked) phone.answer("");
    if (!phone.isAsked) phone.bye();
  },
};

const upIts: Acts = {
  "hangs up": ({ phone }) => phone.state === "up" && phone.bye(),
  "says re-INVITE": ({ phone }) => phone.state === "up" && phone.request("INVITE", { sdp: changeSdp }),
  "says re-INVITE without an offer": ({ phone }) => phone.state === "up" && phone.request("INVITE"),
  "says UPDATE": ({ phone }) => phone.state === "up" && phone.update(changeSdp),
  "says UPDATE without an offer": ({ phone }) => phone.state === "up" && phone.update(""),
};

const holds: Acts = {
  ...leaves,
  "holds": ({ alice }) => alice.session.state === "up" && alice.reoffer(holdSdp),
};

const calls = (set: TerminalStage) => {
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(100);
  set.phone.provisional("183 Session Progress", { sdp: earlySdp, reliable: true });
};

const isCalled = ({ network, phone }: TerminalStage) => {
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(100);
};

const bases: Readonly<Record<string, Base>> = {
  "a reliable 183 is on its way": {
    begin: calls,
    hers: {
      ...leaves,
      "says PRANSWER": ({ alice }) => {
        const early = alice.all("ANSWER")[0];
        if (early !== undefined) alice.taken(early);
      },
    },
    its: calledIts,
  },
  "the reliable 183 has its PRACK": {
    begin: (set) => {
      calls(set);
      set.network.run(100);
      set.alice.taken(set.alice.only("ANSWER"));
      set.network.run(100);
      assert.equal(set.phone.count("PRACK"), 1);
    },
    hers: {
      ...leaves,
      "offers": ({ alice }) =>
        alice.session.state === "calling" &&
        alice.earlyOffer(alice.all("ANSWER")[0]!, holdSdp, { seq: alice.session.seq + 1 }),
    },
    its: calledIts,
  },
  "alice is rung by a terminal with 100rel": {
    begin: isCalled,
    hers: {
      ...leaves,
      "answers": (set) => say(set, "ANSWER", answerSdp),
      "says PRANSWER": (set) => say(set, "PRANSWER", earlySdp),
      "says PRANSWER and answers at once": (set) => {
        say(set, "PRANSWER", earlySdp);
        say(set, "ANSWER", answerSdp);
      },
      "refuses": ({ alice }) => alice.refuse(alice.only("OFFER")),
    },
    its: { "gives up": ({ phone }) => phone.state === "calling" && phone.cancel() },
  },
  "alice has said PRANSWER": {
    begin: (set) => {
      isCalled(set);
      say(set, "PRANSWER", earlySdp);
      set.network.run(200);
      assert.equal(set.phone.count("183"), 1);
      set.alice.answer = answerSdp;
    },
    hers: {
      ...leaves,
      "answers": (set) => say(set, "ANSWER", earlySdp),
      "refuses": ({ alice }) => alice.refuse(alice.all("OFFER")[0]!),
      "offers": ({ alice }) => {
        if (alice.session.state !== "called") return;
        const { offererSessionId } = alice.all("OFFER")[0]!;
        const ids = { offererSessionId: "alice-a", answererSessionId: offererSessionId! };
        alice.send({ messageType: "OFFER", ...ids, seq: alice.session.seq + 1, tieBreaker: 9, sdp: holdSdp });
      },
    },
    its: {
      "gives up": ({ phone }) => phone.state === "calling" && phone.cancel(),
      "says UPDATE": ({ phone }) => ["calling", "up"].includes(phone.state) && phone.update(changeSdp),
    },
  },
  "alice called and the call is up": {
    begin: (set) => {
      set.alice.call("sip:bob@example.org", offerSdp);
      set.network.run(100);
      set.phone.answer(answerSdp);
      set.network.run(200);
      set.alice.answer = answerSdp;
    },
    hers: holds,
    its: upIts,
  },
  "the terminal called and the call is up": {
    begin: (set) => {
      isCalled(set);
      say(set, "ANSWER", answerSdp);
      set.network.run(200);
      set.alice.answer = answerSdp;
    },
    hers: holds,
    its: upIts,
  },
};

const ends = /hangs up|closes|refuses|gives up/;

/** Both directions of both wires, with some room. */
const widest = 50;

/** Either side may still change the call. */
function assertAlive({ alice, network, phone }: TerminalStage, told: () => string): void {
  const answers = alice.all("ANSWER").length;
  const answered = phone.count("200");
  alice.answer = answerSdp;
  alice.reoffer(holdSdp);
  network.run(40_000);
  assert.equal(alice.all("ANSWER").length, answers + 1, told());
  phone.update(changeSdp);
  network.run(40_000);
  assert.equal(phone.count("200"), answered + 1, told());
}

for (const [moment, { begin, hers, its }] of Object.entries(bases)) {
  for (const [herName, her] of Object.entries(hers)) {
    for (const [itsName, act] of Object.entries(its)) {
      Deno.test(`${moment}, alice ${herName} and the terminal ${itsName}`, () => {
        for (let gap = -widest; gap <= widest; gap += 5) {
          const set = terminalStage();
          const { alice, network, node, phone } = set;
          begin(set);
          network.after(Math.max(0, gap), () => her(set));
          network.after(Math.max(0, -gap), () => act(set));
          network.run(5000);
          // what nobody has answered yet
          if (phone.isAsked) phone.answer("");
          if (alice.sessions.at(-1)?.state === "called") say(set, "ANSWER", answerSdp);
          network.run(250_000);
          const told = () => `${gap} ms\nalice ${alice.story()}\nphone ${phone.story()}`;
          const isUp = alice.sessions.at(-1)?.state === "up";
          assert.equal(node.relay.calls, isUp ? 1 : 0, told());
          assert.equal(phone.state, isUp ? "up" : "ended", told());
          // nobody wanted the end
          if (!ends.test(herName) && !ends.test(itsName)) assert.ok(isUp, told());
          if (isUp) {
            assertAlive(set, told);
            alice.end();
          } else assert.equal(alice.session.state, "ended", told());
          assertNothingLeft(set);
        }
      });
    }
  }
}
