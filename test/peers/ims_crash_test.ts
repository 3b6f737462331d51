// A core that loses its memory, in a call and between calls, and what the relay makes of it: calls end, new ones work, nothing is left over.

import assert from "node:assert/strict";
import { header } from "../scenarios/sip_text.ts";
import type { NodeName } from "./ims/configuration.ts";
import type { Ims } from "./ims/ims.ts";
import { type Position, POSITIONS, startRelayAtIms } from "./ims/relay_at_ims.ts";
import { type RelayInside, startRelayInside } from "./ims/relay_inside.ts";
import { hangsUp, login, placeOf, wireOf } from "./ims/relay_stage.ts";
import { SippPhone } from "./ims/sipp_phone.ts";
import { imsSuite } from "./ims/suite.ts";
import { USERS } from "./ims/users.ts";
import { type LiveBrowser, openBrowser } from "./live_browser.ts";
import { describe } from "./sdp.ts";

const { alice, bob } = USERS;
const test = imsSuite({ tapped: true });
/** Within this time after a registration a refusal does not put it in doubt. */
const TRUST_MS = 60_000;

interface Stage {
  readonly relay: RelayInside;
  readonly alice: LiveBrowser;
  readonly phone: SippPhone;
}

async function stage(ims: Ims, position: Position, story: (stage: Stage) => Promise<void>): Promise<void> {
  ims.tap.clear();
  const phone = new SippPhone(ims, bob);
  await phone.registers();
  await using relay = await startRelayInside(ims, { position, users: [alice] });
  {
    await using browser = await login({ ims, relay }, alice, { answer: describe("alice") });
    await story({ relay, alice: browser, phone });
    // time passes, and somebody looks in
    await relay.isEmpty(async () => {
      await using _other = await openBrowser(relay, "zoe");
    });
  }
  assert.deepEqual(relay.errors.filter((line) => /"level":"error"/.test(line)), []);
}

/** A call out and a call in. */
async function callsWork({ alice: browser, phone }: Stage): Promise<void> {
  await phone.registers();
  await using run = await phone.awaits("called");
  browser.call(bob.sip, describe("alice"));
  await hangsUp(browser, run);
  await using calling = await phone.does("calls", alice.sip);
  await browser.gets("OFFER");
  await browser.gets("SHUTDOWN");
  await calling.done();
}

/** The browser has called the phone, and both have it that they speak. */
async function inCall({ alice: browser, phone }: Stage) {
  const run = await phone.awaits("called");
  try {
    browser.call(bob.sip, describe("alice"));
    await browser.gets("ANSWER");
    await run.sees("received ACK");
    return run;
  } catch (error) {
    await run[Symbol.asyncDispose]();
    throw error;
  }
}

for (const position of POSITIONS) {
  const where = placeOf(position);
  const nodes: readonly NodeName[] = position === "edge" ? ["scscf"] : ["scscf", "pcscf"];

  for (const node of nodes) {
    test(`${where}: the ${node} starts from nothing: one call is refused, then all is well`, (ims) =>
      stage(ims, position, async (set) => {
        const { alice: browser, relay } = set;
        const { allReceived, received } = wireOf(ims);
        await ims.restart(node);
        relay.leap(TRUST_MS);
        const before = allReceived("200 REGISTER").length;
        browser.call(bob.sip, describe("alice"));
        assert.equal((await browser.gets("ERROR")).status, 403);
        await received("200 REGISTER", before + 1);
        await callsWork(set);
      }));

    test(`${where}: the ${node} crashes in a call and starts from nothing: either side ends it`, (ims) =>
      stage(ims, position, async (set) => {
        const { alice: browser, phone, relay } = set;
        {
          await using run = await inCall(set);
          await ims.restart(node);
          browser.end();
          await browser.gets("OK");
          await run.done();
        }
        await makeSure(ims, relay, browser);
        await phone.registers();
        {
          // long enough for the node to come back
          await using run = await phone.does("calls", alice.sip, { wait: 4_000 });
          await browser.gets("OFFER");
          await run.sees("sent ACK");
          await ims.restart(node);
          await browser.gets("SHUTDOWN");
          await run.done();
        }
        await makeSure(ims, relay, browser);
        await callsWork(set);
      }));

    test(`${where}: the ${node} is dead when a call ends: the browser is rid of it, later the phone too, and nothing is left`, (ims) =>
      stage(ims, position, async (set) => {
        const { alice: browser, relay } = set;
        {
          await using run = await inCall(set);
          await ims.kill(node);
          browser.end();
          await browser.gets("OK");
          await ims.restart(node);
          // the BYE is sent again (timer E); whoever has the phone's address next must not be the one to get it
          await run.done();
        }
        await makeSure(ims, relay, browser);
        await callsWork(set);
      }));
  }

  test(`${where}: the relay is killed and starts again: its binding is replaced, not doubled`, async (ims) => {
    ims.tap.clear();
    const users = [alice];
    {
      const relay = await startRelayAtIms(ims, { position, users });
      await using _browser = await login({ ims, relay }, alice);
      await relay.stop("SIGKILL");
    }
    await using relay = await startRelayAtIms(ims, { position, users });
    await using browser = await login({ ims, relay }, alice, { answer: describe("alice") });
    const [first, second] = wireOf(ims).allReceived("200 REGISTER");
    for (const answer of [first!, second!]) {
      assert.equal(header(answer, "contact").split(",").length, 1, header(answer, "contact"));
    }
    const phone = new SippPhone(ims, bob);
    await phone.registers();
    await using run = await phone.does("calls", alice.sip);
    await browser.gets("OFFER");
    await browser.gets("SHUTDOWN");
    await run.done();
  });
}

/** A refused call makes the relay register anew. */
async function makeSure(ims: Ims, relay: RelayInside, browser: LiveBrowser): Promise<void> {
  const { allReceived, received } = wireOf(ims);
  relay.leap(TRUST_MS);
  const before = allReceived("200 REGISTER").length;
  browser.call(bob.sip, describe("alice"));
  assert.equal((await browser.gets("ERROR")).status, 403);
  await received("200 REGISTER", before + 1);
}
