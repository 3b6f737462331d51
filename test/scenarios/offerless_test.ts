// An INVITE without an offer asks for one (RFC 3261 sections 13.2.1 and 14.1, RFC 3262 section 5): the offer comes back in the 2xx or in a reliable
// provisional response, its answer in the ACK or the PRACK.

import assert from "node:assert/strict";
import type { RoapMessage } from "./browser.ts";
import { type TerminalStage, terminalStage } from "./terminal_stage.ts";
import { cseqOf, header, type SipText } from "./sip_text.ts";
import { answerSdp, assertNothingLeft, holdSdp, offerSdp, relayAddress } from "./stage.ts";

const wait = 100;
const heldSdp = `${answerSdp}a=recvonly\r\n`;

function asks(set: TerminalStage, target = "alice"): void {
  set.phone.call(`sip:${target}@ropeway.test`, { peer: relayAddress });
  set.network.run(wait);
}

/** The browser's OFFER where one was asked for. */
function give({ alice }: TerminalStage, asked: RoapMessage, sdp: string, id = "alice-own"): RoapMessage {
  const offer = {
    messageType: "OFFER",
    offererSessionId: asked.answererSessionId ?? id,
    answererSessionId: asked.offererSessionId!,
    seq: asked.seq! + 1,
    tieBreaker: 5,
    sdp,
  };
  alice.send(offer);
  return offer;
}

Deno.test("a browser of roap.ims is asked by OFFER_REQUEST: its OFFER goes into the 200, the ACK's answer comes as ANSWER", () => {
  const set = terminalStage();
  const { alice, network, phone } = set;
  phone.answerSdp = heldSdp;
  asks(set);
  const request = alice.only("OFFER_REQUEST");
  assert.equal(request.seq, 1);
  assert.equal(request.sdp, undefined);
  assert.match(request.from!, /bob/);
  assert.equal(phone.count("180"), 1);
  const offer = give(set, request, offerSdp);
  network.run(wait);
  assert.equal(
    answered(phone).body,
    offerSdp,
  );
  const answer = alice.only("ANSWER");
  assert.equal(answer.sdp, heldSdp);
  assert.deepEqual(
    [answer.offererSessionId, answer.answererSessionId, answer.seq],
    [offer.offererSessionId, offer.answererSessionId, 2],
  );
  assert.equal(phone.state, "up");
  // a change afterwards goes on with the next seq
  network.run(wait);
  alice.answer = answerSdp;
  phone.request("INVITE", { sdp: holdSdp });
  network.run(wait);
  assert.equal(alice.last("OFFER").seq, 3);
  assert.equal(alice.last("OFFER").sdp, holdSdp);
  alice.end();
  network.run(1000);
  assert.equal(phone.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a browser of the five messages gets an OFFER without media: it answers, and makes its own OFFER", () => {
  const set = terminalStage({ dialect: "roap" });
  const { alice, network, phone } = set;
  phone.answerSdp = heldSdp;
  asks(set);
  const blank = alice.only("OFFER");
  assert.doesNotMatch(blank.sdp!, /^m=/m);
  alice.accept(blank, blank.sdp!);
  network.run(wait);
  assert.equal(alice.only("OK").seq, 1);
  assert.equal(phone.state, "calling");
  give(set, { ...alice.last("OK") }, offerSdp);
  network.run(wait);
  assert.equal(answered(phone).body, offerSdp);
  assert.equal(alice.only("ANSWER").sdp, heldSdp);
  assert.equal(alice.only("ANSWER").seq, 2);
  assert.equal(phone.state, "up");
  alice.end();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("a browser of the five messages may supersede the OFFER without media at once", () => {
  const set = terminalStage({ dialect: "roap" });
  const { alice, network, phone } = set;
  asks(set);
  give(set, alice.only("OFFER"), offerSdp);
  network.run(wait);
  assert.equal(phone.state, "up");
  assert.equal(alice.only("ANSWER").sdp, answerSdp);
  phone.bye();
  network.run(1000);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a browser takes the OFFER without media and offers nothing: 408 after 30 s", () => {
  const set = terminalStage({ dialect: "roap" });
  const { alice, network, phone } = set;
  asks(set);
  alice.accept(alice.only("OFFER"), alice.only("OFFER").sdp!);
  network.run(29_900);
  assert.equal(phone.count("408"), 0);
  network.run(300);
  assert.equal(phone.count("408"), 1);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

for (const dialect of ["roap", "roap.ims"] as const) {
  Deno.test(`${dialect}: a browser that is asked refuses, hangs up or is given up`, () => {
    for (const act of ["refuse", "hang up", "cancel", "leave"] as const) {
      const set = terminalStage({ dialect });
      const { alice, network, phone } = set;
      asks(set);
      const request = alice.received.at(-1)!;
      if (act === "refuse") alice.refuse(request);
      if (act === "hang up") alice.hangUp({ ...request, answererSessionId: "alice-own" }, 2);
      if (act === "cancel") phone.cancel();
      if (act === "leave") alice.leave();
      network.run(1000);
      assert.equal(phone.state, "ended", act);
      assertNothingLeft(set);
    }
  });

  Deno.test(`${dialect}: the ACK has no answer: the call ends on both sides`, () => {
    const set = terminalStage({ dialect });
    const { alice, network, phone } = set;
    phone.answerSdp = "";
    asks(set);
    give(set, alice.received.at(-1)!, offerSdp);
    network.run(2000);
    assert.equal(phone.state, "ended");
    assert.equal(alice.all("ANSWER").length, 0);
    assertNothingLeft(set);
  });

  Deno.test(`${dialect}: a late ACK with the answer is still heard`, () => {
    const set = terminalStage({ dialect });
    const { alice, network, phone } = set;
    phone.acknowledges = false;
    asks(set);
    give(set, alice.received.at(-1)!, offerSdp);
    network.run(10_000);
    assert.equal(alice.all("ANSWER").length, 0);
    phone.acknowledges = true;
    network.run(5000);
    assert.equal(alice.only("ANSWER").sdp, answerSdp);
    phone.bye();
    network.run(1000);
    assertNothingLeft(set);
  });
}

Deno.test("no ACK at all: BYE after 64*T1, and the browser hears the end", () => {
  const set = terminalStage();
  const { alice, network, phone } = set;
  phone.acknowledges = false;
  asks(set);
  give(set, alice.only("OFFER_REQUEST"), offerSdp);
  network.run(33_000);
  assert.equal(phone.count("BYE"), 1);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a re-INVITE without an offer: a browser of roap.ims is asked, and the ACK's answer reaches it", () => {
  const set = terminalStage({ answer: answerSdp });
  const { alice, network, phone } = set;
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(200);
  assert.equal(phone.state, "up");
  phone.answerSdp = heldSdp;
  phone.request("INVITE");
  network.run(wait);
  const request = alice.only("OFFER_REQUEST");
  assert.equal(request.seq, 2);
  give(set, { ...request, answererSessionId: alice.session.local }, holdSdp);
  network.run(wait);
  assert.equal(answered(phone).body, holdSdp);
  assert.equal(alice.last("ANSWER").sdp, heldSdp);
  assert.equal(alice.last("ANSWER").seq, 3);
  network.run(wait);
  alice.end();
  network.run(1000);
  assert.equal(phone.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a re-INVITE without an offer: a browser of roap.ims refuses, or says nothing for 30 s: the call goes on", () => {
  for (const [act, status] of [["refuse", "488"], ["be silent", "408"]] as const) {
    const set = terminalStage({ answer: answerSdp });
    const { alice, network, phone } = set;
    phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
    network.run(200);
    phone.request("INVITE");
    network.run(wait);
    if (act === "refuse") alice.refuse(alice.only("OFFER_REQUEST"), "REFUSED", { status: 488 });
    network.run(31_000);
    assert.equal(phone.count(status), 1, phone.story());
    assert.equal(alice.session.state, "up");
    phone.bye();
    network.run(1000);
    assertNothingLeft(set);
  }
});

Deno.test("a re-INVITE without an offer: a browser of the five messages cannot be asked: 488, and the call goes on", () => {
  const set = terminalStage({ dialect: "roap", answer: answerSdp });
  const { alice, network, phone } = set;
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(200);
  phone.request("INVITE");
  network.run(wait);
  assert.equal(phone.count("488"), 1);
  assert.equal(alice.session.state, "up");
  alice.reoffer(holdSdp);
  network.run(wait);
  assert.equal(phone.last("INVITE").body, holdSdp);
  phone.bye();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("between phones: the offer in the 200, the answer in the ACK", () => {
  const set = terminalStage({ registers: true });
  const { network, phone, desk } = set;
  asks(set, "desk");
  const invite = desk!.last("INVITE");
  assert.equal(invite.body, "");
  assert.equal(header(invite, "content-type"), "");
  desk!.provisional("180 Ringing");
  desk!.answer(offerSdp);
  network.run(wait);
  assert.equal(answered(phone).body, offerSdp);
  assert.equal(desk!.last("ACK").body, answerSdp);
  assert.equal(phone.state, "up");
  assert.equal(desk!.state, "up");
  // and again inside the call, from the other side
  desk!.request("INVITE");
  network.run(wait);
  assert.equal(phone.last("INVITE").body, "");
  assert.equal(answered(desk!).body, offerSdp);
  network.run(wait);
  assert.equal(phone.last("ACK").body, answerSdp);
  assert.equal(cseqOf(phone.last("ACK")).number, cseqOf(phone.last("INVITE")).number);
  phone.bye();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("between phones: the offer in a reliable 183, the answer in the PRACK, nothing in 200 and ACK", () => {
  const set = terminalStage({ registers: true });
  const { network, phone, desk } = set;
  asks(set, "desk");
  assert.match(header(desk!.last("INVITE"), "supported"), /\b100rel\b/);
  desk!.provisional("183 Session Progress", { sdp: offerSdp, reliable: true });
  network.run(wait);
  assert.equal(phone.last("183").body, offerSdp);
  assert.equal(desk!.last("PRACK").body, answerSdp);
  desk!.answer("");
  network.run(wait);
  assert.equal(phone.state, "up");
  assert.equal(desk!.state, "up");
  assert.equal(desk!.last("ACK").body, "");
  phone.bye();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("between phones: a caller without 100rel cannot answer early, so nobody is told of 100rel", () => {
  const set = terminalStage({ registers: true });
  const { network, phone, desk } = set;
  phone.supports = "";
  asks(set, "desk");
  assert.equal(header(desk!.last("INVITE"), "supported"), "timer");
  // what an unreliable response describes is no offer
  desk!.provisional("183 Session Progress", { sdp: offerSdp });
  network.run(wait);
  assert.equal(phone.last("180").body, "");
  desk!.answer(offerSdp);
  network.run(wait);
  assert.equal(desk!.last("ACK").body, answerSdp);
  phone.bye();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("between phones: a 200 without the offer that was asked for: ACK, BYE, and the caller is refused", () => {
  const set = terminalStage({ registers: true });
  const { network, phone, desk } = set;
  asks(set, "desk");
  desk!.answer("");
  network.run(1000);
  assert.deepEqual(desk!.story().split(" ").slice(-2), ["ACK", "BYE"]);
  assert.equal(phone.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a PRACK without the answer that it owes: 400, and the response comes again", () => {
  const set = terminalStage({ registers: true });
  const { network, phone, desk } = set;
  phone.pracks = false;
  asks(set, "desk");
  desk!.provisional("183 Session Progress", { sdp: offerSdp, reliable: true });
  network.run(wait);
  phone.request("PRACK", { lines: [["RAck", `${header(phone.last("183"), "rseq")} 1 INVITE`]] });
  network.run(1000);
  assert.equal(phone.count("400"), 1);
  assert.equal(phone.count("183"), 2);
  assert.equal(desk!.count("PRACK"), 0);
  phone.cancel();
  network.run(1000);
  assertNothingLeft(set);
});

/** The newest 2xx to an INVITE. */
function answered({ received }: TerminalStage["phone"]): SipText {
  return received.findLast((message) => message.start === "200" && cseqOf(message).method === "INVITE")!;
}
