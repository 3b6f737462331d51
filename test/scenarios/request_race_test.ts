// REFER, NOTIFY, INFO and MESSAGE cross whatever else the two sides may do, at every distance in time: REFER and BYE, NOTIFY and BYE, REFER and REFER, and so on.
// Whoever has asked is answered once, both sides end in agreement, and nothing stays.

import assert from "node:assert/strict";
import type { Browser } from "./browser.ts";
import {
  addBrowser,
  answerSdp,
  assertNothingLeft,
  browserCallsPhone,
  holdSdp,
  offerSdp,
  phoneCallsBrowser,
  type Stage,
} from "./stage.ts";
import { cseqOf, header } from "./sip_text.ts";
import { Texter } from "./texter.ts";

interface Set extends Stage {
  readonly bob: Texter;
  readonly carol: Browser;
}

type Acts = Readonly<Record<string, (set: Set) => void>>;

function asks(browser: Browser, messageType: string, more: Record<string, unknown>): void {
  const session = browser.sessions[0]!;
  const ids = { offererSessionId: session.local, answererSessionId: session.remote };
  if (session.state === "up") {
    browser.send({ messageType, transactionId: `t-${messageType}`, ...ids, ...more });
  }
}

const hers: Acts = {
  "says REFER": ({ alice }) => asks(alice, "REFER", { to: "carol" }),
  "presses a key": ({ alice }) => asks(alice, "INFO", { info: { type: "DTMF", signal: "5" } }),
  "says MESSAGE": ({ alice }) => asks(alice, "MESSAGE", { content: "hello" }),
  "hangs up": ({ alice }) => alice.sessions[0]!.state === "up" && alice.end(),
  "closes the page": ({ alice }) => alice.leave(),
  "holds": ({ alice }) => alice.session.state === "up" && alice.reoffer(holdSdp),
};

const its: Acts = {
  "says REFER": ({ bob, phone }) =>
    phone.state === "up" && bob.inside("REFER", { lines: [["Refer-To", "<sip:carol@ropeway.test>"]] }),
  "presses a key": ({ bob, phone }) =>
    phone.state === "up" &&
    bob.inside("INFO", { body: "Signal=5\r\n", contentType: "application/dtmf-relay" }),
  "says MESSAGE": ({ bob, phone }) =>
    phone.state === "up" && bob.inside("MESSAGE", { body: "hello", contentType: "text/plain" }),
  "hangs up": ({ phone }) => phone.state === "up" && phone.bye(),
  "holds": ({ phone }) => phone.state === "up" && phone.reinvite(holdSdp),
  "goes silent": ({ network, phone }) => network.detach(phone.at),
};

/** alice takes whatever she is asked, and calls whom she is sent to. */
function oblige({ alice, network }: Set, until: number): void {
  const taken = new Set<string>();
  const look = () => {
    for (const message of alice.received) {
      const { messageType, transactionId = "", referToken } = message;
      const isAsked = ["REFER", "INFO", "MESSAGE"].includes(messageType);
      if (!isAsked || taken.has(transactionId) || !alice.isOpen) continue;
      taken.add(transactionId);
      alice.send({ messageType: "OK", transactionId });
      if (referToken === undefined) continue;
      const offer = { offererSessionId: alice.newId(), seq: 1, tieBreaker: 5, sdp: offerSdp };
      alice.send({ messageType: "OFFER", ...offer, referToken });
    }
    if (network.now < until) network.after(5, look);
  };
  look();
}

/** The phone takes whatever it is asked, and tells how a transfer fares: first before its 202, which that overtakes, and once more when it is through. */
function goAlong({ bob, network }: Set): void {
  const tell = (fragment: string, state: string) =>
    bob.inside("NOTIFY", {
      body: `SIP/2.0 ${fragment}\r\n`,
      contentType: "message/sipfrag",
      lines: [["Event", "refer"], ["Subscription-State", state]],
    });
  bob.answer = ({ start }) => {
    if (start !== "REFER") return "200 OK";
    tell("100 Trying", "active;expires=60");
    network.after(30, () => tell("200 OK", "terminated;reason=noresource"));
    return "202 Accepted";
  };
}

/** Whoever has asked is answered once, and whoever asked for a transfer hears how it ends. */
function assertTold({ alice, bob, network, phone }: Set, told: string): void {
  for (const type of ["REFER", "INFO", "MESSAGE"]) {
    const about = alice.received.filter(({ transactionId }) => transactionId === `t-${type}`);
    const answers = about.filter(({ messageType }) => messageType === "OK" || messageType === "ERROR");
    const isDue = alice.isOpen && alice.sent.some(({ transactionId }) => transactionId === `t-${type}`);
    assert.ok(answers.length === 1 || (!isDue && answers.length === 0), `${type}: ${told}`);
    // of a session that is over its browser hears no more
    const isTold = isDue && alice.sessions[0]!.state === "up" && answers[0]!.messageType === "OK";
    if (type !== "REFER" || !isTold) continue;
    const ends = about.filter(({ messageType, moreComing }) =>
      messageType === "NOTIFY" && moreComing !== true
    );
    assert.equal(ends.length, 1, told);
  }
  const isThere = network.isAttached(phone.at);
  const asked = network.packets.some(({ from, bytes }) =>
    from.host === phone.at.host && /^(REFER|INFO|MESSAGE) /.test(new TextDecoder().decode(bytes))
  );
  const finals = bob.received.filter((response) =>
    Number(response.start) >= 200 && cseqOf(response).method !== "NOTIFY"
  );
  if (isThere) assert.equal(finals.length, asked ? 1 : 0, told);
  if (finals[0]?.start !== "202") return;
  const notices = bob.received.filter(({ start }) => start === "NOTIFY");
  assert.match(header(notices.at(-1)!, "subscription-state"), /^terminated/, told);
}

const widest = 50;

for (
  const [begun, begin] of [["alice called", browserCallsPhone], [
    "the phone called",
    phoneCallsBrowser,
  ]] as const
) {
  for (const [herName, her] of Object.entries(hers)) {
    for (const [itsName, act] of Object.entries(its)) {
      Deno.test(`${begun}, alice ${herName} and the phone ${itsName}`, () => {
        for (let gap = -widest; gap <= widest; gap += 5) {
          const base = begin({ reinvited: (phone) => phone.answer(answerSdp) });
          const bob = new Texter(base.network, base.phone);
          const set = { ...base, bob, carol: addBrowser(base, "carol", { answer: answerSdp }) };
          const { alice, network, node, phone } = set;
          alice.answer = answerSdp;
          oblige(set, network.now + 2000);
          goAlong(set);
          network.after(Math.max(0, gap), () => her(set));
          network.after(Math.max(0, -gap), () => act(set));
          network.run(250_000);
          const told = `${gap} ms\nalice ${alice.story()}\nphone ${phone.story()}\nbob ${bob.story()}`;
          const [first] = alice.sessions;
          if (network.isAttached(phone.at)) assert.equal(first!.state === "up", phone.state === "up", told);
          if (!/hangs up|closes|silent/.test(herName + itsName)) assert.equal(phone.state, "up", told);
          assertTold(set, told);
          for (const { state, local, remote, seq } of alice.isOpen ? alice.sessions : []) {
            const ids = { offererSessionId: local, answererSessionId: remote };
            if (state === "up") alice.send({ messageType: "SHUTDOWN", ...ids, seq: seq + 1 });
          }
          assertNothingLeft(set);
          assert.equal(node.relay.calls, 0, told);
        }
      });
    }
  }
}
