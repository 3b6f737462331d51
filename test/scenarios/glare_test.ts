// Both sides change the call at once: on the SIP wire (RFC 3261 section 14), on the ROAP wire (seq, tieBreaker), and across the relay.

import assert from "node:assert/strict";
import type { Browser, RoapMessage } from "./browser.ts";
import { cseqOf } from "./sip_text.ts";
import {
  answerSdp,
  assertNothingLeft,
  browserCallsPhone,
  holdSdp,
  offerSdp,
  phoneCallsBrowser,
  pickUp,
  type Stage,
} from "./stage.ts";

const heldSdp = `${answerSdp}a=recvonly\r\n`;

/** The relay's re-INVITE and the phone's cross on the SIP wire: the phone sees its own refused, and refuses. */
function collide({ alice, network, phone }: Stage): void {
  alice.reoffer(holdSdp);
  network.run(5);
  phone.reinvite(offerSdp);
  network.run(100);
  assert.equal(phone.count("491"), 1, phone.story());
}

for (
  const [name, begin, shortest, longest] of [
    ["the relay called", browserCallsPhone, 2100, 4000],
    ["the phone called", phoneCallsBrowser, 0, 2000],
  ] as const
) {
  Deno.test(`re-INVITE glare, ${name}: both get 491, the relay comes again after ${shortest} to ${longest} ms`, () => {
    const set = begin({
      alice: { answer: heldSdp },
      invited: pickUp,
      reinvited: (phone) => phone.answer(heldSdp),
    });
    const { alice, network, phone } = set;
    collide(set);
    const sent = network.packets.filter(({ from, bytes }) =>
      from.host === "10.0.0.1" && new TextDecoder().decode(bytes).startsWith("INVITE")
    );
    const before = sent.length;
    assert.equal(alice.story().endsWith("ERROR(CONFLICT)"), false);
    network.run(5000);
    const invites = network.packets.filter(({ from, bytes }) =>
      from.host === "10.0.0.1" && new TextDecoder().decode(bytes).startsWith("INVITE")
    );
    assert.equal(invites.length, before + 1);
    const waited = invites.at(-1)!.sentAt - sent.at(-1)!.sentAt - 20;
    assert.ok(waited >= shortest - 1 && waited <= longest + 1, `waited ${waited}`);
    assert.equal(alice.last("ANSWER").sdp, heldSdp);
    assert.equal(alice.session.isOffering, false);
    assert.equal(phone.state, "up");
    alice.end();
    network.run(1000);
    assertNothingLeft(set);
  });

  Deno.test(`re-INVITE glare, ${name}: the phone comes again first and wins, the browser's OFFER is refused`, () => {
    const set = begin({ invited: pickUp, reinvited: (phone) => phone.answer(heldSdp) });
    const { alice, network, phone } = set;
    alice.answer = undefined;
    collide(set);
    phone.reinvite(offerSdp);
    network.run(50);
    const conflict = alice.last("ERROR");
    assert.equal(conflict.errorType, "CONFLICT");
    const theirs = alice.last("OFFER");
    assert.equal(theirs.sdp, offerSdp);
    alice.accept(theirs, heldSdp);
    network.run(10_000);
    assert.equal(phone.received.at(-1)!.start, "200");
    assert.equal(alice.received.at(-1)!.messageType, "OK");
    assert.equal(phone.state, "up");
    // the browser offers again once theirs is settled
    alice.reoffer(holdSdp);
    network.run(1000);
    assert.equal(alice.last("ANSWER").sdp, heldSdp);
    alice.end();
    network.run(1000);
    assertNothingLeft(set);
  });

  Deno.test(`both wires at once, ${name}: the phone's re-INVITE meets the browser's OFFER, and one of them wins`, () => {
    for (let gap = -40; gap <= 40; gap += 2) {
      const set = begin({ invited: pickUp, reinvited: (phone) => phone.answer(heldSdp) });
      const { alice, network, phone } = set;
      alice.answer = heldSdp;
      network.after(Math.max(0, gap), () => alice.reoffer(holdSdp));
      network.after(Math.max(0, -gap), () => phone.reinvite(offerSdp));
      network.run(10_000);
      assert.equal(phone.state, "up", `gap ${gap}: ${phone.story()}`);
      assert.equal(alice.session.state, "up", `gap ${gap}: ${alice.story()}`);
      // whatever became of these, the next change goes through
      alice.reoffer(`${holdSdp}a=x\r\n`);
      network.run(10_000);
      assert.equal(phone.last("INVITE").body, `${holdSdp}a=x\r\n`, `gap ${gap}`);
      assert.equal(alice.received.at(-1)!.messageType, "ANSWER", `gap ${gap}: ${alice.story()}`);
      phone.bye();
      network.run(1000);
      assert.equal(alice.session.state, "ended");
      assertNothingLeft(set);
    }
  });
}

/** The phone's change is out to alice, and unanswered; hers crosses it. */
function crossing(
  reply: (set: Stage, theirs: RoapMessage) => void,
  check: (set: Stage, alice: Browser) => void,
): void {
  const set = browserCallsPhone({ reinvited: (phone) => phone.answer(heldSdp) });
  const { alice, network, phone } = set;
  alice.answer = undefined;
  phone.reinvite(offerSdp);
  network.run(100);
  reply(set, alice.last("OFFER"));
  network.run(1000);
  check(set, alice);
  network.run(10_000);
  assert.equal(phone.state, "up", phone.story());
  phone.bye();
  network.run(1000);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
}

Deno.test("ROAP glare, the browser's seq is lower: NOMATCH, and the relay's OFFER stands", () => {
  crossing(
    ({ alice }, { seq }) => alice.reoffer(holdSdp, { seq: seq! - 1 }),
    ({ phone, network }, alice) => {
      assert.equal(alice.last("ERROR").errorType, "NOMATCH");
      alice.accept(alice.last("OFFER"), heldSdp);
      network.run(1000);
      assert.equal(phone.last("200").body, heldSdp);
    },
  );
});

Deno.test("ROAP glare, the browser's seq is higher: its OFFER wins, the phone's gets 491", () => {
  crossing(
    ({ alice }, { seq }) => alice.reoffer(holdSdp, { seq: seq! + 1 }),
    ({ phone }, alice) => {
      assert.equal(phone.count("491"), 1);
      assert.equal(phone.last("INVITE").body, holdSdp);
      assert.equal(alice.last("ANSWER").sdp, heldSdp);
    },
  );
});

Deno.test("ROAP glare, same seq, the browser's tieBreaker is lower: CONFLICT, and the relay's OFFER stands", () => {
  crossing(
    ({ alice }, { seq }) => alice.reoffer(holdSdp, { seq: seq!, tieBreaker: 0 }),
    ({ phone, network }, alice) => {
      assert.equal(alice.last("ERROR").errorType, "CONFLICT");
      alice.accept(alice.last("OFFER"), heldSdp);
      network.run(1000);
      assert.equal(phone.last("200").body, heldSdp);
    },
  );
});

Deno.test("ROAP glare, same seq, the browser's tieBreaker is higher: its OFFER wins, the phone's gets 491", () => {
  crossing(
    ({ alice }, { seq }) => alice.reoffer(holdSdp, { seq: seq!, tieBreaker: 0xffffffff }),
    ({ phone }, alice) => {
      assert.equal(phone.count("491"), 1);
      assert.equal(cseqOf(phone.last("INVITE")).number, 2);
      assert.equal(alice.last("ANSWER").sdp, heldSdp);
    },
  );
});

Deno.test("ROAP glare, same seq and tieBreaker: DOUBLECONFLICT, the relay offers again", () => {
  crossing(
    ({ alice }, { seq, tieBreaker }) => alice.reoffer(holdSdp, { seq: seq!, tieBreaker: tieBreaker! }),
    ({ phone, network }, alice) => {
      assert.equal(alice.last("ERROR").errorType, "DOUBLECONFLICT");
      const again = alice.last("OFFER");
      assert.equal(again.sdp, offerSdp);
      assert.equal(again.seq, alice.last("ERROR").seq! + 1);
      alice.accept(again, heldSdp);
      network.run(1000);
      assert.equal(phone.last("200").body, heldSdp);
    },
  );
});

Deno.test("ROAP glare, the browser says DOUBLECONFLICT: the relay offers again with a new seq", () => {
  crossing(
    ({ alice }, theirs) => alice.refuse(theirs, "DOUBLECONFLICT"),
    ({ phone, network }, alice) => {
      const [first, again] = alice.all("OFFER");
      assert.equal(again!.seq, first!.seq! + 1);
      assert.equal(again!.sdp, offerSdp);
      alice.accept(again!, heldSdp);
      network.run(1000);
      assert.equal(phone.last("200").body, heldSdp);
    },
  );
});

Deno.test("ROAP glare, the browser says CONFLICT: the relay keeps waiting, and takes the browser's OFFER", () => {
  crossing(
    ({ alice }, theirs) => {
      alice.refuse(theirs, "CONFLICT");
      alice.reoffer(holdSdp, { seq: theirs.seq!, tieBreaker: 0xffffffff });
    },
    ({ phone }, alice) => {
      assert.equal(phone.count("491"), 1);
      assert.equal(alice.last("ANSWER").sdp, heldSdp);
    },
  );
});
