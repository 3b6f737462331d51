// Entrances of the core that refuse or are silent: how soon the relay registers at, and calls by way of, the one that lives (RFC 3263
// section 4.3).

import assert from "node:assert/strict";
import { header } from "../scenarios/sip_text.ts";
import type { Ims } from "./ims/ims.ts";
import type { HostName } from "./ims/network.ts";
import { type RelayAtImsOptions, startRelayAtIms } from "./ims/relay_at_ims.ts";
import { hangsUp, login } from "./ims/relay_stage.ts";
import { SippPhone } from "./ims/sipp_phone.ts";
import { imsSuite } from "./ims/suite.ts";
import { USERS } from "./ims/users.ts";
import { openBrowser } from "./live_browser.ts";
import { describe } from "./sdp.ts";

const { alice, bob } = USERS;
const test = imsSuite({ tapped: true });

/** How long it takes until alice is registered, ms; then a call works. */
async function registersWithin(ims: Ims, options: RelayAtImsOptions): Promise<number> {
  const { entry } = options;
  ims.tap.clear();
  const phone = new SippPhone(ims, bob);
  await phone.registers();
  await using relay = await startRelayAtIms(ims, { ...options, position: "edge", users: [alice] });
  const began = Date.now();
  await using browser = await login({ ims, relay }, alice);
  const took = Date.now() - began;
  await using run = await phone.awaits("called");
  browser.call(bob.sip, describe("alice"));
  await hangsUp(browser, run);
  assertGoesOver(ims, entry === "slow.ims.test" ? ["sink"] : []);
  return took;
}

/** How long it takes until a phone rings that is called by somebody who is not registered, ms. */
async function ringsWithin(ims: Ims, options: RelayAtImsOptions): Promise<number> {
  const phone = new SippPhone(ims, bob);
  await phone.registers();
  await using relay = await startRelayAtIms(ims, options);
  await using browser = await openBrowser(relay, "anna", { patience: 40_000 });
  await using run = await phone.awaits("called", { seconds: 60 });
  const began = Date.now();
  browser.call(bob.sip, describe("anna"));
  await browser.gets("RINGING");
  const took = Date.now() - began;
  await hangsUp(browser, run);
  return took;
}

/** One try at each entrance that said nothing, then one that is challenged and its proof at the I-CSCF; a refusing one leaves no trace. */
function assertGoesOver(ims: Ims, silent: readonly HostName[]): void {
  const sent = ims.tap.all(ims.network.host("relay"), { way: "sent", short: "REGISTER" });
  // what came again because nobody answered has the branch of the first
  const tries = [...new Map(sent.map((one) => [header(one.message, "via"), one])).values()];
  const hosts = [...silent, "icscf", "icscf"] as const;
  assert.deepEqual(tries.map(({ to }) => to.host), hosts.map((host) => ims.network.host(host)));
  const numbers = tries.map(({ message }) => Number(header(message, "cseq").split(" ")[0]));
  const first = numbers[0]!;
  assert.deepEqual(numbers, [...silent.map(() => first), first, first + 1]);
}

function assertBetween(took: number, [least, most]: readonly [number, number]): void {
  assert.ok(took >= least && took < most, `It took ${took} ms, wanted ${least} to ${most}`);
}

test("an entrance that refuses: registered at the next one at once", async (ims) => {
  assertBetween(await registersWithin(ims, { entry: "failover.ims.test" }), [0, 3_000]);
});

test("an entrance that is silent: registered at the next one after 5 s", async (ims) => {
  assertBetween(await registersWithin(ims, { entry: "slow.ims.test" }), [4_900, 9_000]);
});

test("the same with a shorter patience", async (ims) => {
  const args = ["--failover", "1"];
  assertBetween(await registersWithin(ims, { entry: "slow.ims.test", args }), [900, 4_500]);
});

test("a later request does not try the silent one first again", async (ims) => {
  const phone = new SippPhone(ims, bob);
  await phone.registers();
  await using relay = await startRelayAtIms(ims, { entry: "slow.ims.test" });
  await using browser = await openBrowser(relay, "anna");
  for (const limits of [[4_900, 9_000], [0, 3_000]] as const) {
    await using run = await phone.awaits("called");
    const began = Date.now();
    browser.call(bob.sip, describe("anna"));
    await browser.gets("RINGING");
    assertBetween(Date.now() - began, limits);
    await hangsUp(browser, run);
  }
});

test("without a patience of its own: the next one after timer B, 32 s", async (ims) => {
  const args = ["--failover", "0"];
  assertBetween(await ringsWithin(ims, { entry: "slow.ims.test", args }), [31_900, 38_000]);
});

test("without a patience of its own, REGISTER: the next one after timer F, 32 s", async (ims) => {
  const args = ["--failover", "0"];
  assertBetween(await registersWithin(ims, { entry: "slow.ims.test", args }), [31_900, 38_000]);
});
