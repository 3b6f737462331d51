// Terminals and browsers that do whatever comes to their minds with PRACK, UPDATE and offers, sensible or not, in bad weather: nothing throws, no call stays.

import assert from "node:assert/strict";
import type { RoapMessage } from "./browser.ts";
import { type TerminalStage, terminalStage } from "./terminal_stage.ts";
import { header } from "./sip_text.ts";
import { seededRandom } from "./seeded_random.ts";
import { answerSdp, assertNothingLeft, offerSdp, relayAddress } from "./stage.ts";

type Act = (set: TerminalStage, chance: () => number) => void;

const maybe = (chance: () => number, sdp: string) => chance() < 0.5 ? sdp : "";
const pick = <Item>(items: readonly Item[], chance: () => number) =>
  items[Math.floor(chance() * items.length)];

/** About some message that she has had. */
function reply({ alice }: TerminalStage, chance: () => number, more: Partial<RoapMessage>): void {
  const about = pick(alice.received, chance);
  if (about === undefined) return;
  const { offererSessionId, answererSessionId = "alice-x", seq } = about;
  const ids = { offererSessionId: offererSessionId!, answererSessionId, seq: seq! };
  alice.send({ messageType: "", ...ids, ...more });
}

const phoneActs: readonly Act[] = [
  ({ phone }, chance) =>
    phone.isAsked && phone.provisional("183 Session Progress", {
      sdp: maybe(chance, answerSdp),
      reliable: chance() < 0.7,
      tag: pick(["", "", "one", "two"], chance)!,
      rseq: chance() < 0.2 ? 1 + Math.floor(chance() * 9) : 0,
    }),
  ({ phone }, chance) => phone.isAsked && phone.answer(maybe(chance, answerSdp), pick(["", "one"], chance)!),
  ({ phone }) => phone.isAsked && phone.reject("486 Busy Here"),
  ({ phone }, chance) => phone.dialog() && phone.request("UPDATE", { sdp: maybe(chance, offerSdp) }),
  ({ phone }, chance) => phone.dialog() && phone.request("INVITE", { sdp: maybe(chance, offerSdp) }),
  ({ phone }, chance) => {
    const early = pick(phone.received.filter((message) => header(message, "rseq") !== ""), chance);
    if (early === undefined || phone.dialog() === undefined) return;
    const rack = `${header(early, "rseq")} ${header(early, "cseq")}`;
    phone.request("PRACK", { sdp: maybe(chance, offerSdp), lines: [["RAck", chance() < 0.8 ? rack : "x"]] });
  },
  ({ phone }) => phone.state === "calling" && phone.cancel(),
  ({ phone }) => phone.state === "up" && phone.bye(),
  ({ phone }, chance) => phone.pracks = chance() < 0.7,
];

const aliceActs: readonly Act[] = [
  (set, chance) =>
    reply(set, chance, { messageType: "PRANSWER", ...(chance() < 0.5 ? { sdp: answerSdp } : {}) }),
  (set, chance) => reply(set, chance, { messageType: "ANSWER", sdp: answerSdp }),
  (set, chance) => reply(set, chance, { messageType: "ANSWER", sdp: answerSdp, moreComing: true }),
  (set, chance) => reply(set, chance, { messageType: "RINGING" }),
  (set, chance) => reply(set, chance, { messageType: "OK" }),
  (set, chance) =>
    reply(set, chance, {
      messageType: "ERROR",
      errorType: pick(["REFUSED", "CONFLICT", "NOMATCH"], chance)!,
    }),
  (set, chance) => {
    const about = pick(set.alice.received, chance);
    if (about === undefined) return;
    const ids = [about.offererSessionId!, about.answererSessionId ?? "alice-x"];
    if (chance() < 0.5) ids.reverse();
    const seq = about.seq! + Math.floor(chance() * 3);
    const rest = { seq, tieBreaker: Math.floor(chance() * 2 ** 32), sdp: offerSdp };
    set.alice.send({ messageType: "OFFER", offererSessionId: ids[0]!, answererSessionId: ids[1]!, ...rest });
  },
  ({ alice }) => alice.sessions.length > 0 && alice.end(),
];

for (const dialect of ["roap", "roap.ims"] as const) {
  for (const way of ["called", "calling", "asking"] as const) {
    Deno.test(`${dialect}, a ${way} terminal: 60 stories of whims`, () => {
      for (let seed = 1; seed <= 60; seed++) {
        const chance = seededRandom(seed);
        const network = { seed, loss: chance() < 0.5 ? 0 : 0.1, delay: [5, 60] as const, duplicates: 0.05 };
        const set = terminalStage({ dialect, network });
        const { alice, phone } = set;
        if (way === "called") alice.call("sip:bob@example.org", offerSdp);
        else {
          const sdp = way === "asking" ? "" : offerSdp;
          phone.call("sip:alice@ropeway.test", { sdp, peer: relayAddress });
        }
        for (let at = 0; at < 25; at++) {
          set.network.run(Math.floor(chance() * 400));
          pick(chance() < 0.5 ? phoneActs : aliceActs, chance)!(set, chance);
        }
        set.network.run(5000);
        if (alice.isOpen) alice.leave();
        assert.equal(set.node.relay.calls, 0, `seed ${seed}`);
        assertNothingLeft(set, { isHostile: true });
      }
    });
  }
}
