// Two tabs of a real browser call each other through the relay.

import { deepEqual, equal, match } from "node:assert/strict";
import { needing } from "../programs.ts";
import { type Chromium, openChromium, type Phone } from "./chromium.ts";
import { startRelay } from "./relay.ts";

Deno.test({
  ...needing("a call in Chromium: both hear each other, and a reload disturbs nobody else", "chromium"),
  fn: () =>
    withPhones(["alice", "bob", "carol"], async ([alice, bob, carol]) => {
      await talk(alice, bob);
      await Promise.all([alice.hears(), bob.hears()]);

      await carol.page.reload();
      await carol.online();
      await Promise.all([alice.hears(), bob.hears()]);

      await alice.page.reload();
      await alice.online();
      match(await bob.outcome(), /^alice hung up after \d+:\d\d/);
      equal(await alice.read("#user"), "alice");

      await talk(alice, bob);
      await Promise.all([alice.hears(), bob.hears()]);
    }),
});

Deno.test({
  ...needing("a call in Chromium: the caller hangs up", "chromium"),
  fn: () =>
    withPhones(["alice", "bob"], async ([alice, bob]) => {
      await talk(alice, bob);
      await alice.press("hangup");
      match(await alice.outcome(), /^You hung up after \d+:\d\d\.$/);
      match(await bob.outcome(), /^alice hung up after \d+:\d\d/);
    }),
});

Deno.test({
  ...needing("a call in Chromium: the called person hangs up", "chromium"),
  fn: () =>
    withPhones(["alice", "bob"], async ([alice, bob]) => {
      await talk(alice, bob);
      await bob.press("hangup");
      match(await bob.outcome(), /^You hung up after \d+:\d\d\.$/);
      match(await alice.outcome(), /^bob hung up after \d+:\d\d/);
    }),
});

Deno.test({
  ...needing("a call in Chromium: the called person refuses", "chromium"),
  fn: () =>
    withPhones(["alice", "bob"], async ([alice, bob]) => {
      await ring(alice, bob);
      await bob.press("hangup");
      equal(await bob.outcome(), "You declined alice’s call.");
      match(await alice.outcome(), /^bob declined the call\. \(603/);
    }),
});

Deno.test({
  ...needing("a call in Chromium: the caller gives up while it rings", "chromium"),
  fn: () =>
    withPhones(["alice", "bob"], async ([alice, bob]) => {
      await ring(alice, bob);
      await alice.press("hangup");
      equal(await alice.outcome(), "You cancelled the call to bob.");
      equal(await bob.outcome(), "You missed a call from alice.");
    }),
});

Deno.test({
  ...needing("a call in Chromium: nobody of that name, and somebody who is busy", "chromium"),
  fn: () =>
    withPhones(["alice", "bob", "carol"], async ([alice, bob, carol]) => {
      await carol.dial("nobody");
      match(await carol.outcome(), /^There is nobody called nobody here\. .*\(404/);
      await talk(alice, bob);
      await carol.dial("bob");
      await carol.sees("#outcome-text", "bob is busy in another call. (486");
      await Promise.all([alice.hears(), bob.hears()]);
    }),
});

async function ring(caller: Phone, called: Phone): Promise<void> {
  await caller.dial(called.user);
  await called.inState("incoming");
  equal(await called.read("#peer"), caller.user);
  match(await called.read("#peer-address"), new RegExp(`^sip:${caller.user}@`));
}

async function talk(caller: Phone, called: Phone): Promise<void> {
  await ring(caller, called);
  await called.press("answer");
  await Promise.all([caller.inState("talking"), called.inState("talking")]);
}

/** Each test has a relay and a browser of its own. */
async function withPhones<const Names extends readonly string[]>(
  names: Names,
  story: (phones: { [Index in keyof Names]: Phone }) => Promise<void>,
): Promise<void> {
  await using relay = await startRelay();
  await using chromium: Chromium = await openChromium();
  const phones: Phone[] = [];
  for (const name of names) phones.push(await chromium.openPhone(relay.http, name));
  await story(phones as { [Index in keyof Names]: Phone });
  deepEqual(chromium.faults, []);
}
