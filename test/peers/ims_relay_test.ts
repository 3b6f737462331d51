// Browsers of the relay's own domain and phones of an IMS call each other through its core.

import assert from "node:assert/strict";
import { header, headerLines } from "../scenarios/sip_text.ts";
import { RELAY_DOMAIN, type RelayAtImsOptions, startRelayAtIms } from "./ims/relay_at_ims.ts";
import type { Ims } from "./ims/ims.ts";
import { SippPhone } from "./ims/sipp_phone.ts";
import { imsSuite } from "./ims/suite.ts";
import { USERS } from "./ims/users.ts";
import { type LiveBrowser, type LiveOptions, openBrowser } from "./live_browser.ts";
import { text } from "./ports.ts";
import type { Relay } from "./relay.ts";
import { describe, hold } from "./sdp.ts";
import type { Sipp } from "./sipp.ts";

const { bob, zoe } = USERS;
const test = imsSuite();
const ANNA = `sip:anna@${RELAY_DOMAIN}`;

interface Stage {
  readonly relay: Relay;
  /** A browser of the relay's. */
  readonly anna: LiveBrowser;
  /** A registered phone of the IMS. */
  readonly phone: SippPhone;
}

async function stage(
  ims: Ims,
  story: (stage: Stage) => Promise<void>,
  { answer, patience = 20_000, ...options }: RelayAtImsOptions & Pick<LiveOptions, "answer" | "patience"> =
    {},
): Promise<void> {
  const phone = new SippPhone(ims, bob);
  await phone.registers();
  await using relay = await startRelayAtIms(ims, options);
  await using anna = await openBrowser(relay, "anna", {
    patience,
    ...(answer === undefined ? {} : { answer }),
  });
  await story({ relay, anna, phone });
}

async function hangsUp(anna: LiveBrowser, run: Sipp): Promise<void> {
  const answer = await anna.gets("ANSWER");
  await run.sees("received ACK");
  anna.hangUp(answer, 2);
  await anna.gets("OK");
  await run.done();
}

test("a browser calls a phone, by name and by number, and hangs up", (ims) =>
  stage(ims, async ({ anna, phone }) => {
    const targets = [[bob.sip, bob.sip], [bob.sipNumber, bob.sipNumber], [bob.tel, bob.sipNumber]] as const;
    for (const [target, called] of targets) {
      await using run = await phone.awaits("called");
      anna.call(target, describe("anna"));
      await anna.gets("RINGING");
      await hangsUp(anna, run);
      const invite = run.message("received INVITE");
      assert.equal(invite.body, describe("anna"));
      assert.match(header(invite, "from"), /^<sip:anna@relay\.ims\.test>;tag=/);
      assert.equal(header(invite, "p-called-party-id"), `<${called}>`);
      // P-CSCF and S-CSCF; the I-CSCF has left the path
      assert.deepEqual(
        headerLines(invite, "record-route"),
        [`<sip:${ims.network.host("pcscf")};lr>`, `<sip:${ims.network.host("scscf")};lr>`],
      );
    }
  }));

test("a phone calls a browser, which hangs up", (ims) =>
  stage(ims, async ({ anna, phone }) => {
    await using run = await phone.does("calls_hung_up", ANNA);
    const offer = await anna.gets("OFFER");
    assert.equal(offer.from, bob.sip);
    assert.equal(offer.sdp, describe("bob"));
    await run.sees("sent ACK");
    anna.hangUp(offer, 2);
    await run.done();
    assert.equal(run.message("received 200 INVITE").body, describe("anna"));
  }, { answer: describe("anna") }));

test("a phone calls a browser and hangs up", (ims) =>
  stage(ims, async ({ anna, phone }) => {
    await using run = await phone.does("calls", ANNA);
    await anna.gets("OFFER");
    await anna.gets("SHUTDOWN");
    await run.done();
  }, { answer: describe("anna") }));

test("a phone that is called hangs up", (ims) =>
  stage(ims, async ({ anna, phone }) => {
    await using run = await phone.awaits("called_hangs_up");
    anna.call(bob.sip, describe("anna"));
    await anna.gets("ANSWER");
    await anna.gets("SHUTDOWN");
    await run.done();
  }));

test("a phone without a core calls a browser, and is called by it", async (ims) => {
  const phone = new SippPhone(ims, bob, { door: ims.address("relay") });
  await using relay = await startRelayAtIms(ims, { entry: `sip:${text(phone.address)}` });
  await using anna = await openBrowser(relay, "anna", { answer: describe("anna") });
  await using calling = await phone.does("calls", ANNA);
  await anna.gets("SHUTDOWN");
  await calling.done();
  await using run = await phone.awaits("called");
  anna.call(bob.sip, describe("anna"));
  await hangsUp(anna, run);
  assert.deepEqual(headerLines(run.message("received INVITE"), "record-route"), []);
});

test("a phone holds and resumes: OFFER and OFFER", (ims) =>
  stage(ims, async ({ anna, phone }) => {
    await using run = await phone.does("calls_holds", ANNA);
    for (const sdp of [describe("bob"), hold("bob"), describe("bob")]) {
      assert.equal((await anna.gets("OFFER")).sdp, sdp);
    }
    await anna.gets("SHUTDOWN");
    await run.done();
  }, { answer: describe("anna") }));

test("a phone is busy: REFUSED with 486", (ims) =>
  stage(ims, async ({ anna, phone }) => {
    await using run = await phone.awaits("called_refuses", { status: "486 Busy Here" });
    anna.call(bob.sip, describe("anna"));
    const error = await anna.gets("ERROR");
    assert.deepEqual([error.errorType, error.status], ["REFUSED", 486]);
    await run.done();
  }));

test("nobody of that name, and nobody at home: FAILED with 404 and 480", (ims) =>
  stage(ims, async ({ anna }) => {
    for (const [target, status] of [["sip:nobody@ims.test", 404], [zoe.sip, 480]] as const) {
      anna.call(target, describe("anna"));
      const error = await anna.gets("ERROR");
      assert.deepEqual([error.errorType, error.status], ["FAILED", status]);
    }
  }));

test("a browser gives up while a phone rings: CANCEL goes all the way", (ims) =>
  stage(ims, async ({ anna, phone }) => {
    await using run = await phone.awaits("called_cancelled");
    const offer = anna.call(bob.sip, describe("anna"));
    await anna.gets("RINGING");
    anna.hangUp(offer, 2);
    await anna.gets("OK");
    await run.done();
  }));

test("a phone gives up while a browser rings", (ims) =>
  stage(ims, async ({ anna, phone }) => {
    await using run = await phone.does("calls_cancels", ANNA);
    await anna.gets("OFFER");
    await anna.gets("SHUTDOWN");
    await run.done();
  }));

test("the S-CSCF crashes in a call and starts anew: the relay's call ends as it should", (ims) =>
  stage(ims, async ({ relay, anna, phone }) => {
    await using run = await phone.awaits("called");
    anna.call(bob.sip, describe("anna"));
    const answer = await anna.gets("ANSWER");
    await run.sees("received ACK");
    await ims.kill("scscf");
    await ims.restart("scscf");
    anna.hangUp(answer, 2);
    await anna.gets("OK");
    await run.done();
    // and nothing of the relay's is in the way of the next one
    await phone.registers();
    await using again = await phone.awaits("called");
    anna.call(bob.sip, describe("anna"));
    await hangsUp(anna, again);
    assert.deepEqual(relay.errors.filter((line) => JSON.parse(line).level >= 50), []);
  }));

test("the S-CSCF is dead when a browser hangs up: the call is over all the same", (ims) =>
  stage(ims, async ({ relay, anna, phone }) => {
    {
      await using run = await phone.awaits("called");
      anna.call(bob.sip, describe("anna"));
      const answer = await anna.gets("ANSWER");
      await run.sees("received ACK");
      await ims.kill("scscf");
      anna.hangUp(answer, 2);
      await anna.gets("OK");
    }
    await ims.restart("scscf");
    await phone.registers();
    await using again = await phone.awaits("called");
    anna.call(bob.sip, describe("anna"));
    await hangsUp(anna, again);
    assert.deepEqual(relay.errors.filter((line) => JSON.parse(line).level >= 50), []);
  }));

test("the first target of failover.ims.test refuses: the second has the call at once", (ims) =>
  stage(ims, async ({ anna, phone }) => {
    await using run = await phone.awaits("called");
    const start = Date.now();
    anna.call(bob.sip, describe("anna"));
    await anna.gets("RINGING");
    const waited = Date.now() - start;
    assert.ok(waited < 3_000, `It took ${waited} ms`);
    await hangsUp(anna, run);
  }, { entry: "failover.ims.test" }));

test("the relay reaches the P-CSCF, which knows no browser: 403", (ims) =>
  stage(ims, async ({ anna }) => {
    anna.call(bob.sip, describe("anna"));
    assert.equal((await anna.gets("ERROR")).status, 403);
  }, { entry: "pcscf.ims.test" }));

test("the first target of slow.ims.test is silent: the second has the call when patience ends", (ims) =>
  stage(ims, async ({ anna, phone }) => {
    await using run = await phone.awaits("called");
    const start = Date.now();
    anna.call(bob.sip, describe("anna"));
    await anna.gets("RINGING");
    const waited = Date.now() - start;
    assert.ok(waited > 4_500 && waited < 8_000, `It took ${waited} ms`);
    await hangsUp(anna, run);
  }, { entry: "slow.ims.test" }));
