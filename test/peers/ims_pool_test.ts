// A pool of identities that calls borrow, from both positions: who has rested longest goes first, and when all are away a call is told so.

import assert from "node:assert/strict";
import { header, type SipText } from "../scenarios/sip_text.ts";
import type { Ims } from "./ims/ims.ts";
import { secretsOf } from "./ims/leak.ts";
import { type Position, POSITIONS, RELAY_DOMAIN, startRelayAtIms } from "./ims/relay_at_ims.ts";
import { hangsUp, placeOf, wireOf } from "./ims/relay_stage.ts";
import { SippPhone } from "./ims/sipp_phone.ts";
import { imsSuite } from "./ims/suite.ts";
import { type DigestUser, USERS } from "./ims/users.ts";
import { type LiveBrowser, openBrowser } from "./live_browser.ts";
import type { Relay } from "./relay.ts";
import { describe } from "./sdp.ts";

const { alice, bob, carol, dave, erin } = USERS;
const test = imsSuite({ tapped: true });
const IDENTITIES = [alice, carol] as const;
/** An account of the relay's own domain. */
const PETER: DigestUser = {
  ...erin,
  name: "peter",
  sip: `sip:peter@${RELAY_DOMAIN}`,
  impi: "peter",
  password: "peter-pw",
};

/** A relay that has registered its identities. */
async function pool(ims: Ims, position: Position, story: (relay: Relay) => Promise<void>): Promise<void> {
  ims.tap.clear();
  const args = ["--user", `${PETER.name}:${PETER.password}`];
  await using relay = await startRelayAtIms(ims, { position, users: IDENTITIES, mode: "pool", args });
  await wireOf(ims).received("200 REGISTER", IDENTITIES.length);
  await story(relay);
  assert.deepEqual(relay.errors.filter((line) => /"level":"error"/.test(line)), []);
}

async function phoneOf(ims: Ims, user: DigestUser): Promise<SippPhone> {
  const phone = new SippPhone(ims, user);
  await phone.registers();
  return phone;
}

/** Calls a phone from the beginning to the end; as whom. */
async function callsAs(browser: LiveBrowser, phone: SippPhone): Promise<string> {
  await using run = await phone.awaits("called");
  browser.call(phone.user.sip, describe(browser.name));
  await hangsUp(browser, run);
  return asserted(run.message("received INVITE"));
}

function asserted(invite: SipText): string {
  const identity = header(invite, "p-asserted-identity");
  assert.equal(header(invite, "from").split(";")[0], identity);
  return identity.slice(1, -1);
}

for (const position of POSITIONS) {
  const where = placeOf(position);

  test(`${where}: calls take turns with the identities`, (ims) =>
    pool(ims, position, async (relay) => {
      const phone = await phoneOf(ims, bob);
      await using browser = await openBrowser(relay, "guest");
      const names: string[] = [];
      for (let call = 0; call < 4; call++) names.push(await callsAs(browser, phone));
      const [first, second] = names;
      assert.deepEqual(names, [first, second, first, second]);
      assert.deepEqual([first, second].sort(), IDENTITIES.map(({ sip }) => sip));
    }));

  test(`${where}: one call too many is told so, and works when another has ended`, (ims) =>
    pool(ims, position, async (relay) => {
      const phones = await Promise.all([bob, dave].map((user) => phoneOf(ims, user)));
      await using stack = new AsyncDisposableStack();
      const browsers: LiveBrowser[] = [];
      for (const name of ["x", "y", "z"]) browsers.push(stack.use(await openBrowser(relay, name)));
      const [x, y, z] = browsers as [LiveBrowser, LiveBrowser, LiveBrowser];
      const runs = await Promise.all(phones.map((phone) => phone.awaits("called")));
      for (const run of runs) stack.use(run);
      for (const [at, browser] of [x, y].entries()) {
        browser.call(phones[at]!.user.sip, describe(browser.name));
        await browser.gets("ANSWER");
        await runs[at]!.sees("received ACK");
      }
      const names = runs.map((run) => asserted(run.message("received INVITE")));
      assert.deepEqual([...names].sort(), IDENTITIES.map(({ sip }) => sip));
      z.call(bob.sip, describe("z"));
      const error = await z.gets("ERROR");
      assert.deepEqual([error.status, error.reason], [503, "All identities of the IMS are in use"]);
      y.end();
      await y.gets("OK");
      await runs[1]!.done();
      assert.equal(await callsAs(z, phones[1]!), names[1]);
      x.end();
      await x.gets("OK");
      await runs[0]!.done();
    }));

  test(`${where}: who calls back reaches the browser that has the identity, or nobody`, (ims) =>
    pool(ims, position, async (relay) => {
      const phone = await phoneOf(ims, bob);
      const other = await phoneOf(ims, dave);
      await using browser = await openBrowser(relay, "guest", { answer: describe("guest") });
      await other.did("calls_refused", alice.sip, { status: "480" });
      await using run = await phone.awaits("called");
      browser.call(bob.sip, describe("guest"));
      await browser.gets("ANSWER");
      await run.sees("received ACK");
      const call = browser.session;
      await using back = await other.does("calls", asserted(run.message("received INVITE")));
      assert.equal((await browser.gets("OFFER")).from, dave.sip);
      await browser.gets("SHUTDOWN");
      await back.done();
      assert.equal(call.state, "up");
      browser.send({
        messageType: "SHUTDOWN",
        offererSessionId: call.local,
        answererSessionId: call.remote,
        seq: call.seq + 1,
      });
      await browser.gets("OK");
      await run.done();
    }));

  test(`${where}: a phone of the relay's own calls out with an identity, and neither side sees the other`, (ims) =>
    pool(ims, position, async (relay) => {
      const phone = await phoneOf(ims, bob);
      const own = new SippPhone(ims, PETER, { door: relay.udp[0]! });
      await own.registers();
      await using run = await phone.awaits("called");
      ims.tap.clear();
      const calling = await own.did("calls", bob.sip);
      await run.done();
      const invite = run.message("received INVITE");
      assert.ok(IDENTITIES.some(({ sip }) => sip === asserted(invite)));
      // what went between the relay and the core, and what went between the relay and its phone
      const outside = ims.tap.of(ims.network.host("relay"));
      const inside = calling.messages.map(({ message, bytes }) => ({
        message,
        text: new TextDecoder().decode(bytes),
      }));
      assert.ok(outside.length > 5 && inside.length > 5);
      for (const [ours, theirs] of [[inside, outside], [outside, inside]] as const) {
        const secrets = new Set(ours.flatMap(({ message }) => secretsOf(message)));
        for (const { text } of theirs) {
          for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} in\n${text}`);
        }
      }
      await own.deregisters();
    }));
}
