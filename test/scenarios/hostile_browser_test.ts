// A hostile browser: whatever its messages carry, nothing throws, its own call comes to an end, and another call does not notice.

import assert from "node:assert/strict";
import type { Browser } from "./browser.ts";
import { seededRandom } from "./seeded_random.ts";
import {
  addBrowser,
  addPhone,
  answerSdp,
  assertNothingLeft,
  offerSdp,
  pickUp,
  relayAddress,
  type Stage,
  stage,
} from "./stage.ts";

const members = [
  "messageType",
  "offererSessionId",
  "answererSessionId",
  "seq",
  "tieBreaker",
  "sdp",
  "moreComing",
  "errorType",
  "status",
  "reason",
  "from",
  "to",
  "setSessionToken",
  "setResponseToken",
  "constructor",
  "__proto__",
];

const types = [
  "OFFER",
  "ANSWER",
  "OK",
  "SHUTDOWN",
  "ERROR",
  "RINGING",
  "WAITING",
  "PRANSWER",
  "CANDIDATE",
  "INFO",
  "offer",
];
const texts = [
  "",
  "\r\nX-Evil: 1",
  "\u0000",
  "\ud800",
  "sip:bob@example.org\r\nX-Evil: 1",
  "<sip:bob@example.org>;tag=x",
  "sip:carol@ropeway.test?Route=evil",
  "💥".repeat(50),
  '"\\',
  "x".repeat(5000),
];
const numbers = [-1, 0, 1, 2, 3, 0.5, 1e30, 4294967295, 4294967296, -0, 2 ** 31];

/** Random values, and such as are close to right: ids of the other side, ids of its own. */
function randomMessage(evil: Browser, chance: () => number): string {
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(chance() * values.length)]!;
  const known = [...evil.received, ...evil.sent];
  const ids = known.flatMap((
    { offererSessionId, answererSessionId },
  ) => [offererSessionId, answererSessionId]);
  const value = (): unknown => {
    const kind = chance();
    if (kind < 0.3) return pick(texts);
    if (kind < 0.5) return pick(numbers);
    if (kind < 0.8 && ids.length > 0) return pick(ids);
    return pick([null, true, false, [], {}, [[1]], { messageType: "OFFER" }, offerSdp, "carol", "dave"]);
  };
  const base: Record<string, unknown> = {
    ...(known.length > 0 ? pick(known) : {}),
    messageType: pick(types),
  };
  const changes = Math.floor(chance() * 4);
  for (let at = 0; at < changes; at++) {
    const member = pick(members);
    if (chance() < 0.3) delete base[member];
    else {Object.defineProperty(base, member, {
        value: value(),
        enumerable: true,
        configurable: true,
        writable: true,
      });}
  }
  if (chance() < 0.5) base.seq = 1 + Math.floor(chance() * 5);
  if (chance() < 0.3) base.to = pick(["carol", "sip:bob@example.org", "mallory"]);
  const text = JSON.stringify(base);
  if (chance() < 0.1) return text.slice(0, Math.floor(chance() * text.length));
  return chance() < 0.05 ? `SDP\n${text}` : text;
}

/** Another call on the same relay: carol and a phone of her own. */
function bystanders(set: Stage): () => void {
  const carol = addBrowser(set, "carol", { answer: answerSdp });
  const phone = addPhone(set, "dave", { last: 9, invited: pickUp });
  phone.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  set.network.run(500);
  assert.equal(carol.session.state, "up");
  const { session } = carol;
  return () => {
    assert.equal(session.state, "up", carol.story());
    assert.equal(phone.state, "up", phone.story());
    phone.reinvite(`${offerSdp}a=x\r\n`);
    set.network.run(1000);
    assert.equal(carol.last("OFFER").sdp, `${offerSdp}a=x\r\n`);
    phone.bye();
    set.network.run(1000);
    assert.equal(session.state, "ended");
  };
}

function play(seed: number): void {
  const chance = seededRandom(seed);
  const set = stage({ invited: pickUp, reinvited: pickUp });
  const { alice: evil, network, phone } = set;
  const check = bystanders(set);
  if (seed % 2 === 0) evil.call("sip:bob@example.org", offerSdp);
  else phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(chance() * 100);
  const sent: string[] = [];
  try {
    for (let at = 0; at < 25 && evil.isOpen; at++) {
      const text = randomMessage(evil, chance);
      sent.push(text.slice(0, 300));
      evil.sendText(text);
      network.run(chance() * 2000);
    }
    // no text of its makes a line of a SIP head
    for (const { bytes } of network.packets) {
      assert.doesNotMatch(new TextDecoder().decode(bytes).split("\r\n\r\n")[0]!, /^X-Evil/m);
    }
    check();
    if (evil.isOpen) evil.leave();
    network.run(70_000);
    assert.ok(["idle", "ended"].includes(phone.state), phone.story());
    assertNothingLeft(set);
  } catch (error) {
    throw new Error(`Seed ${seed}:\n${sent.join("\n")}`, { cause: error });
  }
}

Deno.test("a hostile browser in every state of a call: nothing throws, and another call goes on", () => {
  for (let seed = 0; seed < 150; seed++) play(seed);
});

Deno.test("a flood of bad messages closes the connection with 1008, and another call goes on", () => {
  const set = stage();
  const check = bystanders(set);
  for (let at = 0; at < 40; at++) set.alice.sendText(`{"messageType":"OFFER"`);
  set.network.run(1000);
  assert.equal(set.alice.closeCode, 1008);
  check();
  assertNothingLeft(set);
});

Deno.test("a browser that guesses the session ids of another: NOMATCH, and the other call goes on", () => {
  const set = stage();
  const check = bystanders(set);
  for (let at = 1; at < 30; at++) {
    set.alice.send({
      messageType: "SHUTDOWN",
      offererSessionId: `carol-${at}`,
      answererSessionId: "x",
      seq: 9,
    });
    set.network.run(1000);
  }
  assert.ok(set.alice.all("ERROR").every(({ errorType }) => errorType === "NOMATCH"));
  check();
  assertNothingLeft(set);
});

Deno.test("a text that is too long gets an ERROR that names no session, whatever came before it", () => {
  const set = stage();
  const { alice, network } = set;
  alice.call("sip:nobody@ropeway.test", offerSdp);
  alice.sendText("x".repeat(70_000));
  network.run(1000);
  const [first, second] = alice.all("ERROR");
  assert.equal(first?.status, 404);
  assert.deepEqual(
    [second?.status, second?.offererSessionId, second?.answererSessionId, second?.seq],
    [413, undefined, undefined, undefined],
  );
  assertNothingLeft(set);
});
