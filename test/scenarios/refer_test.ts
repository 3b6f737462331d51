// Transfers (RFC 3515): from a phone to a browser, from a browser to a phone, from browser to browser; blind ones.

import assert from "node:assert/strict";
import type { Browser, RoapMessage } from "./browser.ts";
import { header } from "./sip_text.ts";
import {
  addBrowser,
  answerSdp,
  assertNothingLeft,
  browserCallsPhone,
  offerSdp,
  phoneCallsBrowser,
  relayAddress,
  type Stage,
  stage,
} from "./stage.ts";
import { Texter } from "./texter.ts";

function withTexter(set: Stage): Stage & { bob: Texter } {
  return { ...set, bob: new Texter(set.network, set.phone) };
}

function refer(browser: Browser, more: Partial<RoapMessage>): void {
  const { local, remote } = browser.session;
  const ids = { offererSessionId: local, answererSessionId: remote };
  browser.send({ messageType: "REFER", transactionId: "r1", ...ids, ...more });
}

function referTo(value: string, lines: readonly (readonly [string, string])[] = []) {
  return { lines: [["Refer-To", value] as const, ...lines] };
}

/** The OFFER that carries a REFER out, and the OK to it. */
function carryOut(browser: Browser, { transactionId, referToken }: RoapMessage): void {
  browser.send({ messageType: "OK", transactionId: transactionId! });
  browser.send({
    messageType: "OFFER",
    offererSessionId: browser.newId(),
    seq: 1,
    tieBreaker: 5,
    sdp: offerSdp,
    referToken: referToken!,
  });
}

/** What bob's NOTIFYs say: "180 active", "200 terminated". */
function fares(bob: Texter): string[] {
  return bob.received.filter(({ start }) => start === "NOTIFY").map((notify) => {
    assert.match(header(notify, "event"), /^refer;id=\d+$/);
    assert.equal(header(notify, "content-type"), "message/sipfrag;version=2.0");
    assert.notEqual(header(notify, "contact"), "");
    const status = /^SIP\/2\.0 (\d+) [\w ]+\r\n$/.exec(notify.body)?.[1];
    return `${status} ${header(notify, "subscription-state").split(";")[0]}`;
  });
}

for (const [name, begin] of [["called", browserCallsPhone], ["calling", phoneCallsBrowser]] as const) {
  Deno.test(`a ${name} phone sends a browser on to another one: REFER, 202, and NOTIFY to the end`, () => {
    const set = withTexter(begin());
    const { alice, network, bob, phone } = set;
    const carol = addBrowser(set, "carol");
    bob.inside("REFER", referTo("<sip:carol@ropeway.test>"));
    network.run(100);
    const asked = alice.only("REFER");
    assert.equal(asked.to, "sip:carol@ropeway.test");
    assert.match(asked.from!, /^sip:bob@/);
    assert.deepEqual(
      [asked.offererSessionId, asked.answererSessionId].toSorted(),
      [
        alice.session.local,
        alice.session.remote,
      ].toSorted(),
    );
    assert.equal(bob.story(), "");
    carryOut(alice, asked);
    network.run(200);
    assert.equal(bob.received[0]!.start, "202");
    assert.equal(carol.only("OFFER").from, "sip:alice@ropeway.test");
    carol.accept(carol.only("OFFER"), answerSdp);
    network.run(200);
    assert.deepEqual(fares(bob), ["100 active", "180 active", "200 terminated"]);
    assert.equal(alice.session.state, "up");
    assert.equal(alice.last("ANSWER").sdp, answerSdp);
    phone.bye();
    network.run(200);
    assert.deepEqual(alice.sessions.map(({ state }) => state), ["ended", "up"]);
    carol.end();
    assertNothingLeft(set);
  });

  Deno.test(`a browser sends a ${name} phone on: REFER with Referred-By, OK, and NOTIFY to the end`, () => {
    const set = withTexter(begin());
    const { alice, network, bob } = set;
    bob.answer = ({ start }) => start === "REFER" ? "202 Accepted" : "200 OK";
    refer(alice, { to: "carol" });
    network.run(100);
    const asked = bob.only("REFER");
    assert.equal(header(asked, "refer-to"), "<sip:carol@ropeway.test>");
    assert.equal(header(asked, "referred-by"), "<sip:alice@ropeway.test>");
    assert.notEqual(header(asked, "contact"), "");
    assert.equal(alice.last("OK").transactionId, "r1");
    const notify = (frag: string, state: string) =>
      bob.inside("NOTIFY", {
        body: frag,
        contentType: "message/sipfrag",
        lines: [["Event", "refer"], ["Subscription-State", state]],
      });
    notify("SIP/2.0 100 Trying\r\n", "active;expires=60");
    network.run(100);
    notify("SIP/2.0 180 Ringing\r\n", "active;expires=60");
    network.run(100);
    notify("SIP/2.0 200 OK\r\n", "terminated;reason=noresource");
    network.run(100);
    assert.deepEqual(
      alice.all("NOTIFY").map(({ status, reason, moreComing }) => [status, reason, moreComing]),
      [
        [100, "Trying", true],
        [180, "Ringing", true],
        [200, "OK", undefined],
      ],
    );
    assert.equal(alice.last("NOTIFY").transactionId, "r1");
    assert.equal(bob.count("200"), 3);
    // one more is nobody's
    notify("SIP/2.0 200 OK\r\n", "terminated;reason=noresource");
    network.run(100);
    assert.equal(bob.received.at(-1)!.start, "481");
    alice.end();
    assertNothingLeft(set);
  });
}

Deno.test("the browser declines: the phone's REFER gets 603, and the call goes on", () => {
  const set = withTexter(phoneCallsBrowser());
  const { alice, network, bob } = set;
  bob.inside("REFER", referTo("<sip:carol@ropeway.test>"));
  network.run(100);
  alice.send({
    messageType: "ERROR",
    transactionId: alice.only("REFER").transactionId!,
    errorType: "REFUSED",
  });
  network.run(100);
  assert.equal(bob.story(), "603");
  assert.equal(alice.session.state, "up");
  alice.end();
  assertNothingLeft(set);
});

Deno.test("the browser says nothing to REFER: 480 after 20 s, and its token is worth nothing then", () => {
  const set = withTexter(phoneCallsBrowser());
  const { alice, network, bob } = set;
  bob.inside("REFER", referTo("<sip:carol@ropeway.test>"));
  network.run(21_000);
  assert.equal(bob.story(), "480");
  carryOut(alice, alice.only("REFER"));
  network.run(100);
  assert.deepEqual(alice.all("ERROR").map(({ status }) => status), [481, 481]);
  alice.sessions[0]!.state === "up" || assert.fail();
  set.phone.bye();
  assertNothingLeft(set);
});

Deno.test("the browser agrees and never calls: the subscription ends after 200 s", () => {
  const set = withTexter(phoneCallsBrowser());
  const { alice, network, bob } = set;
  bob.inside("REFER", referTo("<sip:carol@ropeway.test>"));
  network.run(100);
  alice.send({ messageType: "OK", transactionId: alice.only("REFER").transactionId! });
  network.run(199_000);
  assert.deepEqual(fares(bob), ["100 active"]);
  assert.match(header(bob.last("NOTIFY"), "subscription-state"), /^active;expires=200$/);
  network.run(2000);
  assert.deepEqual(fares(bob), ["100 active", "408 terminated"]);
  assert.equal(header(bob.last("NOTIFY"), "subscription-state"), "terminated;reason=timeout");
  alice.end();
  assertNothingLeft(set);
});

Deno.test("the target refuses, is nobody, rings in vain: the phone hears which", () => {
  for (const [who, wanted] of [["carol", "603 terminated"], ["nobody", "404 terminated"]] as const) {
    const set = withTexter(phoneCallsBrowser());
    const { alice, network, bob } = set;
    const carol = addBrowser(set, "carol");
    bob.inside("REFER", referTo(`<sip:${who}@ropeway.test>`));
    network.run(100);
    carryOut(alice, alice.only("REFER"));
    network.run(100);
    const offer = carol.all("OFFER")[0];
    if (offer !== undefined) carol.refuse(offer);
    network.run(200);
    assert.equal(fares(bob).at(-1), wanted);
    set.phone.bye();
    assertNothingLeft(set);
  }
});

Deno.test("the phone hangs up as soon as it has its 202: it still hears how the transfer fares", () => {
  const set = withTexter(phoneCallsBrowser());
  const { alice, network, bob, phone } = set;
  addBrowser(set, "carol", { answer: answerSdp });
  bob.inside("REFER", referTo("<sip:carol@ropeway.test>"));
  network.run(100);
  const asked = alice.only("REFER");
  alice.send({ messageType: "OK", transactionId: asked.transactionId! });
  network.run(50);
  phone.bye();
  network.run(100);
  assert.equal(alice.session.state, "ended");
  carryOut(alice, asked);
  network.run(500);
  assert.equal(fares(bob).at(-1), "200 terminated");
  assert.equal(alice.session.state, "up");
  alice.end();
  assertNothingLeft(set);
});

Deno.test("RFC 4488: a REFER that wants no subscription gets none", () => {
  const set = withTexter(phoneCallsBrowser());
  const { alice, network, bob } = set;
  addBrowser(set, "carol", { answer: answerSdp });
  bob.inside("REFER", referTo("<sip:carol@ropeway.test>", [["Refer-Sub", "false"]]));
  network.run(100);
  carryOut(alice, alice.only("REFER"));
  network.run(500);
  assert.equal(header(bob.last("202"), "refer-sub"), "false");
  assert.equal(bob.count("NOTIFY"), 0);
  alice.end();
  set.phone.bye();
  assertNothingLeft(set);
});

Deno.test("a phone that does not know its subscription any more is told nothing else", () => {
  const set = withTexter(phoneCallsBrowser());
  const { alice, network, bob } = set;
  addBrowser(set, "carol", { answer: answerSdp });
  bob.answer = () => "481 Subscription Does Not Exist";
  bob.inside("REFER", referTo("<sip:carol@ropeway.test>"));
  network.run(100);
  const asked = alice.only("REFER");
  alice.send({ messageType: "OK", transactionId: asked.transactionId! });
  network.run(100);
  carryOut(alice, asked);
  network.run(500);
  assert.equal(bob.count("NOTIFY"), 1);
  alice.end();
  set.phone.bye();
  assertNothingLeft(set);
});

Deno.test("RFC 6665 timer N: a phone that accepts and never notifies", () => {
  const set = withTexter(browserCallsPhone());
  const { alice, network, bob } = set;
  bob.answer = () => "202 Accepted";
  refer(alice, { to: "carol" });
  network.run(31_000);
  assert.equal(alice.all("NOTIFY").length, 0);
  network.run(2000);
  const { status, moreComing } = alice.only("NOTIFY");
  assert.deepEqual([status, moreComing], [408, undefined]);
  alice.end();
  assertNothingLeft(set);
});

Deno.test("a phone refuses a browser's REFER, or knows no such thing: ERROR with its status", () => {
  for (const [answer, status] of [["603 Decline", 603], ["501 Not Implemented", 501]] as const) {
    const set = withTexter(browserCallsPhone());
    const { alice, network, bob } = set;
    bob.answer = () => answer;
    refer(alice, { to: "carol" });
    network.run(100);
    const error = alice.only("ERROR");
    assert.deepEqual([error.status, error.transactionId], [status, "r1"]);
    assert.equal(alice.session.state, "up");
    alice.end();
    assertNothingLeft(set);
  }
});

Deno.test("a second transfer while one is under way: 491", () => {
  const set = withTexter(browserCallsPhone());
  const { alice, network, bob } = set;
  bob.answer = () => "";
  refer(alice, { to: "carol" });
  refer(alice, { to: "dave", transactionId: "r2" });
  network.run(100);
  const { status, transactionId } = alice.only("ERROR");
  assert.deepEqual([status, transactionId], [491, "r2"]);
  assert.equal(bob.count("REFER"), 1);
  alice.end();
  assertNothingLeft(set);
});

Deno.test("who may refer where: as who may call there", () => {
  const set = withTexter(phoneCallsBrowser());
  const { alice, network, bob } = set;
  const cases = [
    ["<sip:x@elsewhere.org>", "403"],
    ["<tel:+491234>", "403"],
    ["<sip:carol@ropeway.test;method=BYE>", "403"],
    ["<sip:carol@ropeway.test?Route=%3Csip:evil%3E>", "403"],
    ["<sip:carol@ropeway.test?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc&Subject=x>", "403"],
    ["<sip:carol@ropeway.test?Replaces=a%0D%0AVia:x>", "400"],
    ["<sip:carol@ropeway.test?Replaces=%zz>", "400"],
    ["<mailto:carol@ropeway.test>", "416"],
  ] as const;
  for (const [value, status] of cases) {
    bob.inside("REFER", referTo(value));
    network.run(100);
    assert.equal(bob.received.at(-1)!.start, status, value);
  }
  bob.inside("REFER");
  network.run(100);
  assert.equal(bob.received.at(-1)!.start, "400");
  bob.outside("REFER", {
    ...referTo("<sip:carol@ropeway.test>"),
    uri: "sip:alice@ropeway.test",
    from: "sip:bob@example.org",
    to: relayAddress,
  });
  network.run(100);
  assert.equal(bob.received.at(-1)!.start, "403");
  assert.equal(alice.all("REFER").length, 0);
  for (
    const [event, state, status] of [["presence", "active", "489"], ["refer", "", "400"], [
      "refer",
      "active",
      "481",
    ]] as const
  ) {
    bob.inside("NOTIFY", {
      lines: [["Event", event], ...(state === "" ? [] : [["Subscription-State", state] as const])],
    });
    network.run(100);
    assert.equal(bob.received.at(-1)!.start, status, event);
  }
  alice.end();
  assertNothingLeft(set);
});

Deno.test("whom a browser has called may send it on outside the domain", () => {
  const set = withTexter(browserCallsPhone());
  const { alice, network, bob } = set;
  bob.inside("REFER", referTo("<sip:x@elsewhere.org>"));
  network.run(100);
  assert.equal(alice.only("REFER").to, "sip:x@elsewhere.org");
  alice.end();
  assertNothingLeft(set);
});

Deno.test("a browser of subprotocol roap cannot be sent on: 501", () => {
  const set = withTexter(phoneCallsBrowser({ alice: { dialect: "roap" } }));
  const { alice, network, bob } = set;
  bob.inside("REFER", referTo("<sip:carol@ropeway.test>"));
  network.run(100);
  assert.equal(bob.story(), "501");
  alice.end();
  assertNothingLeft(set);
});

Deno.test("browsers send each other on", () => {
  const set = stage();
  const { alice, network } = set;
  const carol = addBrowser(set, "carol", { answer: answerSdp });
  const dave = addBrowser(set, "dave", { answer: answerSdp });
  alice.call("carol", offerSdp);
  network.run(500);
  refer(alice, { to: "dave" });
  network.run(200);
  const asked = carol.only("REFER");
  assert.deepEqual([asked.to, asked.from], ["sip:dave@ropeway.test", "sip:alice@ropeway.test"]);
  carryOut(carol, asked);
  network.run(500);
  assert.equal(dave.only("OFFER").from, "sip:carol@ropeway.test");
  assert.deepEqual(alice.all("NOTIFY").map(({ status }) => status), [100, 180, 200]);
  alice.end();
  network.run(500);
  assert.deepEqual(carol.sessions.map(({ state }) => state), ["ended", "up"]);
  dave.end();
  assertNothingLeft(set);
});

Deno.test("a token is good for the browser that was asked, and for no other", () => {
  const set = withTexter(phoneCallsBrowser());
  const { alice, network, bob } = set;
  const carol = addBrowser(set, "carol");
  bob.inside("REFER", referTo("<sip:carol@ropeway.test>"));
  network.run(100);
  carryOut(carol, alice.only("REFER"));
  network.run(100);
  assert.deepEqual(carol.all("ERROR").map(({ status }) => status), [481, 481]);
  alice.end();
  assertNothingLeft(set);
});
