// Attended transfers: Replaces in Refer-To and in INVITE (RFC 3891, RFC 5589 section 7).

import assert from "node:assert/strict";
import type { Browser, RoapMessage } from "./browser.ts";
import type { Phone } from "./phone.ts";
import type { PhoneDialog } from "./phone_dialog.ts";
import { Registration } from "./registration.ts";
import { address, cseqOf, header } from "./sip_text.ts";
import {
  addBrowser,
  addPhone,
  answerSdp,
  assertNothingLeft,
  browserCallsPhone,
  offerSdp,
  phoneCallsBrowser,
  pickUp,
  relayAddress,
  type Stage,
  stage,
} from "./stage.ts";
import { Terminal } from "./terminal.ts";
import { terminalStage } from "./terminal_stage.ts";
import { Texter } from "./texter.ts";

const otherSdp = offerSdp.replace("4000", "4444");

/** What names a phone's dialog to its peer. */
function replacing({ callId, localTag, remoteTag }: PhoneDialog): string {
  return `${callId};to-tag=${remoteTag};from-tag=${localTag}`;
}

/** A phone that is to take another's place. */
function newcomer(set: Stage): Phone {
  return addPhone(set, "dave", { last: 9 });
}

function invite(phone: Phone, value: string, more: readonly (readonly [string, string])[] = []): void {
  phone.call("sip:alice@ropeway.test", {
    sdp: otherSdp,
    peer: relayAddress,
    lines: [["Replaces", value], ...more],
  });
}

function referAttended(browser: Browser, first: number, second: number): void {
  const { local, remote } = browser.sessions[first]!;
  browser.send({
    messageType: "REFER",
    transactionId: "r1",
    offererSessionId: local,
    answererSessionId: remote,
    replaces: browser.sessions[second]!.local,
  });
}

for (const [name, begin] of [["called", browserCallsPhone], ["calling", phoneCallsBrowser]] as const) {
  Deno.test(`another phone takes the place of a ${name} one: the browser gets its offer, the first one BYE`, () => {
    const set = begin({ alice: { answer: answerSdp } });
    const { alice, network, phone } = set;
    const dave = newcomer(set);
    invite(dave, replacing(phone.dialog), [["Require", "replaces"]]);
    network.run(500);
    assert.equal(alice.last("OFFER").sdp, otherSdp);
    assert.notEqual(alice.last("OFFER").answererSessionId, undefined);
    assert.equal(dave.state, "up", dave.story());
    assert.equal(dave.last("200").body, answerSdp);
    assert.equal(phone.state, "ended");
    assert.equal(phone.count("BYE"), 1);
    assert.equal(alice.sessions.length, 1);
    assert.equal(alice.session.state, "up");
    // from now on it is a call like any other
    dave.bye();
    network.run(500);
    assert.equal(alice.session.state, "ended");
    assertNothingLeft(set);
  });

  Deno.test(`the browser refuses the newcomer's offer: the ${name} phone stays`, () => {
    const set = begin();
    const { alice, network, phone } = set;
    alice.answer = undefined;
    const dave = newcomer(set);
    invite(dave, replacing(phone.dialog));
    network.run(500);
    alice.refuse(alice.last("OFFER"), "REFUSED", { status: 488 });
    network.run(500);
    assert.equal(dave.last("488").start, "488");
    assert.equal(phone.state, "up");
    assert.equal(phone.count("BYE"), 0);
    phone.bye();
    network.run(500);
    assert.equal(alice.session.state, "ended");
    assertNothingLeft(set);
  });
}

Deno.test("the browser refuses the newcomer when the first one has gone: the call is over", () => {
  const set = phoneCallsBrowser();
  const { alice, network, phone } = set;
  alice.answer = undefined;
  const dave = newcomer(set);
  invite(dave, replacing(phone.dialog));
  network.run(500);
  phone.bye();
  network.run(500);
  alice.refuse(alice.last("OFFER"), "REFUSED", { status: 488 });
  network.run(500);
  assert.equal(dave.state, "ended");
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("the newcomer gives up before the browser answers: all of the call is over", () => {
  const set = phoneCallsBrowser();
  const { alice, network, phone } = set;
  alice.answer = undefined;
  const dave = newcomer(set);
  invite(dave, replacing(phone.dialog));
  network.run(500);
  dave.cancel();
  network.run(500);
  assert.equal(dave.state, "ended");
  assert.equal(phone.state, "ended");
  assert.equal(alice.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("Replaces that names nothing, an early dialog, a confirmed one early-only, two of them", () => {
  const set = phoneCallsBrowser();
  const { alice, network, phone } = set;
  const dave = newcomer(set);
  const good = replacing(phone.dialog);
  const cases = [
    ["x;to-tag=1;from-tag=2", [], "481"],
    [good.replace("from-tag=", "from-tag=x"), [], "481"],
    ["nonsense", [], "481"],
    [`${good};early-only`, [], "486"],
    [good, [["Replaces", good]], "400"],
  ] as const;
  for (const [value, more, status] of cases) {
    invite(dave, value, more);
    network.run(500);
    assert.equal(dave.received.at(-1)!.start, status, value);
  }
  assert.equal(alice.all("OFFER").length, 1);
  alice.end();
  network.run(500);
  invite(dave, good);
  network.run(500);
  assert.match(dave.received.at(-1)!.start, /481|603/);
  // early
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  alice.answer = undefined;
  network.run(100);
  const early = header(phone.last("180"), "to").replace(/.*;tag=/, "");
  invite(dave, `${header(phone.last("180"), "call-id")};to-tag=${early};from-tag=${phone.dialog.localTag}`);
  network.run(500);
  assert.equal(dave.received.at(-1)!.start, "481");
  phone.cancel();
  assertNothingLeft(set);
});

Deno.test("a stranger with somebody's name cannot take a place either", () => {
  const set = phoneCallsBrowser({ relay: { accounts: new Map([["dave", "secret"]]) } });
  const { network, phone } = set;
  const dave = addPhone(set, "dave", { last: 9, domain: "ropeway.test" });
  invite(dave, replacing(phone.dialog));
  network.run(500);
  assert.equal(dave.received.at(-1)!.start, "401");
  assert.equal(phone.state, "up");
  phone.bye();
  assertNothingLeft(set);
});

Deno.test("a browser joins its two phones: REFER with Replaces, and the one calls in its place", () => {
  const set = browserCallsPhone({ relay: { accounts: new Map() } });
  const { alice, network, phone } = set;
  const bob = new Texter(network, phone, () => "202 Accepted");
  // carol has called alice in the meantime
  const carol = addPhone(set, "carol", { last: 3, invited: (called) => called.answer(answerSdp) });
  alice.answer = answerSdp;
  carol.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(500);
  assert.equal(alice.sessions.length, 2);
  referAttended(alice, 0, 1);
  network.run(200);
  const target = address(header(bob.only("REFER"), "refer-to"));
  const [uri, headers = ""] = target.split("?");
  assert.match(uri!, /^sip:carol@/);
  const replaces = decodeURIComponent(headers.replace("Replaces=", ""));
  const { callId, localTag, remoteTag } = carol.dialog;
  assert.equal(replaces, `${callId};to-tag=${localTag};from-tag=${remoteTag}`);
  // bob's phone comes by way of the relay, which carol's name leads to
  const dave = newcomer(set);
  dave.call("sip:carol@ropeway.test", { sdp: otherSdp, peer: relayAddress, lines: [["Replaces", replaces]] });
  network.run(500);
  assert.equal(carol.last("INVITE").body, otherSdp);
  assert.equal(dave.state, "up", dave.story());
  assert.equal(carol.state, "up");
  assert.deepEqual(alice.sessions.map(({ state }) => state), ["up", "ended"]);
  bob.inside("NOTIFY", {
    body: "SIP/2.0 200 OK\r\n",
    contentType: "message/sipfrag",
    lines: [["Event", "refer"], ["Subscription-State", "terminated;reason=noresource"]],
  });
  network.run(200);
  assert.equal(alice.only("NOTIFY").status, 200);
  phone.bye();
  network.run(200);
  carol.bye();
  network.run(200);
  assert.equal(dave.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a browser joins two browsers", () => {
  const set = stage();
  const { alice, network } = set;
  const carol = addBrowser(set, "carol", { answer: answerSdp });
  const dave = addBrowser(set, "dave", { answer: answerSdp });
  alice.call("carol", offerSdp);
  network.run(300);
  alice.call("dave", offerSdp);
  network.run(300);
  referAttended(alice, 0, 1);
  network.run(200);
  const asked = carol.only("REFER") as RoapMessage;
  carol.send({ messageType: "OK", transactionId: asked.transactionId! });
  carol.send({
    messageType: "OFFER",
    offererSessionId: carol.newId(),
    seq: 1,
    tieBreaker: 5,
    sdp: otherSdp,
    referToken: asked.referToken!,
  });
  network.run(500);
  assert.equal(dave.all("OFFER").length, 2);
  assert.equal(dave.last("OFFER").sdp, otherSdp);
  assert.equal(dave.sessions.length, 1);
  assert.equal(carol.last("ANSWER").sdp, answerSdp);
  assert.equal(alice.last("NOTIFY").status, 200);
  assert.deepEqual(alice.sessions.map(({ state }) => state), ["up", "ended"]);
  alice.sessions.pop();
  alice.end();
  network.run(500);
  assert.deepEqual(carol.sessions.map(({ state }) => state), ["ended", "up"]);
  // the two talk on, hold included
  dave.reoffer(otherSdp);
  carol.answer = answerSdp;
  network.run(500);
  assert.equal(dave.last("ANSWER").sdp, answerSdp);
  carol.end();
  network.run(500);
  assert.equal(dave.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a phone joins its two browsers", () => {
  const set = phoneCallsBrowser();
  const { alice, network, phone } = set;
  const bob = new Texter(network, phone);
  const first = phone.dialog;
  const carol = addBrowser(set, "carol", { answer: answerSdp });
  phone.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(500);
  assert.equal(carol.session.state, "up");
  const replaces = encodeURIComponent(replacing(phone.dialog));
  bob.inside("REFER", { lines: [["Refer-To", `<sip:carol@ropeway.test?Replaces=${replaces}>`]] }, first);
  network.run(100);
  const asked = alice.only("REFER");
  alice.send({ messageType: "OK", transactionId: asked.transactionId! });
  alice.send({
    messageType: "OFFER",
    offererSessionId: alice.newId(),
    seq: 1,
    tieBreaker: 5,
    sdp: otherSdp,
    referToken: asked.referToken!,
  });
  network.run(500);
  assert.equal(carol.last("OFFER").sdp, otherSdp);
  assert.equal(carol.sessions.length, 1);
  assert.equal(alice.last("ANSWER").sdp, answerSdp);
  // the dialog that was replaced ends, the other one is the phone's to end
  assert.equal(phone.count("BYE"), 1);
  assert.match(bob.last("NOTIFY").body, /^SIP\/2\.0 200 /);
  phone.bye(first);
  network.run(500);
  assert.deepEqual(alice.sessions.map(({ state }) => state), ["ended", "up"]);
  carol.end();
  assertNothingLeft(set);
});

const accounts = new Map([["carol", "secret"], ["dave", "word"]]);

/** Two phones that are registered with us, in a call. */
function carolCallsDave(set: Stage): { readonly carol: Phone; readonly dave: Phone } {
  const { network } = set;
  const registered = (user: string, last: number) => {
    const phone = addPhone(set, user, { last, domain: "ropeway.test", invited: pickUp });
    new Registration({ network, phone, password: accounts.get(user)!, peer: relayAddress }).register();
    return phone;
  };
  const phones = { carol: registered("carol", 3), dave: registered("dave", 4) };
  network.run(500);
  phones.carol.call("sip:dave@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(500);
  return phones;
}

Deno.test("a phone sends a phone on: REFER passes through, and NOTIFY comes back", () => {
  const set = stage({ relay: { accounts } });
  const { network } = set;
  const { carol, dave } = carolCallsDave(set);
  const [sender, sent] = [
    new Texter(network, carol),
    new Texter(network, dave, ({ start }) => start === "REFER" ? "202 Accepted" : "200 OK"),
  ];
  sender.inside("REFER", { lines: [["Refer-To", "<sip:x@elsewhere.org>"]] });
  network.run(200);
  const asked = sent.only("REFER");
  assert.equal(header(asked, "refer-to"), "<sip:x@elsewhere.org>");
  assert.equal(header(asked, "referred-by"), "<sip:carol@ropeway.test>");
  assert.notEqual(header(asked, "call-id"), carol.dialog.callId);
  const notify = (status: string, state: string) => {
    sent.inside("NOTIFY", {
      body: `SIP/2.0 ${status}\r\n`,
      contentType: "message/sipfrag",
      lines: [["Event", `refer;id=${cseqOf(asked).number}`], ["Subscription-State", state]],
    });
    network.run(200);
  };
  notify("180 Ringing", "active;expires=60");
  notify("486 Busy Here", "terminated;reason=noresource");
  assert.equal(sender.story(), "202 NOTIFY NOTIFY NOTIFY");
  assert.equal(sender.last("NOTIFY").body, "SIP/2.0 486 Busy Here\r\n");
  assert.match(header(sender.last("NOTIFY"), "subscription-state"), /^terminated/);
  carol.bye();
  assertNothingLeft(set);
});

Deno.test("attended among phones: the one that is sent on is told of the target's dialog, not of the sender's", () => {
  const set = stage({ relay: { accounts } });
  const { network } = set;
  const { carol, dave } = carolCallsDave(set);
  const first = carol.dialog;
  carol.call("sip:bob@example.org", { sdp: offerSdp, peer: relayAddress });
  network.run(200);
  set.phone.answer(answerSdp);
  network.run(500);
  assert.equal(set.phone.state, "up");
  const sender = new Texter(network, carol);
  const sent = new Texter(network, dave, () => "202 Accepted");
  const replaces = encodeURIComponent(replacing(carol.dialog));
  sender.inside("REFER", { lines: [["Refer-To", `<sip:bob@example.org?Replaces=${replaces}>`]] }, first);
  network.run(200);
  const value = decodeURIComponent(header(sent.only("REFER"), "refer-to"));
  const { callId, localTag, remoteTag } = set.phone.dialog;
  assert.equal(value, `<sip:bob@example.org?Replaces=${callId};to-tag=${localTag};from-tag=${remoteTag}>`);
  assert.equal(value.includes(carol.dialog.callId), false);
  carol.bye(first);
  carol.bye();
  assertNothingLeft(set);
});

Deno.test("a newcomer without an offer asks the one who stays for it", () => {
  const set = terminalStage();
  const { alice, network, phone } = set;
  alice.answer = answerSdp;
  phone.call("sip:alice@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(500);
  const at = { transport: "udp", host: "10.0.0.9", port: 5070 } as const;
  const dave = new Terminal({ network, user: "dave", at, answer: otherSdp, offer: offerSdp });
  const { callId, localTag, remoteTag } = phone.dialog();
  const value = `${callId};to-tag=${remoteTag};from-tag=${localTag}`;
  dave.call("sip:alice@ropeway.test", { peer: relayAddress, lines: [["Replaces", value]] });
  network.run(500);
  const asked = alice.only("OFFER_REQUEST");
  alice.send({
    messageType: "OFFER",
    offererSessionId: asked.answererSessionId!,
    answererSessionId: asked.offererSessionId!,
    seq: asked.seq! + 1,
    tieBreaker: 5,
    sdp: offerSdp,
  });
  network.run(500);
  assert.equal(alice.last("ANSWER").sdp, otherSdp);
  assert.equal(dave.state, "up");
  assert.equal(phone.state, "ended");
  alice.end();
  network.run(500);
  assert.equal(dave.state, "ended");
  assertNothingLeft(set);
});
