// A call is given up before it is answered, from either side.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { header, parameter } from "../scenarios/sip_text.ts";
import { called } from "./called.ts";
import { calledThroughHop, calling } from "./calling.ts";
import { describe } from "./sdp.ts";

for (const transport of ["udp", "tcp", "tls"] as const) {
  Deno.test({
    ...needing(`a browser gives up a call that rings over ${transport}: CANCEL, 487, ACK`, "sipp", "dnsmasq"),
    fn: () =>
      called({ scenario: "called_cancelled", transport }, async ({ alice, phone }) => {
        const offer = alice.call("sip:bob@ims.example", describe("alice"));
        const ringing = await alice.gets("RINGING");
        alice.hangUp({ ...offer, ...ringing }, 2);
        await alice.gets("OK");
        await phone.done();
        const [invite, cancel, ack] = ["INVITE", "CANCEL", "ACK"].map((method) =>
          phone.message(`received ${method}`)
        );
        // RFC 3261 section 9.1
        for (const name of ["via", "from", "to", "call-id"]) {
          assert.equal(header(cancel!, name), header(invite!, name), name);
        }
        assert.equal(cancel!.requestUri, invite!.requestUri);
        assert.equal(header(cancel!, "cseq"), `${parseInt(header(invite!, "cseq"))} CANCEL`);
        assert.equal(header(ack!, "via"), header(invite!, "via"));
        assert.ok(!phone.story.includes("received BYE"));
      }),
  });
}

Deno.test({
  ...needing("a browser gives up a call at once: no CANCEL before a provisional response", "sipp", "dnsmasq"),
  fn: () =>
    calledThroughHop({ scenario: "called_cancelled" }, async ({ alice, phone, hop }) => {
      hop.lose("toRelay", "180 INVITE", 2);
      const offer = alice.call("sip:bob@ims.example", describe("alice"));
      await hop.sees("toPhone", "INVITE");
      alice.hangUp(offer, 2);
      await alice.gets("OK");
      await phone.done();
      const story = hop.story;
      const [lost, passed] = [story.indexOf("toRelay 180 INVITE lost"), story.indexOf("toRelay 180 INVITE")];
      const cancel = story.indexOf("toPhone CANCEL");
      assert.ok(lost >= 0 && passed > lost && cancel > passed, story.join("\n"));
      // The repeated INVITE shows that there was time enough for a CANCEL.
      assert.ok(hop.all("toPhone", "INVITE").length >= 3, story.join("\n"));
    }),
});

Deno.test({
  ...needing("a 200 that crosses the CANCEL gets ACK and BYE", "sipp", "dnsmasq"),
  fn: () =>
    called({ scenario: "called_crossing" }, async ({ alice, phone }) => {
      const offer = alice.call("sip:bob@ims.example", describe("alice"));
      const ringing = await alice.gets("RINGING");
      alice.hangUp({ ...offer, ...ringing }, 2);
      await alice.gets("OK");
      await phone.done();
      assert.equal(alice.all("ANSWER").length, 0);
      const bye = phone.message("received BYE");
      assert.equal(header(bye, "to"), header(phone.message("sent 200 INVITE"), "to"));
    }),
});

for (const transport of ["udp", "tcp", "tls"] as const) {
  Deno.test({
    ...needing(`a phone gives up a call over ${transport}: 200, 487, and SHUTDOWN`, "sipp"),
    fn: () =>
      calling({ scenario: "calling_cancels", transport }, async ({ bob, phone }) => {
        const offer = await bob.gets("OFFER");
        const shutdown = await bob.gets("SHUTDOWN");
        assert.equal(shutdown.offererSessionId, offer.offererSessionId);
        assert.equal(shutdown.seq, 2);
        await phone.done();
        const final = phone.message("received 487 INVITE");
        const tag = parameter(header(final, "to"), "tag");
        assert.notEqual(tag, "");
        assert.equal(parameter(header(phone.message("received 200 CANCEL"), "to"), "tag"), tag);
        assert.equal(parameter(header(phone.message("received 180 INVITE"), "to"), "tag"), tag);
      }),
  });
}
