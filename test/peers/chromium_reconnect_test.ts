// The page while the relay goes away and comes back.

import { deepEqual, match } from "node:assert/strict";
import { needing } from "../programs.ts";
import { openChromium } from "./chromium.ts";
import { startRelay } from "./relay.ts";

Deno.test({
  ...needing("the page in Chromium: a relay that stops in a call, and comes back", "chromium"),
  async fn() {
    await using chromium = await openChromium();
    const relay = await startRelay();
    const alice = await chromium.openPhone(relay.http, "alice");
    const bob = await chromium.openPhone(relay.http, "bob");
    await alice.dial("bob");
    await bob.inState("incoming");
    await bob.press("answer");
    await Promise.all([alice.inState("talking"), bob.inState("talking")]);

    await relay.stop();
    for (const phone of [alice, bob]) {
      // "The call ended after …" or "The connection … was lost": whichever reached the page first.
      match(await phone.outcome(), /^(The call ended|The connection to the relay was lost|\w+ hung up)\b/);
      await phone.sees('#link[data-state="waiting"]');
    }

    await using _again = await startRelay(["--http", relay.http.slice("http://".length)]);
    await Promise.all([alice.online(), bob.online()]);
    await bob.dial("alice");
    await alice.inState("incoming");
    await alice.press("answer");
    await Promise.all([alice.hears(), bob.hears()]);
    // A relay that stops waits for its calls first.
    await bob.press("hangup");
    await alice.outcome();
    deepEqual(chromium.faults, []);
  },
});

Deno.test({
  ...needing(
    "the page in Chromium: a name that the relay does not take is refused with its reason",
    "chromium",
  ),
  async fn() {
    await using relay = await startRelay();
    await using chromium = await openChromium();
    const alice = await chromium.openPhone(relay.http, "alice");
    await alice.page.goto(`${relay.http}/#${encodeURIComponent("a[b]c")}`);
    await alice.sees('#link[data-state="refused"] #link-text', "Refused: ");
    await alice.page.goto(`${relay.http}/#alice`);
    await alice.online();
    deepEqual(chromium.faults, []);
  },
});
