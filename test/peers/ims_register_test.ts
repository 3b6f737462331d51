// Browsers that the relay registers with the IMS, as an edge proxy of its own and as a client behind the P-CSCF: what stands on the wire,
// and what a browser is told that is refused.

import assert from "node:assert/strict";
import { header, headerLines } from "../scenarios/sip_text.ts";
import { POSITIONS, startRelayAtIms } from "./ims/relay_at_ims.ts";
import { login, placeOf, wireOf } from "./ims/relay_stage.ts";
import { SippPhone } from "./ims/sipp_phone.ts";
import { imsSuite } from "./ims/suite.ts";
import { type ImsUser, NOBODY, USERS } from "./ims/users.ts";
import { type LiveBrowser, openBrowser } from "./live_browser.ts";
import { text } from "./ports.ts";
import { describe } from "./sdp.ts";

const { alice, bob, carol, frank, grace, mallory } = USERS;
const test = imsSuite({ tapped: true });

for (const position of POSITIONS) {
  const where = placeOf(position);

  for (const user of [alice, frank, grace]) {
    const how = user.auth === "digest" ? "digest" : "AKA";
    test(`${where}: ${user.name} logs in and is registered by ${how}, logs out and is not any more`, async (ims) => {
      ims.tap.clear();
      const { allSent, received, sent } = wireOf(ims);
      await using relay = await startRelayAtIms(ims, { position, users: [user] });
      {
        await using _browser = await login({ ims, relay }, user);
        const [unproven, proven] = allSent("REGISTER");
        const answer = await received("200 REGISTER");
        assert.match(header(unproven!, "authorization"), /response=""/);
        assert.match(header(proven!, "authorization"), new RegExp(`username="${user.impi}".*nonce="[^"]+"`));
        assert.equal(header(proven!, "to"), `<${user.sip}>`);
        const contact = header(proven!, "contact");
        assert.match(contact, new RegExp(`^<sip:[^@]+@${text(ims.address("relay"))}[;>]`));
        if (position === "edge") {
          const [token] = /[^:]+(?=@)/.exec(contact)!;
          assert.match(
            header(proven!, "path"),
            new RegExp(`^<sip:${token}@${text(ims.address("relay"))}.*;lr>$`),
          );
          assert.equal(header(proven!, "require"), "path");
          assert.equal(header(proven!, "p-visited-network-id"), '"relay.ims.test"');
          assert.equal(header(answer, "path"), header(proven!, "path"));
        } else {
          for (const name of ["path", "require", "p-visited-network-id"]) {
            assert.equal(header(proven!, name), "");
          }
        }
        assert.equal(header(answer, "service-route"), "<sip:orig@scscf.ims.test:5060;lr>");
        assert.equal(
          headerLines(answer, "p-associated-uri").join(", ").replaceAll(/,\s*/g, ", "),
          `<${user.sip}>, <${user.sipNumber}>, <${user.tel}>`,
        );
        const { registered: known } = await ims.show();
        assert.match(known[user.impi] ?? "", /scscf/);
      }
      // a page's reload would be back by now
      const last = await sent("REGISTER", 3);
      assert.match(header(last, "contact"), /;expires=0$/);
      await ims.forgets(user);
    });
  }

  test(`${where}: what registers over TCP is called over TCP`, async (ims) => {
    ims.tap.clear();
    const phone = new SippPhone(ims, bob);
    await phone.registers();
    const name = position === "edge" ? ims.domain : `pcscf.${ims.domain}`;
    const entry = `sip:${name};transport=tcp`;
    await using relay = await startRelayAtIms(ims, { position, entry, users: [alice] });
    await using browser = await login({ ims, relay }, alice, { answer: describe("alice") });
    const own = ims.network.host("relay");
    const [register] = ims.tap.all(own, { way: "sent", short: "REGISTER" });
    assert.equal(register!.transport, "tcp");
    const contact = header(register!.message, "contact");
    assert.match(contact, new RegExp(`@${text(ims.address("relay"))};transport=tcp>;expires=`));
    const [place] = contact.split(">;");
    assert.equal(header(register!.message, "path"), position === "edge" ? `${place};lr>` : "");
    await using run = await phone.does("calls", alice.sip);
    await browser.gets("OFFER");
    await browser.gets("SHUTDOWN");
    await run.done();
    // the P-CSCF sends by the connection on which the REGISTER came, so the tap does not know it for the relay's
    const called = (method: string) =>
      ims.tap.record.filter(({ short, message }) => short === method && `<${message.requestUri}` === place);
    for (const method of ["INVITE", "ACK", "BYE"]) {
      // on its way through the core it goes over UDP, and what different hops hear has no order
      assert.ok(called(method).some(({ transport }) => transport === "tcp"), method);
    }
  });

  test(`${where}: browsers of several users are registered at once, each as itself`, async (ims) => {
    ims.tap.clear();
    await using relay = await startRelayAtIms(ims, { position, users: [alice, carol, frank] });
    const users = [alice, carol, frank];
    await using stack = new AsyncDisposableStack();
    for (const { name } of users) stack.use(await openBrowser(relay, name));
    await wireOf(ims).received("200 REGISTER", 3);
    const bound = wireOf(ims).allReceived("200 REGISTER");
    assert.deepEqual(
      bound.map((answer) => header(answer, "to").split(";")[0]).sort(),
      users.map(({ sip }) => `<${sip}>`).sort(),
    );
    assert.equal(new Set(bound.map((answer) => header(answer, "contact").split("@")[0])).size, 3);
  });

  const refused: readonly (readonly [string, ImsUser, RegExp, number])[] = [
    ["a wrong password", { ...alice, password: "wrong" }, /^The IMS refuses the registration: 403 /, 2],
    [
      "a wrong key",
      { ...grace, secret: frank.secret },
      /: 403 The challenge does not prove that it comes from the home network$/,
      1,
    ],
    ["somebody whom the IMS does not know", NOBODY, /^The IMS refuses the registration: 403 /, 1],
    ["somebody who is barred", mallory, /^The IMS refuses the registration: 403 /, 1],
  ];
  for (const [who, user, why, tries] of refused) {
    test(`${where}: ${who} is told why, and nothing is tried again`, async (ims) => {
      ims.tap.clear();
      await using relay = await startRelayAtIms(ims, { position, users: [user, bob] });
      await using browser = await openBrowser(relay, user.name);
      const { code, reason } = await browser.closes();
      assert.equal(code, 1008);
      assert.match(reason, why);
      // by then a second try would have gone out
      await using _bob = await login({ ims, relay }, bob);
      const own = wireOf(ims).allSent("REGISTER").filter((one) => header(one, "to").includes(user.sip));
      assert.equal(own.length, tries, wireOf(ims).story().join("\n"));
    });
  }

  test(`${where}: the HSS is silent, and a call meanwhile is told so; a while later all is well`, async (ims) => {
    ims.tap.clear();
    await using relay = await startRelayAtIms(ims, { position, users: [alice, bob] });
    await using browser = await (async () => {
      await using _silence = await ims.fault("uar:alice@ims.test", "drop");
      const opened = await openBrowser(relay, "alice");
      await wireOf(ims).received("480 REGISTER");
      await tells(opened, /^Not registered at the IMS now: 480 /);
      return opened;
    })();
    assert.equal(wireOf(ims).allSent("REGISTER").length, 1);
    const began = Date.now();
    await wireOf(ims).received("200 REGISTER");
    // RFC 5626 section 4.5: half of 30 s at least
    const waited = Date.now() - began;
    assert.ok(waited > 12_000 && waited < 35_000, `It took ${waited} ms`);
    assert.ok(browser.isOpen);
  });

  for (const [fault, status] of [["uar", 500], ["sar", 500], ["mar", 403]] as const) {
    test(`${where}: the HSS fails at ${fault}: ${status}`, async (ims) => {
      ims.tap.clear();
      await using relay = await startRelayAtIms(ims, { position, users: [alice] });
      await using _failure = await ims.fault(`${fault}:alice@ims.test`, "R5012");
      await using browser = await openBrowser(relay, "alice");
      await wireOf(ims).received(`${status} REGISTER`);
      if (status === 403) {
        const { code, reason } = await browser.closes();
        assert.equal(code, 1008);
        assert.match(reason, /^The IMS refuses the registration: 403 /);
      } else await tells(browser, new RegExp(`^Not registered at the IMS now: ${status} `));
    });
  }
}

/** A call now is refused for this reason. */
async function tells(browser: LiveBrowser, why: RegExp): Promise<void> {
  browser.call(bob.sip, describe(browser.name));
  const error = await browser.gets("ERROR");
  assert.equal(error.status, 503);
  assert.match(error.reason ?? "", why);
}
