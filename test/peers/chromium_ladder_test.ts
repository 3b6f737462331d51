// What the page shows of a call's messages.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { needing } from "../programs.ts";
import { openChromium } from "./chromium.ts";
import { startRelay } from "./relay.ts";

Deno.test({
  ...needing("the ladder in Chromium: every message of a call, growing as it goes on", "chromium"),
  async fn() {
    await using relay = await startRelay();
    await using chromium = await openChromium();
    const alice = await chromium.openPhone(relay.http, "alice");
    const bob = await chromium.openPhone(relay.http, "bob");
    deepEqual(await alice.ladder(), []);

    await alice.dial("bob");
    await alice.shows(["in ROAP OFFER", "out SIP INVITE", "in SIP 180", "out ROAP RINGING"]);
    await bob.shows(["in SIP INVITE", "out ROAP OFFER", "out SIP 180"]);
    await bob.press("answer");
    await alice.shows([
      "in ROAP OFFER",
      "out SIP INVITE",
      "in SIP 180",
      "in SIP 200",
      "out ROAP ANSWER",
    ]);
    await alice.shows(["out ROAP ANSWER", "in ROAP OK", "out SIP ACK"]);
    await bob.shows(["in ROAP ANSWER", "out SIP 200", "in SIP ACK", "out ROAP OK"]);

    const times = await alice.page.$$eval(
      "#messages .time",
      (all) => all.map((one) => Number(one.textContent)),
    );
    equal(times[0], 0);
    ok(times.every((time, i) => time >= (times[i - 1] ?? 0)), `Times go back: ${times}`);

    await alice.press("hangup");
    await alice.shows(["in ROAP SHUTDOWN", "out SIP BYE", "in SIP 200"]);
    await bob.shows(["in SIP BYE", "out ROAP SHUTDOWN"]);
    deepEqual(chromium.faults, []);
  },
});

Deno.test({
  ...needing("the ladder in Chromium: a message opens by keyboard and shows its text", "chromium"),
  async fn() {
    await using relay = await startRelay();
    await using chromium = await openChromium();
    const alice = await chromium.openPhone(relay.http, "alice");
    await chromium.openPhone(relay.http, "bob");
    await alice.dial("bob");
    await alice.shows(["in ROAP OFFER", "out SIP INVITE"]);

    const rows = await alice.page.$$("#messages summary");
    const titles = await alice.ladder();
    const invite = rows[titles.findIndex((title) => title.startsWith("out SIP INVITE"))]!;
    match(await invite.evaluate((row) => row.textContent ?? ""), /SIP INVITE, from Ropeway to /);
    await invite.focus();
    await alice.page.keyboard.press("Enter");
    await alice.sees("#messages details[open] pre", "INVITE ");
    const text = await alice.read("#messages details[open] pre");
    match(text, /^INVITE sip:bob@\S+ SIP\/2\.0\n/);
    match(text, /\nCall-ID: \S+\n/i);
    match(text, /\n\nv=0\n/);
    deepEqual(chromium.faults, []);
  },
});
