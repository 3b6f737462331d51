// PRACK, UPDATE and offers in every place, with sipp as the other end, over UDP and TCP.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { header } from "../scenarios/sip_text.ts";
import { BODIES, called } from "./called.ts";
import { calling } from "./calling.ts";
import { Hop } from "./hop.ts";
import { calledUpdate, callingUpdate } from "./ladders.ts";
import { startRelay } from "./relay.ts";
import { describe, hold } from "./sdp.ts";
import { startSipp } from "./sipp.ts";

for (const transport of ["udp", "tcp", "tls"] as const) {
  Deno.test({
    ...needing(
      `a called phone's reliable 183, and UPDATE both ways before its answer, over ${transport}`,
      "sipp",
      "dnsmasq",
    ),
    fn: () =>
      called({ scenario: "called_update", transport }, async (stage) => {
        const { phone } = stage;
        await calledUpdate(stage);
        const via = header(phone.message("received INVITE"), "via");
        assert.ok(via.startsWith(`SIP/2.0/${transport.toUpperCase()} `), via);
        assert.equal(header(phone.message("received PRACK"), "rack"), "7001 1 INVITE");
        assert.equal(phone.message("received UPDATE").body, hold("alice"));
        assert.equal(phone.message("received 200 UPDATE").body, describe("alice again"));
      }),
  });

  Deno.test({
    ...needing(
      `a calling phone acknowledges by PRACK, and UPDATE both ways before the answer, over ${transport}`,
      "sipp",
    ),
    fn: () =>
      calling({ scenario: "calling_update", transport }, async (stage) => {
        const { phone } = stage;
        await callingUpdate(stage);
        for (const status of ["180", "183"]) {
          const early = phone.message(`received ${status} INVITE`);
          assert.equal(header(early, "require"), "100rel");
          assert.notEqual(header(early, "rseq"), "");
          const contact = header(early, "contact");
          assert.ok(contact.endsWith(transport === "udp" ? `>` : `;transport=${transport}>`), contact);
        }
        assert.equal(phone.message("received 183 INVITE").body, describe("bob early"));
        assert.equal(phone.message("received UPDATE").body, hold("bob"));
        assert.equal(phone.message("received 200 UPDATE").body, describe("bob held"));
        assert.equal(phone.message("received 200 INVITE").body, describe("bob"));
      }),
  });

  for (const dialect of ["roap", "roap.ims"] as const) {
    Deno.test({
      ...needing(`a phone calls a browser of ${dialect} without an offer over ${transport}`, "sipp"),
      fn: () =>
        calling({ scenario: "calling_asks", transport, dialect }, async ({ bob, phone }) => {
          const asked = await bob.gets(dialect === "roap" ? "OFFER" : "OFFER_REQUEST");
          const offer = {
            messageType: "OFFER",
            offererSessionId: "bob-own",
            answererSessionId: asked.offererSessionId!,
            seq: 2,
            tieBreaker: 1,
            sdp: describe("bob"),
          };
          bob.send(offer);
          const answer = await bob.gets("ANSWER");
          assert.deepEqual([answer.seq, answer.sdp], [2, describe("phone")]);
          await phone.sees("sent ACK");
          bob.hangUp(offer, 3);
          await bob.gets("OK");
          await phone.done();
          assert.equal(phone.message("received 200 INVITE").body, describe("bob"));
        }),
    });
  }

  Deno.test({
    ...needing(`a called phone asks for an offer by re-INVITE over ${transport}`, "sipp", "dnsmasq"),
    fn: () =>
      called({ scenario: "called_asks", transport }, async ({ alice, phone }) => {
        const first = alice.call("sip:bob@ims.example", describe("alice"));
        const request = await alice.gets("OFFER_REQUEST");
        assert.equal(request.seq, 2);
        const offer = {
          messageType: "OFFER",
          offererSessionId: first.offererSessionId!,
          answererSessionId: request.offererSessionId!,
          seq: 3,
          tieBreaker: 1,
          sdp: hold("alice"),
        };
        alice.send(offer);
        const answer = await alice.gets("ANSWER");
        assert.deepEqual([answer.seq, answer.sdp], [3, describe("other")]);
        alice.hangUp(offer, 4);
        await alice.gets("OK");
        await phone.done();
        assert.equal(phone.message("received 200 INVITE").body, hold("alice"));
      }),
  });
}

Deno.test({
  ...needing(
    "a phone calls a registered phone without an offer: the offer comes in the 200, its answer in the ACK",
    "sipp",
  ),
  fn: async () => {
    await using relay = await startRelay(["--user", "desk:secret"]);
    using hop = new Hop();
    hop.relay = relay.udp[0];
    const place = { to: hop.inner, advertise: hop.outer };
    const values = { user: "desk", domain: "ropeway.local", expires: "600", status: "200" };
    await using registrar = await startSipp({
      scenario: "register",
      ...place,
      user: "desk",
      password: "secret",
      values,
    });
    await registrar.done();
    await using desk = await startSipp({ scenario: "called_asked", advertise: hop.outer, values: BODIES });
    hop.phone = desk.address;
    await using phone = await startSipp({
      scenario: "calling_asks_hangup",
      to: relay.udp[0]!,
      values: { ...BODIES, target: "desk@ropeway.local", from: "phone@elsewhere.example" },
    });
    await phone.done();
    await desk.done();
    assert.equal(desk.message("received INVITE").body, "");
    assert.equal(phone.message("received 200 INVITE").body, describe("phone"));
    assert.equal(desk.message("received ACK").body, describe("other"));
  },
});
