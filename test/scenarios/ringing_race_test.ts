// Two of those who are concerned with a call that rings at several places act at nearly the same time: two tabs and a desk phone that are rung, and the caller. One
// of them has the call in the end, or nobody; all others are let go.

import assert from "node:assert/strict";
import type { Browser } from "./browser.ts";
import { Registration } from "./registration.ts";
import {
  addBrowser,
  addPhone,
  answerSdp,
  assertNothingLeft,
  offerSdp,
  relayAddress,
  stage,
} from "./stage.ts";

type Household = ReturnType<typeof household>;
type Act = (set: Household) => void;

const sdpAt = (port: number) => answerSdp.replace("5000", String(port));

/** carol has two tabs and a desk phone; a phone or a browser calls her, and everything rings. */
function household(calls: "phone" | "browser") {
  const set = stage({ relay: { accounts: new Map([["carol", "secret"]]) } });
  const { alice, network, phone } = set;
  const desk = addPhone(set, "carol", { last: 3, domain: "ropeway.test", invited: (one) => one.ring() });
  new Registration({ network, phone: desk, password: "secret", peer: relayAddress }).register();
  network.run(500);
  const tabs = [
    addBrowser(set, "carol", { name: "carol1" }),
    addBrowser(set, "carol", { name: "carol2", dialect: "roap" }),
  ] as const;
  if (calls === "phone") phone.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  else alice.call("carol", offerSdp);
  network.run(500);
  const caller = {
    isUp: () => calls === "phone" ? phone.state === "up" : alice.session.state === "up",
    isOver: () => calls === "phone" ? phone.state === "ended" : alice.session.state === "ended",
    giveUp: () => calls === "phone" ? phone.cancel() : alice.end(),
    hangUp: () => calls === "phone" ? phone.bye() : alice.end(),
  };
  return { ...set, desk, tabs, caller };
}

function accepts(tab: Browser, sdp: string): void {
  if (tab.isOpen && tab.sessions[0]?.state === "called") tab.accept(tab.all("OFFER")[0]!, sdp);
}

const acts: Readonly<Record<string, Act>> = {
  "one tab answers": ({ tabs }) => accepts(tabs[0], sdpAt(5001)),
  "the other tab answers": ({ tabs }) => accepts(tabs[1], sdpAt(5002)),
  "the desk phone answers": ({ desk }) => desk.isAsked && desk.answer(sdpAt(5003)),
  "one tab refuses": ({ tabs: [tab] }) =>
    tab.sessions[0]!.state === "called" && tab.refuse(tab.all("OFFER")[0]!),
  "one tab is closed": ({ tabs: [tab] }) => tab.isOpen && tab.leave(),
  "the desk phone refuses": ({ desk }) => desk.isAsked && desk.reject("486 Busy Here"),
  "the caller gives up": ({ caller }) => caller.giveUp(),
};

/** Both directions of both wires, with some room. */
const widest = 60;

const names = Object.keys(acts);
/** Nobody does two things. */
const whoOf = (name: string) => name.split(" ").slice(0, 2).join(" ");
const pairs = names.flatMap((first, at) =>
  names.slice(at + 1).filter((second) => whoOf(first) !== whoOf(second)).map((second) =>
    [first, second] as const
  )
);

for (const calls of ["phone", "browser"] as const) {
  for (const [first, second] of pairs) {
    Deno.test(`a ${calls} calls a household: ${first} and ${second}`, () => {
      for (let gap = -widest; gap <= widest; gap += 5) {
        const set = household(calls);
        const { caller, desk, network, node, tabs } = set;
        network.after(Math.max(0, gap), () => acts[first]!(set));
        network.after(Math.max(0, -gap), () => acts[second]!(set));
        network.run(30_000);
        const up = [...tabs.map((tab) => tab.sessions[0]!.state === "up"), desk.state === "up"];
        const told = `${gap} ms: ${up}\ntabs ${tabs.map((tab) => tab.story())}\ndesk ${desk.story()}`;
        const isAnswered = `${first} ${second}`.includes("answers");
        const isGivenUp = `${first} ${second}`.includes("gives up");
        const count = up.filter(Boolean).length;
        // whoever rings still waits for the caller
        if (!isAnswered && !isGivenUp) {
          assert.ok(!caller.isUp() && !caller.isOver(), told);
          caller.giveUp();
          network.run(30_000);
          assert.ok(caller.isOver(), told);
        } else {
          if (!isGivenUp && !first.includes("closed") && !second.includes("closed")) {
            assert.equal(count, 1, told);
          }
          assert.ok(count <= 1, told);
          assert.equal(caller.isUp(), count === 1, told);
          assert.notEqual(caller.isUp(), caller.isOver(), told);
          assert.ok(!desk.isAsked, told);
          for (const tab of tabs) assert.notEqual(tab.sessions[0]!.state, "called", told);
          if (caller.isUp()) caller.hangUp();
        }
        assertNothingLeft(set);
        assert.equal(node.relay.calls, 0, told);
      }
    });
  }
}
