// Reliable provisional responses, RFC 3262: the relay as the end that acknowledges them, and as the end that sends them.

import assert from "node:assert/strict";
import { header, parameter } from "./sip_text.ts";
import { answerSdp, assertNothingLeft, offerSdp, phoneAddress, relayAddress } from "./stage.ts";
import { type TerminalStage, terminalStage } from "./terminal_stage.ts";

const earlySdp = answerSdp.replace("5000", "5002");
const wait = 100;

function calls(set: TerminalStage): void {
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(wait);
}

function isCalled(set: TerminalStage): void {
  set.phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  set.network.run(wait);
}

Deno.test("a plain browser: a reliable 183 gets its PRACK at once, in its early dialog", () => {
  const set = terminalStage({ dialect: "roap" });
  const { alice, network, phone } = set;
  calls(set);
  assert.match(header(phone.last("INVITE"), "supported"), /\b100rel\b/);
  phone.provisional("183 Session Progress", { sdp: earlySdp, reliable: true });
  network.run(30);
  assert.equal(alice.only("ANSWER").sdp, earlySdp);
  const prack = phone.last("PRACK");
  assert.equal(header(prack, "rack"), "101 1 INVITE");
  assert.equal(header(prack, "cseq"), "2 PRACK");
  assert.equal(parameter(header(prack, "to"), "tag"), phone.dialog().localTag);
  phone.answer(earlySdp);
  network.run(1000);
  assert.equal(alice.last("ANSWER").moreComing, undefined);
  assert.equal(phone.state, "up");
  assert.equal(phone.count("PRACK"), 1);
  alice.end();
  network.run(1000);
  assert.equal(header(phone.last("BYE"), "cseq"), "3 BYE");
  assertNothingLeft(set);
});

Deno.test("system 5's ladder: OFFER, WAITING, INVITE, 183, 180, RINGING, PRANSWER, PRACK, 200, OK, ANSWER, ACK", () => {
  const set = terminalStage({ name: "ims.test" });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(25);
  assert.equal(alice.story(), "WAITING");
  network.run(wait);
  phone.provisional("183 Session Progress", { sdp: earlySdp, reliable: true });
  network.run(wait);
  assert.equal(phone.story(), "INVITE");
  assert.equal(alice.story(), "WAITING ANSWER(more)");
  alice.taken(alice.last("ANSWER"));
  network.run(wait);
  assert.equal(phone.story(), "INVITE PRACK");
  assert.equal(alice.story(), "WAITING ANSWER(more) OK");
  phone.provisional("180 Ringing", { reliable: true });
  network.run(wait);
  alice.taken(alice.last("RINGING"));
  network.run(wait);
  assert.equal(phone.story(), "INVITE PRACK PRACK");
  phone.answer(earlySdp);
  network.run(wait);
  assert.equal(phone.story(), "INVITE PRACK PRACK ACK");
  assert.equal(alice.story(), "WAITING ANSWER(more) OK RINGING OK ANSWER");
  const ok = alice.last("OK");
  const { offererSessionId, answererSessionId, seq } = alice.last("RINGING");
  assert.deepEqual([ok.offererSessionId, ok.answererSessionId, ok.seq], [
    offererSessionId,
    answererSessionId,
    seq,
  ]);
  alice.end();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("a browser of roap.ims that says no PRANSWER: the PRACK goes after T1, and at once from then on", () => {
  const set = terminalStage();
  const { network, phone } = set;
  calls(set);
  phone.provisional("180 Ringing", { reliable: true });
  network.run(505);
  assert.equal(phone.count("PRACK"), 0);
  network.run(50);
  assert.equal(phone.count("PRACK"), 1);
  phone.provisional("183 Session Progress", { sdp: earlySdp, reliable: true });
  network.run(30);
  assert.equal(phone.count("PRACK"), 2);
  assert.equal(header(phone.last("PRACK"), "rack"), "102 1 INVITE");
  phone.answer(earlySdp);
  network.run(1000);
  set.alice.end();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("a reliable response out of order is dropped until the one before has come; one that comes again is not acknowledged twice", () => {
  const set = terminalStage({ dialect: "roap" });
  const { alice, network, phone } = set;
  calls(set);
  phone.provisional("183 Session Progress", { sdp: earlySdp, reliable: true, rseq: 7 });
  network.run(30);
  phone.provisional("180 Ringing", { reliable: true, rseq: 9 });
  network.run(30);
  assert.equal(phone.count("PRACK"), 1);
  phone.provisional("182 Queued", { reliable: true, rseq: 8 });
  network.run(30);
  assert.equal(phone.count("PRACK"), 2);
  network.run(600);
  assert.equal(phone.count("PRACK"), 3);
  assert.deepEqual(
    phone.received.filter(({ start }) => start === "PRACK").map((prack) =>
      header(prack, "rack").split(" ")[0]
    ),
    ["7", "8", "9"],
  );
  alice.end();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("a 200 without a description after a reliable 183 with one: the browser's ANSWER has that", () => {
  const set = terminalStage({ dialect: "roap" });
  const { alice, network, phone } = set;
  calls(set);
  phone.provisional("183 Session Progress", { sdp: earlySdp, reliable: true });
  network.run(30);
  phone.answer("");
  network.run(wait);
  const answer = alice.last("ANSWER");
  assert.equal(answer.sdp, earlySdp);
  assert.equal(answer.moreComing, undefined);
  assert.equal(phone.state, "up");
  alice.end();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("two forks: each has RSeqs, PRACKs and an answererSessionId of its own", () => {
  const set = terminalStage();
  const { alice, network, phone } = set;
  calls(set);
  phone.provisional("183 Session Progress", { sdp: earlySdp, reliable: true, tag: "one", rseq: 50 });
  phone.provisional("183 Session Progress", { sdp: answerSdp, reliable: true, tag: "two", rseq: 9000 });
  network.run(30);
  const [first, second] = alice.all("ANSWER");
  assert.notEqual(first!.answererSessionId, second!.answererSessionId);
  alice.taken(second!);
  network.run(60);
  assert.equal(phone.count("PRACK"), 1);
  assert.equal(parameter(header(phone.last("PRACK"), "to"), "tag"), "two");
  assert.equal(header(phone.last("PRACK"), "rack"), "9000 1 INVITE");
  assert.equal(header(phone.last("PRACK"), "cseq"), "2 PRACK");
  assert.equal(alice.last("OK").answererSessionId, second!.answererSessionId);
  alice.taken(first!);
  network.run(60);
  assert.equal(parameter(header(phone.last("PRACK"), "to"), "tag"), "one");
  assert.equal(header(phone.last("PRACK"), "cseq"), "2 PRACK");
  assert.equal(alice.last("OK").answererSessionId, first!.answererSessionId);
  phone.answer(answerSdp, "two");
  network.run(wait);
  assert.equal(alice.last("ANSWER").answererSessionId, second!.answererSessionId);
  alice.end();
  network.run(1000);
  assertNothingLeft(set);
});

// ---- the relay sends them

Deno.test("a caller that knows 100rel: 180 has RSeq, is repeated at T1 doubling without T2's cap, and stops with its PRACK", () => {
  const set = terminalStage();
  const { network, phone } = set;
  phone.pracks = false;
  isCalled(set);
  const ringing = phone.last("180");
  assert.equal(header(ringing, "require"), "100rel");
  assert.match(header(ringing, "allow"), /PRACK/);
  const rseq = Number(header(ringing, "rseq"));
  assert.ok(rseq >= 1 && rseq < 2 ** 31);
  network.run(16_000);
  const sentAt = network.packets.filter(({ bytes }) =>
    new TextDecoder().decode(bytes).startsWith("SIP/2.0 180")
  )
    .map(({ sentAt }) => sentAt);
  const gaps = sentAt.slice(1).map((at, nth) => at - sentAt[nth]!);
  assert.deepEqual(gaps, [500, 1000, 2000, 4000, 8000]);
  phone.request("PRACK", { lines: [["RAck", `${rseq + 1} 1 INVITE`]] });
  network.run(30);
  assert.equal(phone.count("481"), 1);
  phone.request("PRACK", { lines: [["RAck", `${rseq} 1 INVITE`]] });
  network.run(30);
  assert.equal(phone.count("200"), 1);
  phone.request("PRACK", { lines: [["RAck", `${rseq} 1 INVITE`]] });
  network.run(20_000);
  assert.equal(phone.count("481"), 2);
  assert.equal(phone.count("180"), 6);
  phone.cancel();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("no PRACK in 64*T1: the INVITE is refused with 504, and the browser hears the end", () => {
  const set = terminalStage();
  const { alice, network, phone } = set;
  phone.pracks = false;
  isCalled(set);
  network.run(32_100);
  assert.equal(phone.count("504"), 1);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("one reliable response at a time: the browser's PRANSWER waits for the PRACK of the 180, and its ANSWER for that of the 183", () => {
  const set = terminalStage();
  const { alice, network, phone } = set;
  phone.pracks = false;
  isCalled(set);
  const offer = alice.only("OFFER");
  alice.send({ ...idsOf(offer), messageType: "PRANSWER", sdp: earlySdp });
  network.run(30);
  alice.send({ ...idsOf(offer), messageType: "ANSWER", sdp: answerSdp });
  network.run(30);
  assert.equal(phone.story(), "180");
  phone.pracks = true;
  network.run(600);
  assert.equal(phone.story(), "180 180 200 200");
  assert.equal(phone.last("200").body, answerSdp);
  assert.equal(phone.state, "up");
  phone.bye();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("a 2xx waits for the PRACK of a description, not for that of a mere 180", () => {
  const set = terminalStage({ answer: answerSdp });
  const { network, phone } = set;
  phone.pracks = false;
  isCalled(set);
  assert.equal(phone.state, "up", phone.story());
  phone.bye();
  network.run(1000);
  const late = terminalStage();
  late.phone.pracks = false;
  isCalled(late);
  late.phone.request("PRACK", { lines: [["RAck", `${header(late.phone.last("180"), "rseq")} 1 INVITE`]] });
  late.network.run(30);
  const offer = late.alice.only("OFFER");
  late.alice.send({ ...idsOf(offer), messageType: "PRANSWER", sdp: earlySdp });
  late.network.run(30);
  late.alice.send({ ...idsOf(offer), messageType: "ANSWER", sdp: answerSdp });
  late.network.run(400);
  const progress = late.phone.last("183");
  assert.equal(late.phone.state, "calling");
  late.phone.request("PRACK", { lines: [["RAck", `${header(progress, "rseq")} 1 INVITE`]] });
  late.network.run(30);
  assert.equal(late.phone.state, "up");
  assert.deepEqual(late.phone.story().split(" ").slice(-2), ["200", "200"]);
  late.phone.bye();
  late.network.run(1000);
  assertNothingLeft(set);
  assertNothingLeft(late);
});

for (
  const [what, act] of [
    ["CANCEL", ({ phone }: TerminalStage) => phone.cancel()],
    ["BYE", ({ phone }: TerminalStage) => phone.bye()],
    ["SHUTDOWN", ({ alice }: TerminalStage) => alice.end()],
  ] as const
) {
  Deno.test(`200 crosses ${what} with PRACK pending: nobody stays in the call`, () => {
    for (let gap = -40; gap <= 600; gap += 10) {
      const set = terminalStage();
      const { alice, network, phone } = set;
      phone.pracks = false;
      isCalled(set);
      const offer = alice.only("OFFER");
      alice.send({ ...idsOf(offer), messageType: "PRANSWER", sdp: earlySdp });
      network.run(20);
      phone.pracks = true;
      network.after(40, () => alice.send({ ...idsOf(offer), messageType: "ANSWER", sdp: answerSdp }));
      network.after(40 + gap, () => act(set));
      network.run(100_000);
      if (phone.state === "up") phone.bye();
      network.run(2000);
      assert.equal(alice.session.state, "ended", `${gap}: ${alice.story()}`);
      assertNothingLeft(set);
    }
  });
}

Deno.test("Require: 100rel with Supported left out: the responses are reliable all the same", () => {
  const set = terminalStage();
  const { network, phone } = set;
  phone.supports = "";
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress, lines: [["Require", "100rel"]] });
  network.run(wait);
  assert.notEqual(header(phone.last("180"), "rseq"), "");
  phone.cancel();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("a caller without 100rel gets its 180 as before", () => {
  const set = terminalStage();
  const { network, phone } = set;
  phone.supports = "";
  isCalled(set);
  assert.equal(header(phone.last("180"), "rseq"), "");
  network.run(5000);
  assert.equal(phone.count("180"), 1);
  phone.cancel();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("a phone registered with the relay: reliable responses are acknowledged on either side for themselves", () => {
  const set = terminalStage({ registers: true });
  const { network, phone, desk } = set;
  phone.call("sip:desk@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(wait);
  desk!.provisional("183 Session Progress", { sdp: earlySdp, reliable: true });
  network.run(wait);
  assert.equal(desk!.count("PRACK"), 1);
  assert.equal(phone.last("183").body, earlySdp);
  desk!.answer(earlySdp);
  network.run(1000);
  assert.equal(phone.state, "up");
  assert.equal(desk!.state, "up");
  phone.bye();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("no phone hears of another's call: a PRACK without its dialog gets 481", () => {
  const set = terminalStage();
  const { network, phone } = set;
  isCalled(set);
  phone.dialog().remoteTag = "other";
  phone.request("PRACK", { lines: [["RAck", "1 1 INVITE"]] });
  network.run(30);
  assert.equal(phone.count("481"), 1);
  network.detach(phoneAddress);
  assertNothingLeft(set);
});

function idsOf({ offererSessionId, seq }: { offererSessionId?: string; seq?: number }) {
  return { offererSessionId: offererSessionId!, answererSessionId: "alice-a", seq: seq! };
}
