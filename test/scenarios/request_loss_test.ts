// Each datagram of the REFER and NOTIFY ladder, of an INFO and of a MESSAGE is lost in turn, and each pair of neighbours: whoever has asked gets the one answer, and
// whoever asked for a transfer hears how it ends.

import assert from "node:assert/strict";
import type { Browser } from "./browser.ts";
import { cseqOf, header } from "./sip_text.ts";
import {
  addBrowser,
  answerSdp,
  assertNothingLeft,
  browserCallsPhone,
  offerSdp,
  phoneCallsBrowser,
  type Stage,
} from "./stage.ts";
import { Texter } from "./texter.ts";

interface Set extends Stage {
  readonly bob: Texter;
  readonly carol: Browser;
}

interface Story {
  readonly act: (set: Set) => void;
  /** What has to be so in the end, whatever was lost. */
  readonly check: (set: Set, told: string) => void;
}

/** Longer than all repeats of a request that has three copies lost, shorter than a browser is waited for. */
const patient = 15_000;

function ask({ alice }: Set, messageType: string, more: Record<string, unknown>): void {
  const { local, remote } = alice.session;
  alice.send({
    messageType,
    transactionId: "a1",
    offererSessionId: local,
    answererSessionId: remote,
    ...more,
  });
}

/** When alice is asked something. */
function whenAsked({ alice, network }: Set, messageType: string, act: () => void): void {
  const look = () => alice.all(messageType).length > 0 ? act() : network.after(10, look);
  look();
}

/** She got one answer, which is OK. */
function isAnswered({ alice }: Set, told: string): void {
  const answers = alice.received.filter(({ transactionId, messageType }) =>
    transactionId === "a1" && messageType !== "NOTIFY"
  );
  assert.deepEqual(answers.map(({ messageType }) => messageType), ["OK"], told);
}

/** bob got final answers of this status to what he asked, however often. */
function bobGot({ bob }: Set, method: string, status: string, told: string): void {
  const finals = bob.received.filter(({ start, headers }) =>
    Number(start) >= 200 && headers.some(([name, value]) => name === "cseq" && value.endsWith(` ${method}`))
  );
  assert.deepEqual([...new Set(finals.map(({ start }) => start))], [status], told);
}

const stories: Readonly<Record<string, Story>> = {
  "a phone sends a browser on": {
    act: (set) => {
      const { alice, bob } = set;
      bob.inside("REFER", { lines: [["Refer-To", "<sip:carol@ropeway.test>"]] });
      whenAsked(set, "REFER", () => {
        const { transactionId, referToken } = alice.only("REFER");
        alice.send({ messageType: "OK", transactionId: transactionId! });
        const offer = { offererSessionId: alice.newId(), seq: 1, tieBreaker: 5, sdp: offerSdp };
        alice.send({ messageType: "OFFER", ...offer, referToken: referToken! });
      });
    },
    check: (set, told) => {
      const { alice, bob, carol } = set;
      bobGot(set, "REFER", "202", told);
      assert.equal(alice.all("REFER").length, 1, told);
      assert.deepEqual([alice.session.state, carol.session.state], ["up", "up"], told);
      // over UDP one NOTIFY may overtake another: that is what their CSeq is for
      const notices = bob.received.filter(({ start }) => start === "NOTIFY")
        .toSorted((one, other) => cseqOf(one).number - cseqOf(other).number);
      const tells = notices.map((notice) =>
        `${notice.body.split(" ")[1]} ${header(notice, "subscription-state").split(";")[0]}`
      );
      assert.deepEqual(tells, ["100 active", "180 active", "200 terminated"], told);
    },
  },
  "a browser sends a phone on": {
    act: (set) => {
      const { bob, network } = set;
      const tell = (fragment: string, state: string) =>
        bob.inside("NOTIFY", {
          body: `SIP/2.0 ${fragment}\r\n`,
          contentType: "message/sipfrag",
          lines: [["Event", "refer"], ["Subscription-State", state]],
        });
      bob.answer = ({ start }) => {
        if (start !== "REFER") return "200 OK";
        network.after(1, () => tell("100 Trying", "active;expires=60"));
        network.after(6000, () => tell("200 OK", "terminated;reason=noresource"));
        return "202 Accepted";
      };
      ask(set, "REFER", { to: "carol" });
    },
    check: (set, told) => {
      const { alice, bob } = set;
      isAnswered(set, told);
      assert.equal(bob.count("REFER"), 1, told);
      bobGot(set, "NOTIFY", "200", told);
      assert.deepEqual(alice.all("NOTIFY").map(({ status }) => status), [100, 200], told);
    },
  },
  "a browser presses a key": {
    act: (set) => ask(set, "INFO", { info: { type: "DTMF", signal: "5" } }),
    check: (set, told) => {
      isAnswered(set, told);
      assert.equal(set.bob.count("INFO"), 1, told);
    },
  },
  "a phone presses a key": {
    act: (set) => {
      const { alice, bob } = set;
      bob.inside("INFO", { body: "Signal=5\r\n", contentType: "application/dtmf-relay" });
      whenAsked(set, "INFO", () => {
        alice.send({ messageType: "OK", transactionId: alice.only("INFO").transactionId! });
      });
    },
    check: (set, told) => {
      bobGot(set, "INFO", "200", told);
      assert.equal(set.alice.all("INFO").length, 1, told);
    },
  },
  "a browser says MESSAGE": {
    act: ({ alice }) =>
      alice.send({
        messageType: "MESSAGE",
        transactionId: "a1",
        to: "sip:bob@example.org",
        content: "hello",
      }),
    check: (set, told) => {
      isAnswered(set, told);
      assert.equal(set.bob.count("MESSAGE"), 1, told);
    },
  },
};

/** Plays a story without the datagrams of these numbers, counted from its beginning. Answers how many there were. */
function play({ act, check }: Story, begin: typeof browserCallsPhone, lost: readonly number[]): number {
  let first = Infinity;
  const base = begin({ network: { lose: ({ serial }) => lost.includes(serial - first) } });
  const set = {
    ...base,
    bob: new Texter(base.network, base.phone),
    carol: addBrowser(base, "carol", { answer: answerSdp }),
  };
  const { alice, bob, network, phone } = set;
  first = network.packets.length;
  act(set);
  network.run(patient);
  const told = `without ${lost.join(" and ")}\nalice ${alice.story()}\nbob ${bob.story()}`;
  check(set, told);
  assert.equal(phone.state, "up", told);
  const count = network.packets.length - first;
  phone.bye();
  network.run(1000);
  if (alice.session.state === "up") alice.end();
  assertNothingLeft(set);
  return count;
}

for (const [way, begin] of [["called", browserCallsPhone], ["calling", phoneCallsBrowser]] as const) {
  for (const [name, story] of Object.entries(stories)) {
    Deno.test(`${name}, a ${way} one: each datagram is lost in turn, and each pair of neighbours`, () => {
      const count = play(story, begin, []);
      assert.ok(count >= 2, `${name} has ${count} datagrams`);
      for (let at = 0; at < count; at++) {
        for (const lost of [[at], [at, at + 1], [at, at + 2]]) play(story, begin, lost);
      }
    });
  }
}
