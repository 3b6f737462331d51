// A change inside a call: hold and the like, from either side, taken or refused; and both at once (RFC 3261 section 14, RFC 3264).

import assert from "node:assert/strict";
import { cseqOf, header } from "./sip_text.ts";
import {
  addBrowser,
  answerSdp,
  assertNothingLeft,
  browserCallsPhone,
  holdSdp,
  offerSdp,
  phoneCallsBrowser,
  pickUp,
  type Stage,
  stage,
} from "./stage.ts";

const heldSdp = `${answerSdp}a=recvonly\r\n`;

function endWell({ alice, network, phone, node }: Stage): void {
  assert.equal(alice.session.state, "up");
  assert.equal(phone.state, "up");
  assert.equal(node.relay.calls, 1);
  alice.end();
  network.run(1000);
  assert.equal(phone.state, "ended");
  assert.equal(alice.last("OK").messageType, "OK");
}

for (const [name, begin] of [["called", browserCallsPhone], ["calling", phoneCallsBrowser]] as const) {
  Deno.test(`a browser holds a ${name} phone and takes it back`, () => {
    const set = begin({ invited: pickUp, reinvited: (phone) => phone.answer(heldSdp) });
    const { alice, network, phone } = set;
    for (const sdp of [holdSdp, offerSdp]) {
      const before = phone.count("INVITE");
      const offer = alice.reoffer(sdp);
      network.run(1000);
      const answer = alice.last("ANSWER");
      assert.equal(answer.sdp, heldSdp);
      assert.equal(answer.seq, offer.seq);
      assert.equal(answer.offererSessionId, offer.offererSessionId);
      assert.equal(answer.answererSessionId, offer.answererSessionId);
      const invite = phone.last("INVITE");
      assert.equal(phone.count("INVITE"), before + 1);
      assert.equal(invite.body, sdp);
      assert.equal(phone.received.at(-1)!.start, "ACK");
      assert.equal(cseqOf(phone.last("ACK")).number, cseqOf(invite).number);
    }
    endWell(set);
    assertNothingLeft(set);
  });

  Deno.test(`a ${name} phone holds a browser`, () => {
    const set = begin({ alice: { answer: heldSdp }, invited: pickUp });
    const { alice, network, phone } = set;
    phone.reinvite(holdSdp);
    network.run(1000);
    const offer = alice.last("OFFER");
    assert.equal(offer.sdp, holdSdp);
    assert.notEqual(offer.answererSessionId, undefined);
    assert.equal(phone.received.at(-1)!.start, "200");
    assert.equal(phone.received.at(-1)!.body, heldSdp);
    assert.equal(alice.received.at(-1)!.messageType, "OK");
    endWell(set);
    assertNothingLeft(set);
  });

  Deno.test(`a ${name} phone refuses a browser's hold with 488: the call lives on`, () => {
    const set = begin({ invited: pickUp, reinvited: (phone) => phone.reject("488 Not Acceptable Here") });
    const { alice, network } = set;
    const offer = alice.reoffer(holdSdp);
    network.run(1000);
    const error = alice.only("ERROR");
    assert.equal(error.errorType, "REFUSED");
    assert.equal(error.status, 488);
    assert.equal(error.seq, offer.seq);
    endWell(set);
    assertNothingLeft(set);
  });

  Deno.test(`a browser refuses the hold of a ${name} phone: the call lives on`, () => {
    const set = begin({ invited: pickUp });
    const { alice, network, phone } = set;
    alice.answer = undefined;
    phone.reinvite(holdSdp);
    network.run(500);
    alice.refuse(alice.last("OFFER"), "REFUSED", { status: 488 });
    network.run(500);
    assert.equal(phone.received.at(-1)!.start, "488");
    endWell(set);
    assertNothingLeft(set);
  });

  for (const statusLine of ["408 Request Timeout", "481 Call Does Not Exist"]) {
    Deno.test(`a ${name} phone answers a re-INVITE with ${statusLine}: the call ends with BYE`, () => {
      const set = begin({ invited: pickUp, reinvited: (phone) => phone.reject(statusLine) });
      const { alice, network, phone } = set;
      alice.reoffer(holdSdp);
      network.run(1000);
      assert.equal(phone.count("BYE"), 1);
      assert.equal(alice.session.state, "ended");
      assertNothingLeft(set);
    });
  }

  Deno.test(`a ${name} phone says nothing to a re-INVITE: the call ends with BYE after 64*T1`, () => {
    const set = begin({ invited: pickUp, reinvited: () => {} });
    const { alice, network, phone } = set;
    alice.reoffer(holdSdp);
    network.run(33_000);
    assert.equal(phone.count("BYE"), 1);
    assert.equal(alice.session.state, "ended");
    assertNothingLeft(set);
  });

  Deno.test(`a browser says nothing to the re-INVITE of a ${name} phone: 408, whereupon the phone says BYE`, () => {
    const set = begin({ invited: pickUp });
    const { alice, network, phone } = set;
    alice.answer = undefined;
    phone.reinvite(holdSdp);
    network.run(31_000);
    // section 14.1 has the phone end the call then
    assert.equal(phone.count("408"), 1);
    network.run(1000);
    assert.equal(alice.session.state, "ended");
    assertNothingLeft(set);
  });

  Deno.test(`a ${name} phone hangs up while its own re-INVITE is with the browser`, () => {
    const set = begin({ invited: pickUp });
    const { alice, network, phone } = set;
    alice.answer = undefined;
    phone.reinvite(holdSdp);
    network.run(500);
    phone.bye();
    network.run(1000);
    assert.equal(phone.count("487"), 1);
    assert.equal(alice.session.state, "ended");
    assertNothingLeft(set);
  });

  Deno.test(`a browser hangs up while its own OFFER is with a ${name} phone`, () => {
    const set = begin({ invited: pickUp, reinvited: (phone) => phone.ring() });
    const { alice, network, phone } = set;
    alice.reoffer(holdSdp);
    network.run(500);
    alice.end();
    network.run(1000);
    assert.equal(phone.count("BYE"), 1);
    assert.equal(phone.state, "ended");
    assert.equal(alice.last("OK").messageType, "OK");
    assertNothingLeft(set);
  });
}

Deno.test("a phone that asks its user about a hold for ever: CANCEL, 487, and the call lives on", () => {
  const set = browserCallsPhone({ reinvited: (phone) => phone.trying() });
  const { alice, network, phone } = set;
  alice.reoffer(holdSdp);
  network.run(179_000);
  assert.equal(alice.session.isOffering, true);
  assert.equal(phone.count("CANCEL"), 0);
  network.run(3000);
  assert.equal(phone.count("CANCEL"), 1);
  assert.equal(alice.only("ERROR").status, 487);
  endWell(set);
  assertNothingLeft(set);
});

Deno.test("a phone leaves a re-INVITE without a final answer and hangs up: nothing of it stays", () => {
  const set = browserCallsPhone({ reinvited: (phone) => phone.trying() });
  const { alice, network, phone } = set;
  alice.reoffer(holdSdp);
  network.run(1000);
  phone.bye();
  network.detach(phone.at);
  network.run(1000);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a browser holds a browser", () => {
  const set = stage();
  const { alice, network } = set;
  const carol = addBrowser(set, "carol", { answer: answerSdp });
  alice.call("carol", offerSdp);
  network.run(500);
  for (const [from, to] of [[alice, carol], [carol, alice], [alice, carol]] as const) {
    to.answer = heldSdp;
    from.reoffer(holdSdp);
    network.run(500);
    assert.equal(to.last("OFFER").sdp, holdSdp);
    assert.equal(from.last("ANSWER").sdp, heldSdp);
    assert.equal(to.received.at(-1)!.messageType, "OK");
  }
  carol.end();
  network.run(500);
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("the ACK to the first answer is lost and a hold follows at once: both INVITEs are acknowledged", () => {
  let lost = 0;
  const set = stage({
    invited: (phone) => phone.answer(answerSdp),
    reinvited: () => {},
    network: { lose: ({ bytes }) => new TextDecoder().decode(bytes).startsWith("ACK") && lost++ < 1 },
  });
  const { alice, network, phone } = set;
  alice.call("sip:bob@example.org", offerSdp);
  network.run(200);
  alice.reoffer(holdSdp);
  network.run(1000);
  // the first 200 came again while the hold is unanswered: it is no answer to the hold
  assert.equal(alice.all("ANSWER").length, 1);
  assert.equal(header(phone.last("ACK"), "cseq"), "1 ACK");
  phone.answer(heldSdp);
  network.run(1000);
  assert.equal(alice.last("ANSWER").sdp, heldSdp);
  assert.equal(header(phone.last("ACK"), "cseq"), "2 ACK");
  endWell(set);
  assertNothingLeft(set);
});
