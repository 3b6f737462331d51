// UPDATE, RFC 3311: in early dialogs once the first offer has its answer, and in the call; both ways, with all that may collide.

import assert from "node:assert/strict";
import { type TerminalStage, terminalStage, type TerminalStageOptions } from "./terminal_stage.ts";
import { cseqOf, header, parameter, type SipText } from "./sip_text.ts";
import { answerSdp, assertNothingLeft, holdSdp, offerSdp, relayAddress } from "./stage.ts";

const earlySdp = answerSdp.replace("5000", "5002");
const changeSdp = answerSdp.replace("5000", "5004");
const heldSdp = `${answerSdp}a=recvonly\r\n`;
const wait = 100;

/** alice has called; the terminal's reliable 183 has its PRACK. */
function earlyCalled(options: TerminalStageOptions = {}): TerminalStage {
  const set = terminalStage(options);
  set.alice.call("sip:bob@example.org", offerSdp);
  set.network.run(wait);
  set.phone.provisional("183 Session Progress", { sdp: earlySdp, reliable: true });
  set.network.run(30);
  if (options.dialect !== "roap") set.alice.taken(set.alice.last("ANSWER"));
  set.network.run(wait);
  assert.equal(set.phone.count("PRACK"), 1);
  return set;
}

/** The terminal has called alice; her PRANSWER has its PRACK. */
function earlyCalling(options: TerminalStageOptions = {}): TerminalStage {
  const set = terminalStage(options);
  set.phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  set.network.run(wait);
  set.alice.send({ ...idsOf(set), messageType: "PRANSWER", sdp: earlySdp });
  set.network.run(wait);
  assert.equal(set.phone.last("183").body, earlySdp);
  return set;
}

function idsOf({ alice }: TerminalStage) {
  const { offererSessionId, seq } = alice.all("OFFER")[0]!;
  return { offererSessionId: offererSessionId!, answererSessionId: "alice-a", seq: seq! };
}

function finish(set: TerminalStage): void {
  const { alice, network, phone } = set;
  assert.equal(phone.state, "up", phone.story());
  assert.equal(alice.session.state, "up", alice.story());
  alice.answer = heldSdp;
  phone.request("INVITE", { sdp: holdSdp });
  network.run(wait);
  assert.equal(alice.last("OFFER").sdp, holdSdp);
  network.run(wait);
  const offer = alice.reoffer(changeSdp);
  network.run(wait);
  assert.equal(phone.last("INVITE").body, changeSdp);
  assert.equal(alice.last("ANSWER").seq, offer.seq);
  alice.end();
  network.run(1000);
  assert.equal(phone.state, "ended");
  assertNothingLeft(set);
}

Deno.test("a calling browser's OFFER in the early dialog goes as UPDATE, its 200 comes as ANSWER, and the call goes on ringing", () => {
  const set = earlyCalled();
  const { alice, network, phone } = set;
  phone.answerSdp = heldSdp;
  const early = alice.last("ANSWER");
  const offer = alice.earlyOffer(early, holdSdp);
  network.run(wait);
  const update = phone.last("UPDATE");
  assert.equal(update.body, holdSdp);
  assert.equal(header(update, "cseq"), "3 UPDATE");
  assert.notEqual(header(update, "contact"), "");
  assert.equal(parameter(header(update, "to"), "tag"), phone.dialog().localTag);
  const answer = alice.last("ANSWER");
  assert.deepEqual([answer.seq, answer.sdp, answer.moreComing], [offer.seq, heldSdp, undefined]);
  assert.equal(answer.answererSessionId, early.answererSessionId);
  phone.answer("");
  network.run(wait);
  const final = alice.last("ANSWER");
  assert.deepEqual([final.seq, final.answererSessionId], [1, early.answererSessionId]);
  // the newest description of the other side
  assert.equal(final.sdp, heldSdp);
  finish(set);
});

Deno.test("a called terminal's UPDATE in the early dialog comes as OFFER to a calling browser", () => {
  const set = earlyCalled();
  const { alice, network, phone } = set;
  phone.update(changeSdp);
  network.run(wait);
  const offer = alice.only("OFFER");
  assert.equal(offer.sdp, changeSdp);
  assert.equal(offer.seq, 2);
  assert.equal(offer.offererSessionId, alice.last("ANSWER").answererSessionId);
  alice.accept(offer, heldSdp);
  network.run(wait);
  assert.equal(answered(phone, "UPDATE").body, heldSdp);
  assert.notEqual(header(answered(phone, "UPDATE"), "contact"), "");
  assert.equal(alice.last("OK").seq, 2);
  phone.answer("");
  network.run(wait);
  assert.equal(alice.last("ANSWER").sdp, changeSdp);
  assert.equal(alice.last("ANSWER").seq, 1);
  finish(set);
});

Deno.test("a calling terminal's UPDATE in the early dialog comes as OFFER to a called browser", () => {
  const set = earlyCalling();
  const { alice, network, phone } = set;
  phone.update(changeSdp);
  network.run(wait);
  const offer = alice.last("OFFER");
  assert.deepEqual([offer.sdp, offer.seq, offer.answererSessionId], [changeSdp, 2, "alice-a"]);
  alice.accept(offer, heldSdp);
  network.run(wait);
  assert.equal(answered(phone, "UPDATE").body, heldSdp);
  alice.send({ ...idsOf(set), messageType: "ANSWER", sdp: heldSdp });
  network.run(wait);
  finish(set);
});

Deno.test("a called browser's OFFER in the early dialog goes as UPDATE to the calling terminal", () => {
  const set = earlyCalling();
  const { alice, network, phone } = set;
  phone.answerSdp = heldSdp;
  const { offererSessionId } = idsOf(set);
  alice.send({
    messageType: "OFFER",
    offererSessionId: "alice-a",
    answererSessionId: offererSessionId,
    seq: 2,
    tieBreaker: 4,
    sdp: changeSdp,
  });
  network.run(wait);
  assert.equal(phone.last("UPDATE").body, changeSdp);
  assert.equal(cseqOf(phone.last("UPDATE")).number, 1);
  assert.equal(alice.last("ANSWER").sdp, heldSdp);
  assert.equal(alice.last("ANSWER").seq, 2);
  alice.send({ ...idsOf(set), messageType: "ANSWER", sdp: earlySdp });
  network.run(wait);
  finish(set);
});

Deno.test("a new offer in the PRACK comes as OFFER, and its answer goes into the 200 to the PRACK", () => {
  const set = terminalStage();
  const { alice, network, phone } = set;
  phone.pracks = false;
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(wait);
  phone.request("PRACK", { lines: [["RAck", `${header(phone.last("180"), "rseq")} 1 INVITE`]] });
  alice.send({ ...idsOf(set), messageType: "PRANSWER", sdp: earlySdp });
  network.run(wait);
  phone.request("PRACK", {
    lines: [["RAck", `${header(phone.last("183"), "rseq")} 1 INVITE`]],
    sdp: changeSdp,
  });
  network.run(wait);
  const offer = alice.last("OFFER");
  assert.equal(offer.sdp, changeSdp);
  alice.accept(offer, heldSdp);
  network.run(wait);
  assert.equal(answered(phone, "PRACK").body, heldSdp);
  alice.send({ ...idsOf(set), messageType: "ANSWER", sdp: heldSdp });
  network.run(wait);
  finish(set);
});

Deno.test("an UPDATE without an offer refreshes the target and nothing else, in the early dialog and in the call", () => {
  const set = earlyCalled();
  const { alice, network, phone } = set;
  phone.request("UPDATE");
  network.run(wait);
  assert.equal(answered(phone, "UPDATE").body, "");
  phone.answer("");
  network.run(wait);
  phone.request("UPDATE");
  network.run(wait);
  assert.equal(alice.all("OFFER").length, 0);
  finish(set);
});

for (
  const [what, begin, status] of [
    ["before the first answer, from the called end: our offer is out", (set: TerminalStage) => {
      set.alice.call("sip:bob@example.org", offerSdp);
      set.network.run(wait);
      set.phone.provisional("180 Ringing");
      set.network.run(30);
    }, "491"],
    ["before the first answer, from the calling end: its own offer has no answer", (set: TerminalStage) => {
      set.phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
      set.network.run(wait);
    }, "500"],
  ] as const
) {
  Deno.test(`an UPDATE with an offer ${what}: ${status}`, () => {
    const set = terminalStage();
    const { alice, network, phone } = set;
    begin(set);
    phone.update(changeSdp);
    network.run(wait);
    assert.equal(phone.count(status), 1, phone.story());
    if (status === "500") assert.match(header(phone.last("500"), "retry-after"), /^([0-9]|10)$/);
    alice.end();
    network.run(1000);
    assertNothingLeft(set);
  });
}

Deno.test("a second UPDATE while the first is unanswered: 500 with Retry-After, early and in the call", () => {
  for (const isEarly of [true, false]) {
    const set = earlyCalled();
    const { alice, network, phone } = set;
    if (!isEarly) phone.answer("");
    network.run(wait);
    phone.update(changeSdp);
    network.run(wait);
    phone.update(earlySdp);
    phone.request("UPDATE");
    network.run(wait);
    assert.equal(phone.count("500"), 2, phone.story());
    assert.match(header(phone.last("500"), "retry-after"), /^([0-9]|10)$/);
    alice.accept(alice.only("OFFER"), heldSdp);
    network.run(wait);
    assert.equal(answered(phone, "UPDATE").body, heldSdp);
    if (isEarly) phone.answer("");
    network.run(wait);
    finish(set);
  }
});

for (
  const [name, begin, shortest, longest] of [
    ["the relay called", earlyCalled, 2100, 4000],
    ["the terminal called", earlyCalling, 0, 2000],
  ] as const
) {
  Deno.test(`UPDATE glare, ${name}: both get 491, the relay comes again after ${shortest} to ${longest} ms`, () => {
    const set = begin();
    const { alice, network, phone } = set;
    const offer = () =>
      name === "the relay called" ? alice.earlyOffer(alice.last("ANSWER"), holdSdp) : alice.earlyOffer({
        ...idsOf(set),
        offererSessionId: "alice-a",
        answererSessionId: idsOf(set).offererSessionId,
        messageType: "",
      }, holdSdp);
    offer();
    network.run(15);
    phone.update(changeSdp);
    network.run(50);
    assert.equal(phone.count("491"), 1, phone.story());
    const sentAt = () =>
      network.packets.filter(({ from, bytes }) =>
        from.host === relayAddress.host && new TextDecoder().decode(bytes).startsWith("UPDATE")
      ).map(({ sentAt }) => sentAt);
    network.run(5000);
    const [first, again, ...more] = sentAt();
    assert.deepEqual(more, []);
    const waited = again! - first! - 20;
    assert.ok(waited >= shortest - 1 && waited <= longest + 1, `waited ${waited}`);
    assert.equal(alice.last("ANSWER").sdp, answerSdp);
    assert.equal(alice.all("ERROR").length, 0);
    alice.end();
    network.run(1000);
    assertNothingLeft(set);
  });

  Deno.test(`UPDATE glare, ${name}: the terminal comes again first and wins`, () => {
    const set = begin();
    const { alice, network, phone } = set;
    const of = name === "the relay called" ? alice.last("ANSWER") : {
      ...idsOf(set),
      offererSessionId: "alice-a",
      answererSessionId: idsOf(set).offererSessionId,
      messageType: "",
    };
    alice.earlyOffer(of, holdSdp);
    network.run(15);
    phone.update(changeSdp);
    network.run(40);
    phone.update(changeSdp);
    network.run(wait);
    const theirs = alice.last("OFFER");
    assert.equal(theirs.sdp, changeSdp);
    assert.equal(alice.last("ERROR").seq, 2);
    alice.accept(theirs, heldSdp);
    network.run(5000);
    assert.equal(answered(phone, "UPDATE").body, heldSdp);
    assert.equal(phone.count("UPDATE"), 1);
    alice.end();
    network.run(1000);
    assertNothingLeft(set);
  });
}

Deno.test("an UPDATE in the call comes as OFFER; refused, and unanswered, it leaves the call as it was", () => {
  const set = earlyCalled();
  const { alice, network, phone } = set;
  phone.answer("");
  network.run(wait);
  phone.update(holdSdp);
  network.run(wait);
  alice.accept(alice.last("OFFER"), heldSdp);
  network.run(wait);
  assert.equal(answered(phone, "UPDATE").body, heldSdp);
  assert.equal(alice.last("OK").seq, 2);
  phone.update(holdSdp);
  network.run(wait);
  alice.refuse(alice.last("OFFER"), "REFUSED", { status: 488 });
  network.run(wait);
  assert.equal(phone.count("488"), 1);
  phone.update(holdSdp);
  network.run(30_500);
  assert.equal(phone.count("504"), 1);
  finish(set);
});

Deno.test("an UPDATE meets the relay's re-INVITE, and a re-INVITE the UPDATE that is open: 491 and 500", () => {
  const set = earlyCalled({ changed: () => {} });
  const { alice, network, phone } = set;
  phone.answer("");
  network.run(wait);
  alice.reoffer(holdSdp);
  network.run(30);
  phone.update(changeSdp);
  network.run(30);
  assert.equal(phone.count("491"), 1);
  phone.answer(heldSdp);
  network.run(wait);
  phone.update(changeSdp);
  network.run(wait);
  phone.request("INVITE", { sdp: earlySdp });
  network.run(wait);
  assert.equal(phone.count("500"), 1);
  alice.accept(alice.last("OFFER"), heldSdp);
  network.run(wait);
  alice.end();
  network.run(1000);
  assertNothingLeft(set);
});

Deno.test("BYE crosses UPDATE, in either way and at every distance", () => {
  for (const isEarly of [true, false]) {
    for (const who of ["phone", "alice"] as const) {
      for (let gap = -50; gap <= 50; gap += 5) {
        const set = earlyCalled();
        const { alice, network, phone } = set;
        if (!isEarly) phone.answer("");
        network.run(wait);
        const update = () => {
          if (who === "phone") phone.update(changeSdp);
          else if (isEarly) alice.earlyOffer(alice.last("ANSWER"), changeSdp);
          else alice.reoffer(changeSdp);
        };
        const end = () => {
          if (who === "phone") alice.end();
          else if (phone.isAsked) phone.reject("486 Busy Here");
          else phone.bye();
        };
        network.after(Math.max(0, gap), update);
        network.after(Math.max(0, -gap), end);
        network.run(100_000);
        assert.equal(
          alice.session.state,
          "ended",
          `${isEarly} ${who} ${gap} ${alice.story()} ${phone.story()}`,
        );
        assertNothingLeft(set);
      }
    }
  }
});

Deno.test("the 200 to the INVITE crosses an UPDATE: the change is answered all the same, and later offers wait for it", () => {
  for (const who of ["phone", "alice"] as const) {
    const set = earlyCalled(who === "alice" ? { changed: () => {} } : {});
    const { alice, network, phone } = set;
    if (who === "phone") phone.update(changeSdp);
    else alice.earlyOffer(alice.last("ANSWER"), changeSdp);
    network.run(wait);
    phone.answer("");
    network.run(wait);
    assert.equal(alice.session.state, "up");
    if (who === "phone") {
      phone.request("INVITE", { sdp: holdSdp });
      network.run(wait);
      assert.equal(phone.count("500"), 1);
      alice.accept(alice.only("OFFER"), heldSdp);
      network.run(wait);
      assert.equal(answered(phone, "UPDATE").body, heldSdp);
    } else {
      phone.reply(phone.last("UPDATE"), "200 OK", { sdp: heldSdp });
      network.run(wait);
      assert.equal(alice.last("ANSWER").sdp, heldSdp);
      assert.equal(alice.last("ANSWER").seq, 2);
    }
    alice.end();
    network.run(1000);
    assertNothingLeft(set);
  }
});

Deno.test("a browser of the five messages knows no OFFER before the answer: 491 to the UPDATE, ERROR to its own", () => {
  const set = earlyCalled({ dialect: "roap" });
  const { alice, network, phone } = set;
  phone.update(changeSdp);
  network.run(wait);
  assert.equal(phone.count("491"), 1);
  alice.earlyOffer(alice.last("ANSWER"), holdSdp);
  network.run(wait);
  assert.equal(alice.last("ERROR").errorType, "FAILED");
  assert.equal(phone.count("UPDATE"), 0);
  phone.answer("");
  network.run(wait);
  finish(set);
});

Deno.test("an early OFFER before there is an early answer: ERROR, and the call goes on", () => {
  const set = terminalStage();
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(wait);
  phone.provisional("180 Ringing");
  network.run(wait);
  alice.earlyOffer(alice.last("RINGING"), holdSdp);
  network.run(wait);
  assert.deepEqual([alice.only("ERROR").errorType, alice.only("ERROR").status], ["FAILED", 500]);
  assert.equal(phone.count("UPDATE"), 0);
  phone.answer(answerSdp);
  network.run(wait);
  finish(set);
});

Deno.test("nobody answers the relay's UPDATE, or it fails: ERROR with the status, and the call goes on ringing", () => {
  for (
    const [status, told] of [["", 408], ["488 Not Acceptable Here", 488], [
      "504 Server Time-out",
      504,
    ]] as const
  ) {
    const set = earlyCalled({
      changed: (terminal, request) => {
        if (request.start === "UPDATE" && status !== "") terminal.reply(request, status);
        if (request.start === "INVITE") terminal.answer(heldSdp);
      },
    });
    const { alice, network, phone } = set;
    alice.earlyOffer(alice.last("ANSWER"), holdSdp);
    network.run(33_000);
    assert.equal(alice.only("ERROR").status, told);
    assert.equal(alice.only("ERROR").seq, 2);
    phone.answer("");
    network.run(wait);
    finish(set);
  }
});

Deno.test("between phones: an UPDATE in the early dialog goes across, either way", () => {
  const set = terminalStage({ registers: true });
  const { network, phone, desk } = set;
  phone.call("sip:desk@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(wait);
  desk!.provisional("183 Session Progress", { sdp: earlySdp, reliable: true });
  network.run(wait);
  desk!.answerSdp = heldSdp;
  phone.update(holdSdp);
  network.run(wait);
  assert.equal(desk!.last("UPDATE").body, holdSdp);
  assert.equal(answered(phone, "UPDATE").body, heldSdp);
  desk!.update(changeSdp);
  network.run(wait);
  assert.equal(phone.last("UPDATE").body, changeSdp);
  assert.equal(answered(desk!, "UPDATE").body, answerSdp);
  desk!.answer("");
  network.run(wait);
  assert.equal(phone.state, "up");
  // in the call it becomes a re-INVITE on the other side
  phone.update(holdSdp);
  network.run(wait);
  assert.equal(desk!.last("INVITE").body, holdSdp);
  assert.equal(answered(phone, "UPDATE").body, heldSdp);
  phone.bye();
  network.run(1000);
  assert.equal(desk!.state, "ended");
  assertNothingLeft(set);
});

/** The newest 2xx to a method. */
function answered({ received }: TerminalStage["phone"], method: string): SipText {
  const found = received.findLast((message) => message.start === "200" && cseqOf(message).method === method);
  assert.ok(found !== undefined, `No 200 to ${method}`);
  return found;
}
