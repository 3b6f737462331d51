// Browsers on real WebSockets call each other: the ends of a ROAP session without a phone, and both at once.

import assert from "node:assert/strict";
import type { RoapMessage } from "../scenarios/browser.ts";
import { type LiveBrowser, openBrowser } from "./live_browser.ts";
import { startRelay } from "./relay.ts";
import { describe, hold } from "./sdp.ts";

interface Pair {
  readonly alice: LiveBrowser;
  readonly bob: LiveBrowser;
  /** What ended their setting up: alice's ANSWER, bob's OFFER and OK. */
  readonly answer: RoapMessage;
  readonly offer: RoapMessage;
  readonly ok: RoapMessage;
}

Deno.test("browsers: a call, its change from both sides, its end", () =>
  talking(async ({ alice, bob, answer, offer, ok }) => {
    assert.equal(offer.sdp, describe("alice"));
    assert.equal(answer.sdp, describe("bob"));
    alice.send(change(answer.offererSessionId!, answer.answererSessionId!, 2, hold("alice")));
    const second = await bob.gets("OFFER");
    assert.equal(second.sdp, hold("alice"));
    assert.equal(second.seq, 2);
    bob.accept(second, hold("bob"));
    assert.equal((await alice.gets("ANSWER")).sdp, hold("bob"));
    await bob.gets("OK");
    bob.send(change(ok.answererSessionId!, ok.offererSessionId!, 3, describe("bob")));
    const third = await alice.gets("OFFER");
    assert.equal(third.sdp, describe("bob"));
    alice.accept(third, describe("alice"));
    assert.equal((await bob.gets("ANSWER")).sdp, describe("alice"));
    await alice.gets("OK");
    bob.hangUp(ok, 4);
    await bob.gets("OK");
    assert.equal((await alice.gets("SHUTDOWN")).seq, 4);
  }));

Deno.test("browsers: both hang up at once", () =>
  talking(async ({ alice, bob, answer, ok }) => {
    alice.hangUp(answer, 2);
    bob.hangUp(ok, 2);
    await Promise.all([alice.gets("OK"), bob.gets("OK")]);
    assert.equal(alice.all("ERROR").length + bob.all("ERROR").length, 0);
  }));

Deno.test("browsers: both change the session at once, and one after the other has its way", () =>
  talking(async ({ alice, bob, answer, ok }) => {
    alice.send(change(answer.offererSessionId!, answer.answererSessionId!, 2, hold("alice")));
    bob.send(change(ok.answererSessionId!, ok.offererSessionId!, 2, hold("bob")));
    alice.answer = describe("alice again");
    bob.answer = describe("bob again");
    // Whoever lost is told so by ERROR, or gets the other's OFFER first; in the end nobody waits.
    const settled = (browser: LiveBrowser) =>
      browser.gets(({ messageType, moreComing }) =>
        messageType === "ERROR" || (messageType === "ANSWER" && moreComing !== true)
      );
    const outcomes = await Promise.all([settled(alice), settled(bob)]);
    assert.ok(
      outcomes.some(({ messageType }) => messageType === "ANSWER"),
      `${alice.story()} | ${bob.story()}`,
    );
    alice.hangUp(answer, 9);
    await alice.gets("OK");
    if (bob.all("SHUTDOWN").length === 0) await bob.gets("SHUTDOWN");
  }));

Deno.test("browsers: all of a user's ring, the first to answer has the call, the others are told", async () => {
  await using relay = await startRelay();
  await using alice = await openBrowser(relay, "alice");
  await using desk = await openBrowser(relay, "bob");
  await using mobile = await openBrowser(relay, "bob");
  alice.call("bob", describe("alice"));
  const [, second] = [await desk.gets("OFFER"), await mobile.gets("OFFER")];
  mobile.accept(second, describe("mobile"));
  assert.equal((await alice.gets("ANSWER")).sdp, describe("mobile"));
  await mobile.gets("OK");
  await desk.gets(({ messageType }) => ["SHUTDOWN", "ERROR"].includes(messageType));
  alice.hangUp(alice.all("ANSWER").at(-1)!, 2);
  await mobile.gets("SHUTDOWN");
});

Deno.test("browsers: nobody answers and the caller's page is gone", async () => {
  await using relay = await startRelay();
  await using bob = await openBrowser(relay, "bob");
  const alice = await openBrowser(relay, "alice");
  alice.call("bob", describe("alice"));
  await bob.gets("OFFER");
  alice.leave();
  await alice.closes();
  await bob.gets("SHUTDOWN");
});

Deno.test("browsers: a call to oneself ends in order", async () => {
  await using relay = await startRelay();
  await using alice = await openBrowser(relay, "alice");
  alice.call("alice", describe("alice"));
  await alice.gets(({ messageType }) => messageType === "OFFER" || messageType === "ERROR");
  const [offer] = alice.all("OFFER");
  if (offer === undefined) return;
  alice.accept(offer, describe("answer"));
  const answer = await alice.gets("ANSWER");
  alice.hangUp(answer, 2);
  await alice.gets("SHUTDOWN");
});

function change(offererSessionId: string, answererSessionId: string, seq: number, sdp: string): RoapMessage {
  return { messageType: "OFFER", offererSessionId, answererSessionId, seq, tieBreaker: 1 + seq, sdp };
}

async function talking(story: (pair: Pair) => Promise<void>): Promise<void> {
  await using relay = await startRelay();
  await using alice = await openBrowser(relay, "alice");
  await using bob = await openBrowser(relay, "bob");
  alice.call("bob", describe("alice"));
  const offer = await bob.gets("OFFER");
  bob.accept(offer, describe("bob"));
  const answer = await alice.gets("ANSWER");
  const ok = await bob.gets("OK");
  await story({ alice, bob, answer, offer, ok });
  assert.equal(
    relay.errors.filter((line) => /Fault of our own/.test(line)).length,
    0,
    relay.errors.join("\n"),
  );
}
