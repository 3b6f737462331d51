// Messages of a call that come in another order than they were sent, or after their time: the races of RFC 5407 that no other story tells.

import assert from "node:assert/strict";
import type { Packet } from "./network.ts";
import {
  addBrowser,
  answerSdp,
  assertNothingLeft,
  holdSdp,
  offerSdp,
  phoneAddress,
  relayAddress,
  stage,
} from "./stage.ts";
import { terminalStage } from "./terminal_stage.ts";
import { Texter } from "./texter.ts";

const textOf = ({ bytes }: Pick<Packet, "bytes">) => new TextDecoder().decode(bytes);
const sdpAt = (port: number) => answerSdp.replace("5000", String(port));

/** Loses the first so many datagrams that begin with these words. */
function losing(words: string, times: number) {
  let left = times;
  return { lose: (packet: Omit<Packet, "fate">) => textOf(packet).startsWith(words) && left-- > 0 };
}

Deno.test("a 2xx comes again after the BYE: it is acknowledged again, and nobody is called", () => {
  const set = stage({ invited: (phone) => phone.answer(answerSdp), network: losing("ACK", 2) });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(100);
  alice.end();
  network.run(100);
  assert.equal(phone.count("BYE"), 1);
  assert.equal(phone.count("ACK"), 0);
  network.run(5000);
  assert.equal(phone.count("ACK"), 1);
  assert.equal(phone.count("BYE"), 1);
  assert.equal(alice.all("ANSWER").length, 1);
  assertNothingLeft(set);
});

Deno.test("BYE overtakes the ACK: both sides are let go, and the 2xx is repeated no more", () => {
  const set = stage({ alice: { answer: answerSdp } });
  const { alice, network, phone } = set;
  phone.acknowledges = false;
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(100);
  phone.bye();
  network.run(30);
  phone.ack();
  const before = phone.received.length;
  network.run(20_000);
  assert.equal(phone.state, "ended");
  assert.equal(alice.session.state, "ended");
  assert.ok(phone.received.length <= before + 1, phone.story());
  assert.equal(phone.count("BYE"), 0);
  assertNothingLeft(set);
});

for (const late of [50, 3000, 40_000]) {
  Deno.test(`re-INVITE before the ACK, which comes ${late} ms later or is lost: it has its answer, and the call goes on`, () => {
    const set = stage({ alice: { answer: answerSdp } });
    const { alice, network, phone } = set;
    phone.acknowledges = false;
    phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
    network.run(100);
    phone.acknowledges = true;
    phone.reinvite(holdSdp);
    // the ACK to the first 2xx: to the others it says it by itself
    if (late < 32_000) network.after(late, () => phone.ack());
    network.run(60_000);
    assert.equal(phone.state, "up", phone.story());
    assert.equal(alice.session.state, "up", alice.story());
    assert.ok(!phone.isOffering);
    alice.reoffer(holdSdp);
    network.run(100);
    phone.answer(answerSdp);
    network.run(1000);
    assert.equal(alice.last("ANSWER").sdp, answerSdp);
    alice.end();
    assertNothingLeft(set);
  });
}

Deno.test("180 and 183 come after the 200: they are nothing to anybody", () => {
  const set = stage({ invited: () => {} });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(100);
  phone.answer(answerSdp);
  phone.ring();
  phone.progress(sdpAt(5006));
  network.run(2000);
  assert.equal(alice.story(), "ANSWER");
  assert.equal(alice.session.state, "up");
  assert.equal(phone.state, "up");
  alice.end();
  assertNothingLeft(set);
});

Deno.test("a reliable 183 comes again after the 200: its PRACK is sent once more at most, and the call stands", () => {
  const set = terminalStage();
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(100);
  phone.provisional("183 Session Progress", { sdp: sdpAt(5002), reliable: true });
  network.run(100);
  alice.taken(alice.only("ANSWER"));
  network.run(100);
  const late = network.packets.findLast((packet) => textOf(packet).startsWith("SIP/2.0 183"))!;
  phone.answer("");
  network.run(100);
  network.send(late.bytes, late);
  network.run(1000);
  assert.equal(phone.state, "up");
  assert.equal(alice.session.state, "up");
  assert.equal(alice.all("ANSWER").length, 2);
  assert.ok(phone.count("PRACK") <= 2);
  alice.end();
  assertNothingLeft(set);
});

Deno.test("the PRACK crosses the CANCEL: it has an answer, the INVITE its 487, and the browser hears the end", () => {
  for (let gap = 0; gap <= 60; gap += 5) {
    const set = terminalStage();
    const { alice, network, phone } = set;
    phone.pracks = false;
    phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
    network.run(100);
    const [early] = phone.received.filter(({ headers }) => headers.some(([name]) => name === "rseq"));
    const rack = early!.headers.find(([name]) => name === "rseq")![1];
    network.after(gap, () => phone.state === "calling" && phone.cancel());
    network.after(30, () => phone.request("PRACK", { lines: [["RAck", `${rack} 1 INVITE`]] }));
    network.run(2000);
    assert.equal(phone.state, "ended", phone.story());
    assert.equal(phone.count("487"), 1, phone.story());
    assert.equal(alice.session.state, "ended");
    assert.equal(phone.received.filter(({ start }) => start === "200" || start === "481").length, 2);
    assertNothingLeft(set);
  }
});

Deno.test("UPDATE in flight while CANCEL: both have an answer, and the offer's is none", () => {
  for (let gap = -40; gap <= 40; gap += 5) {
    const set = terminalStage();
    const { alice, network, phone } = set;
    phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
    network.run(100);
    const { offererSessionId } = alice.only("OFFER");
    const ids = { offererSessionId: offererSessionId!, answererSessionId: "a1", seq: 1 };
    alice.send({ messageType: "PRANSWER", ...ids, sdp: sdpAt(5002) });
    network.run(100);
    network.after(Math.max(0, gap), () => phone.cancel());
    network.after(Math.max(0, -gap), () => phone.state === "calling" && phone.update(sdpAt(5004)));
    network.run(40_000);
    assert.equal(phone.state, "ended", phone.story());
    assert.equal(alice.session.state, "ended");
    const ofUpdate = network.packets.map(textOf).filter((text) => /\r\nCSeq: \d+ UPDATE\r\n/i.test(text));
    const isAsked = ofUpdate.some((text) => text.startsWith("UPDATE"));
    const answers = ofUpdate.filter((text) => text.startsWith("SIP/2.0")).map((text) => text.slice(8, 11));
    assert.equal(answers.length, isAsked ? 1 : 0, `${gap} ms: ${answers}`);
    for (const answer of answers) assert.match(answer, /481|487|500/);
    assertNothingLeft(set);
  }
});

Deno.test("forked 2xx late: two seconds after the call began another fork answers, and gets ACK and BYE", () => {
  const set = stage({ invited: () => {} });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(100);
  phone.ring("one");
  phone.ring("two");
  phone.answer(sdpAt(5001), "one");
  network.run(2000);
  phone.answer(sdpAt(5002), "two");
  network.run(5000);
  assert.equal(phone.count("ACK"), 2);
  assert.equal(phone.count("BYE"), 1);
  assert.equal(alice.session.state, "up");
  assert.equal(alice.only("ANSWER").sdp, sdpAt(5001));
  alice.end();
  assertNothingLeft(set);
});

Deno.test("two forks answer at once under a name: each has an ACK of its own, and the second one BYE", () => {
  const names = new Map([["phone.test", [{ ...phoneAddress, flow: 0 }]]]);
  const set = stage({ invited: () => {}, relay: { names }, network: losing("ACK", 2) });
  const { alice, network, phone } = set;
  phone.contactHost = "phone.test";
  alice.call("sip:bob@example.org", offerSdp);
  network.run(100);
  phone.answer(sdpAt(5001), "one");
  phone.answer(sdpAt(5002), "two");
  network.run(5000);
  const acks = network.packets.map(textOf).filter((text) => text.startsWith("ACK"));
  const dialogs = new Set(acks.map((text) => /\r\nTo: (.*)/.exec(text)?.[1]));
  assert.equal(dialogs.size, 2, "both are acknowledged");
  const ways = new Set(
    acks.map((text) => `${/;branch=([^;]*)/.exec(text)?.[1]} ${/\r\nTo: (.*)/.exec(text)?.[1]}`),
  );
  assert.equal(ways.size, 2, "by one branch each");
  assert.equal(network.packets.map(textOf).filter((text) => /^BYE/.test(text)).length, 1);
  assert.equal(alice.session.state, "up");
  assert.equal(alice.only("ANSWER").sdp, sdpAt(5001));
});

Deno.test("the NOTIFY of a transfer crosses the BYE: it has an answer, and the call is over on both sides", () => {
  for (let gap = -40; gap <= 40; gap += 5) {
    const set = stage({ alice: { answer: answerSdp } });
    const { alice, network, phone } = set;
    const bob = new Texter(network, phone, ({ start }) => start === "REFER" ? "202 Accepted" : "200 OK");
    addBrowser(set, "carol");
    phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
    network.run(200);
    const { local, remote } = alice.session;
    const ids = { offererSessionId: local, answererSessionId: remote };
    alice.send({ messageType: "REFER", transactionId: "r1", ...ids, to: "carol" });
    network.run(200);
    network.after(Math.max(0, gap), () => alice.end());
    network.after(Math.max(0, -gap), () =>
      bob.inside("NOTIFY", {
        body: "SIP/2.0 200 OK\r\n",
        contentType: "message/sipfrag",
        lines: [["Event", "refer"], ["Subscription-State", "terminated;reason=noresource"]],
      }));
    network.run(1000);
    assert.equal(
      bob.received.filter(({ start }) => start === "200" || start === "481").length,
      1,
      `${gap} ms`,
    );
    assert.equal(alice.session.state, "ended");
    assert.equal(phone.state, "ended");
    assertNothingLeft(set);
  }
});
