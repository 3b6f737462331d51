// Several browsers and phones of one user ring together: the first to answer has the call.

import assert from "node:assert/strict";
import { Browser } from "./browser.ts";
import { Phone } from "./phone.ts";
import { Registration } from "./registration.ts";
import { header, parameter } from "./sip_text.ts";
import {
  addBrowser,
  addPhone,
  answerSdp,
  assertNothingLeft,
  holdSdp,
  offerSdp,
  relayAddress,
  type Stage,
  stage,
} from "./stage.ts";

interface Household extends Stage {
  readonly tabs: readonly [Browser, Browser];
  readonly desk: Phone;
  readonly caller: Phone;
}

/** carol has two tabs and a desk phone; everything rings, nobody picks up. */
function household(): Household {
  const set = stage({ relay: { accounts: new Map([["carol", "secret"]]) } });
  const desk = addPhone(set, "carol", { last: 3, domain: "ropeway.test", invited: (phone) => phone.ring() });
  const registration = new Registration({
    network: set.network,
    phone: desk,
    password: "secret",
    peer: relayAddress,
  });
  registration.register();
  set.network.run(500);
  assert.equal(registration.status, "200");
  const tabs = [
    addBrowser(set, "carol", { name: "carol1" }),
    addBrowser(set, "carol", { name: "carol2", dialect: "roap" }),
  ] as const;
  return { ...set, tabs, desk, caller: set.phone };
}

Deno.test("one tab answers: the other one and the phone are let go", () => {
  const set = household();
  const { caller, desk, network, tabs: [first, second] } = set;
  caller.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  assert.equal(first.story(), "OFFER");
  assert.equal(second.story(), "OFFER");
  assert.equal(desk.last("INVITE").body, offerSdp);
  // each of them rings in an early dialog of its own
  const ringing = caller.received.filter(({ start }) => start === "180");
  assert.equal(new Set(ringing.map((message) => parameter(header(message, "to"), "tag"))).size, 3);
  second.accept(second.only("OFFER"), answerSdp);
  network.run(1000);
  assert.equal(caller.state, "up");
  assert.equal(caller.last("200").body, answerSdp);
  assert.equal(first.story(), "OFFER SHUTDOWN");
  assert.equal(second.story(), "OFFER OK");
  assert.equal(desk.count("CANCEL"), 1);
  assert.equal(desk.state, "ended");
  caller.bye();
  network.run(1000);
  assert.equal(second.session.state, "ended");
  assertNothingLeft(set);
});

Deno.test("the phone answers: both tabs are let go", () => {
  const set = household();
  const { caller, desk, network, tabs } = set;
  caller.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  desk.answer(answerSdp);
  network.run(1000);
  assert.equal(caller.last("200").body, answerSdp);
  assert.equal(desk.state, "up");
  for (const tab of tabs) assert.equal(tab.story(), "OFFER SHUTDOWN");
  desk.bye();
  network.run(1000);
  assert.equal(caller.state, "ended");
  assertNothingLeft(set);
});

Deno.test("a tab and the phone answer at the same time: one has the call, the other is ended", () => {
  const set = household();
  const { caller, desk, network, tabs: [first, second] } = set;
  caller.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  desk.answer(answerSdp);
  first.accept(first.only("OFFER"), answerSdp);
  second.accept(second.only("OFFER"), answerSdp);
  network.run(1000);
  const up = [first.session.state, second.session.state, desk.state].filter((state) => state === "up");
  assert.equal(up.length, 1);
  assert.equal(caller.state, "up");
  caller.bye();
  network.run(1000);
  assert.equal(desk.state, "ended");
  assertNothingLeft(set);
});

for (
  const [statuses, best] of [
    [[486, 480, 404], "486"],
    [[480, 603, 404], "603"],
    [[500, 503, 404], "404"],
    [[500, 500, 500], "500"],
  ] as const
) {
  Deno.test(`all refuse with ${statuses.join(", ")}: the caller hears ${best}`, () => {
    const set = household();
    const { caller, desk, network, tabs } = set;
    caller.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
    network.run(1000);
    for (const [at, tab] of tabs.entries()) {
      tab.refuse(tab.only("OFFER"), "FAILED", { status: statuses[at]! });
      network.run(100);
    }
    assert.equal(caller.state, best === "603" ? caller.state : "calling");
    desk.reject(`${statuses[2]} Refused`);
    network.run(1000);
    assert.equal(caller.state, "ended");
    assert.equal(caller.received.at(-1)!.start, best);
    assertNothingLeft(set);
  });
}

Deno.test("a browser calls the household: one tab refuses, the phone answers", () => {
  const set = household();
  const { alice, desk, network, tabs: [first, second] } = set;
  alice.call("carol", offerSdp);
  network.run(1000);
  first.refuse(first.only("OFFER"));
  network.run(500);
  assert.equal(alice.session.state === "ended", false, alice.story());
  desk.answer(answerSdp);
  network.run(1000);
  assert.equal(alice.last("ANSWER").sdp, answerSdp);
  assert.equal(second.story(), "OFFER SHUTDOWN");
  alice.end();
  network.run(1000);
  assert.equal(desk.state, "ended");
  assertNothingLeft(set);
});

Deno.test("the caller gives up: everything stops ringing", () => {
  const set = household();
  const { caller, desk, network, tabs } = set;
  caller.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  caller.cancel();
  network.run(1000);
  assert.equal(caller.last("487").start, "487");
  assert.equal(desk.count("CANCEL"), 1);
  for (const tab of tabs) assert.equal(tab.story(), "OFFER SHUTDOWN");
  assertNothingLeft(set);
});

Deno.test("one tab is closed while it rings: the others go on", () => {
  const set = household();
  const { caller, desk, network, tabs: [first, second] } = set;
  caller.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
  network.run(1000);
  first.leave();
  network.run(500);
  assert.equal(caller.state, "calling");
  second.accept(second.only("OFFER"), answerSdp);
  network.run(1000);
  assert.equal(caller.state, "up");
  assert.equal(desk.state, "ended");
  caller.bye();
  network.run(1000);
  assertNothingLeft(set);
});

for (const which of [0, 1] as const) {
  Deno.test(`tab ${which + 1} answered, holds the caller and is held: in the dialog that it answered in`, () => {
    const set = household();
    const { caller, network, tabs } = set;
    const tab = tabs[which];
    caller.call("sip:carol@ropeway.test", { sdp: offerSdp, peer: relayAddress });
    network.run(1000);
    tab.accept(tab.only("OFFER"), answerSdp);
    network.run(1000);
    tab.answer = answerSdp;
    tab.reoffer(holdSdp);
    network.run(500);
    assert.equal(caller.last("INVITE").body, holdSdp);
    caller.answer(answerSdp);
    network.run(500);
    assert.equal(tab.last("ANSWER").sdp, answerSdp);
    caller.reinvite(holdSdp);
    network.run(500);
    assert.equal(tab.last("OFFER").sdp, holdSdp);
    assert.equal(caller.state, "up");
    tab.end();
    network.run(500);
    assert.equal(caller.state, "ended");
    assert.equal(caller.count("BYE"), 1);
    assertNothingLeft(set);
  });
}

Deno.test("a tab that was not first is closed before it has said OK: the call goes on", () => {
  const set = household();
  const { alice, network, tabs: [first, second] } = set;
  alice.call("carol", offerSdp);
  network.run(1000);
  second.accept(second.only("OFFER"), answerSdp);
  network.run(12);
  first.leave();
  network.run(1000);
  assert.equal(alice.session.state, "up", alice.story());
  assert.equal(second.story(), "OFFER OK");
  alice.end();
  network.run(1000);
  assert.equal(second.session.state, "ended");
  assertNothingLeft(set);
});
