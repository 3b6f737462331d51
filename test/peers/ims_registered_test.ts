// The life of a registration with the IMS, from both positions: refreshed in time, ended by the network, expired.

import assert from "node:assert/strict";
import { header } from "../scenarios/sip_text.ts";
import type { Ims } from "./ims/ims.ts";
import { type Position, POSITIONS, startRelayAtIms } from "./ims/relay_at_ims.ts";
import { login, placeOf, type Wire, wireOf } from "./ims/relay_stage.ts";
import { SippPhone } from "./ims/sipp_phone.ts";
import { imsSuite } from "./ims/suite.ts";
import { USERS } from "./ims/users.ts";
import type { LiveBrowser } from "./live_browser.ts";
import type { Relay } from "./relay.ts";
import { describe } from "./sdp.ts";

const { alice, bob, carol } = USERS;
/** Seconds that a registration lasts here. */
const LONGEST = 6;
const test = imsSuite({ tapped: true, longest: LONGEST });

interface Stage {
  readonly relay: Relay;
  readonly alice: LiveBrowser;
  readonly wire: Wire;
}

async function stage(ims: Ims, position: Position, story: (stage: Stage) => Promise<void>): Promise<void> {
  ims.tap.clear();
  await using relay = await startRelayAtIms(ims, { position, users: [alice, carol] });
  await using browser = await login({ ims, relay }, alice, { answer: describe("alice") });
  await story({ relay, alice: browser, wire: wireOf(ims) });
  assert.deepEqual(relay.errors.filter((line) => /"level":"error"/.test(line)), []);
}

async function callReaches(ims: Ims, browser: LiveBrowser): Promise<void> {
  const phone = new SippPhone(ims, bob);
  await phone.registers();
  await using run = await phone.does("calls", alice.sip);
  await browser.gets("OFFER");
  await browser.gets("SHUTDOWN");
  await run.done();
}

for (const position of POSITIONS) {
  const where = placeOf(position);

  test(`${where}: a registration is refreshed at half of its time, with the nonce that it has`, (ims) =>
    stage(ims, position, async ({ alice: browser, wire }) => {
      await wire.received("200 REGISTER", 4);
      const sent = wire.allSent("REGISTER");
      const calls = new Set(sent.map((register) => header(register, "call-id")));
      const numbers = sent.map((register) => Number(header(register, "cseq").split(" ")[0]));
      assert.equal(calls.size, 1);
      assert.deepEqual(numbers, numbers.map((_, at) => numbers[0]! + at));
      const [first, last] = ims.tap.all(ims.network.host("relay"), { way: "received", short: "200 REGISTER" })
        .flatMap((
          { at },
          nth,
        ) => nth === 0 || nth === 3 ? [at] : []);
      const period = (last! - first!) / 3;
      assert.ok(period > 400 * LONGEST && period < 700 * LONGEST, `It is refreshed every ${period} ms`);
      // longer than one registration lasts
      await callReaches(ims, browser);
    }));

  test(`${where}: the network de-registers a user: NOTIFY tells, and the user is registered again`, (ims) =>
    stage(ims, position, async ({ alice: browser, wire }) => {
      await wire.sent("200 NOTIFY");
      const before = wire.allReceived("200 REGISTER").length;
      await ims.deregister(alice);
      await ims.tap.until(
        () => wire.allReceived("NOTIFY").some(({ body }) => /state="terminated"/.test(body)),
        "no NOTIFY has said that it is over",
      );
      await wire.received("200 REGISTER", before + 1);
      await callReaches(ims, browser);
    }));

  test(`${where}: the relay is gone without a word: what it had registered expires`, async (ims) => {
    ims.tap.clear();
    const relay = await startRelayAtIms(ims, { position, users: [alice] });
    {
      await using _browser = await login({ ims, relay }, alice);
      await relay.stop("SIGKILL");
    }
    await ims.forgets(alice);
    const phone = new SippPhone(ims, bob);
    await phone.registers();
    await phone.did("calls_refused", alice.sip, { status: "480" });
  });

  test(`${where}: the S-CSCF is away for longer than a registration lasts: told in a call, and taken up again`, (ims) =>
    stage(ims, position, async ({ alice: browser, wire }) => {
      await ims.kill("scscf");
      const before = wire.allReceived("200 REGISTER").length;
      await refusedWith(browser, /^Not registered at the IMS now/);
      await ims.restart("scscf");
      await wire.received("200 REGISTER", before + 1);
      await callReaches(ims, browser);
    }));
}

/** Calls again and again until that is the answer: so long it is still bound. */
async function refusedWith(browser: LiveBrowser, wanted: RegExp): Promise<void> {
  const end = Date.now() + 3_000 * LONGEST;
  for (;;) {
    browser.call(bob.sip, describe("alice"));
    const { reason = "", status } = await browser.gets("ERROR");
    if (wanted.test(reason) && status === 503) return;
    if (Date.now() > end) throw new Error(`The browser is told ${status} ${reason}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
