// Phones register with digest, are called and call.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { header, headerLines, parameter } from "../scenarios/sip_text.ts";
import { BODIES } from "./called.ts";
import { Hop } from "./hop.ts";
import { openBrowser } from "./live_browser.ts";
import { type Relay, startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";
import { type Sipp, startSipp } from "./sipp.ts";

const DOMAIN = "ropeway.local";

interface Registering {
  readonly scenario?: string;
  readonly user?: string;
  readonly password?: string;
  readonly status?: string;
}

async function registering(hop: Hop, options: Registering = {}): Promise<Sipp> {
  const { scenario = "register", user = "desk", password = "secret", status = "200" } = options;
  return await startSipp({
    scenario,
    to: hop.inner,
    advertise: hop.outer,
    user,
    password,
    values: { user, domain: DOMAIN, expires: "600", status },
  });
}

/** A relay with one account, and a hop to it. */
async function withAccount(story: (stage: { relay: Relay; hop: Hop }) => Promise<void>): Promise<void> {
  await using relay = await startRelay(["--user", "desk:secret"]);
  using hop = new Hop();
  hop.relay = relay.udp[0];
  await story({ relay, hop });
}

/** Registers the hop's outer end; afterwards a phone of this scenario is what stands behind it. */
async function registeredPhone(hop: Hop, scenario: string): Promise<Sipp> {
  await using registrar = await registering(hop);
  await registrar.done();
  const phone = await startSipp({ scenario, advertise: hop.outer, values: BODIES });
  hop.phone = phone.address;
  return phone;
}

Deno.test({
  ...needing("a phone registers with the right password", "sipp"),
  fn: () =>
    withAccount(async ({ hop }) => {
      await using phone = await registering(hop);
      await phone.done();
      const challenges = headerLines(hop.all("toPhone", "401 REGISTER")[0]!.message, "www-authenticate");
      assert.deepEqual(challenges.map((line) => /algorithm=([^,]*)/.exec(line)?.[1]), ["MD5", "SHA-256"]);
      assert.ok(challenges.every((line) => line.includes(`realm="${DOMAIN}"`) && !/stale/i.test(line)));
      assert.match(header(phone.message("sent REGISTER", 1), "authorization"), /response="[0-9a-f]{32}"/);
      const contact = header(phone.message("received 200 REGISTER"), "contact");
      assert.ok(contact.includes(`<sip:desk@127.0.0.1:${hop.outer.port};transport=`), contact);
      assert.ok(Number(parameter(contact, "expires")) > 590, contact);
    }),
});

Deno.test({
  ...needing("a phone with a wrong password is not registered, nor one that nobody knows", "sipp"),
  fn: () =>
    withAccount(async ({ relay, hop }) => {
      await using alice = await openBrowser(relay, "alice");
      for (const user of ["desk", "stranger"]) {
        await using phone = await registering(hop, { user, password: "guessed", status: "401" });
        await phone.done();
        assert.deepEqual(phone.story, [
          "sent REGISTER",
          "received 401 REGISTER",
          "sent REGISTER",
          "received 401 REGISTER",
        ]);
        // Stale would tell a guesser that the password was right.
        const again = headerLines(phone.message("received 401 REGISTER", 1), "www-authenticate");
        assert.ok(again.every((line) => !/stale/i.test(line)), `${again}`);
        alice.call(user, describe("alice"));
        assert.equal((await alice.gets("ERROR")).status, user === "desk" ? 480 : 404);
      }
    }),
});

Deno.test({
  ...needing("a relay that starts anew finds old nonces stale, and a new one does", "sipp"),
  fn: () =>
    withAccount(async ({ relay, hop }) => {
      await using next = await startRelay(["--user", "desk:secret"]);
      hop.lose("toPhone", "200 REGISTER");
      await using phone = await registering(hop, { scenario: "register_stale" });
      await hop.sees("toPhone", "200 REGISTER");
      await relay.stop();
      hop.relay = next.udp[0];
      await phone.done();
      const [first, again] = [0, 1].map((nth) =>
        headerLines(phone.message("received 401 REGISTER", nth), "www-authenticate")
      );
      assert.ok(first!.every((line) => !/stale/.test(line)), `${first}`);
      assert.ok(again!.length > 0 && again!.every((line) => /stale=true/.test(line)), `${again}`);
    }),
});

Deno.test({
  ...needing("a registration that was taken back is gone", "sipp"),
  fn: () =>
    withAccount(async ({ relay, hop }) => {
      await using phone = await registering(hop, { scenario: "register_and_go" });
      await phone.done();
      assert.equal(header(phone.message("received 200 REGISTER", 1), "contact"), "");
      await using alice = await openBrowser(relay, "alice");
      alice.call("desk", describe("alice"));
      const error = await alice.gets("ERROR");
      assert.deepEqual([error.errorType, error.status], ["FAILED", 480]);
    }),
});

Deno.test({
  ...needing("a browser calls a registered phone", "sipp"),
  fn: () =>
    withAccount(async ({ relay, hop }) => {
      await using alice = await openBrowser(relay, "alice");
      await using phone = await registeredPhone(hop, "called_answer");
      {
        alice.call("desk", describe("alice"));
        const answer = await alice.gets("ANSWER");
        assert.equal(answer.sdp, describe("phone"));
        await phone.sees("received ACK");
        alice.hangUp(answer, 2);
        await alice.gets("OK");
        await phone.done();
        const invite = phone.message("received INVITE");
        assert.equal(invite.requestUri, `sip:desk@127.0.0.1:${hop.outer.port};transport=UDP`);
        assert.equal(header(invite, "to"), `<sip:desk@${DOMAIN}>`);
      }
    }),
});

Deno.test({
  ...needing("all phones of a number ring, and the first to answer has the call", "sipp"),
  fn: () =>
    withAccount(async ({ relay, hop }) => {
      await using alice = await openBrowser(relay, "alice");
      using other = new Hop();
      other.relay = relay.udp[0];
      await using slow = await registeredPhone(other, "called_cancelled");
      await using quick = await registeredPhone(hop, "called_answer");
      alice.call("desk", describe("alice"));
      const answer = await alice.gets("ANSWER");
      assert.equal(answer.sdp, describe("phone"));
      await quick.sees("received ACK");
      await slow.done();
      alice.hangUp(answer, 2);
      await alice.gets("OK");
      await quick.done();
    }),
});

Deno.test({
  ...needing("a phone of the domain proves who it is and calls a browser", "sipp"),
  fn: () =>
    withAccount(async ({ relay, hop }) => {
      await using bob = await openBrowser(relay, "bob", { answer: describe("bob") });
      await using phone = await startSipp({
        scenario: "calling_proves",
        to: hop.inner,
        advertise: hop.outer,
        user: "desk",
        password: "secret",
        values: { ...BODIES, target: `bob@${DOMAIN}`, from: `desk@${DOMAIN}` },
      });
      const offer = await bob.gets("OFFER");
      assert.equal(offer.from, `sip:desk@${DOMAIN}`);
      await bob.gets("SHUTDOWN");
      await phone.done();
      assert.ok(phone.story.includes("received 401 INVITE"));
      assert.equal(bob.all("OFFER").length, 1);
    }),
});

Deno.test({
  ...needing("a phone calls a phone", "sipp"),
  fn: () =>
    withAccount(async ({ relay, hop }) => {
      await using called = await registeredPhone(hop, "called_answer");
      await using calling = await startSipp({
        scenario: "calling_hangup",
        to: relay.udp[0]!,
        values: {
          ...BODIES,
          sdp: describe("caller"),
          target: `desk@${DOMAIN}`,
          from: "phone@elsewhere.example",
        },
      });
      await calling.done();
      await called.done();
      const [sent, invite] = [calling.message("sent INVITE"), called.message("received INVITE")];
      assert.equal(invite.body, describe("caller"));
      assert.equal(calling.message("received 200 INVITE").body, describe("phone"));
      assert.equal(parseInt(header(invite, "max-forwards")), parseInt(header(sent, "max-forwards")) - 1);
      // Two dialogs of the relay's own.
      assert.notEqual(header(invite, "call-id"), header(sent, "call-id"));
      assert.match(header(invite, "from"), /sip:phone@elsewhere\.example/);
    }),
});
