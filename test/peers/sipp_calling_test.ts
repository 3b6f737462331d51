// A phone calls a browser.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { header, parameter } from "../scenarios/sip_text.ts";
import { calling } from "./calling.ts";
import { describe } from "./sdp.ts";

for (const transport of ["udp", "tcp", "tls"] as const) {
  Deno.test({
    ...needing(`a phone calls a browser over ${transport} and hangs up`, "sipp"),
    fn: () =>
      calling({ scenario: "calling_hangup", transport }, async ({ bob, phone, relay }) => {
        const offer = await bob.gets("OFFER");
        assert.equal(offer.sdp, describe("phone"));
        assert.equal(offer.seq, 1);
        assert.match(offer.from!, /^sip:phone@elsewhere\.example$/);
        assert.ok(offer.tieBreaker! > 0);
        bob.accept(offer, describe("bob"));
        await bob.gets("OK");
        const shutdown = await bob.gets("SHUTDOWN");
        assert.equal(shutdown.seq, 2);
        await phone.done();

        const ringing = phone.message("received 180 INVITE");
        const ok = phone.message("received 200 INVITE");
        assert.equal(ok.body, describe("bob"));
        const tag = parameter(header(ok, "to"), "tag");
        assert.notEqual(tag, "");
        assert.equal(parameter(header(ringing, "to"), "tag"), tag);
        const sent = phone.message("sent INVITE");
        for (const name of ["from", "call-id", "cseq"]) {
          assert.equal(header(ok, name), header(sent, name), name);
        }
        assert.match(header(ok, "contact"), new RegExp(`127\\.0\\.0\\.1:${relay[transport][0]!.port}`));
        assert.match(header(ok, "allow"), /INVITE/);
        assert.equal(phone.message("received 200 BYE").start, "200");
      }),
  });

  Deno.test({
    ...needing(`a phone calls a browser over ${transport} that hangs up`, "sipp"),
    fn: () =>
      calling(
        { scenario: "calling_answered", transport, answer: describe("bob") },
        async ({ bob, phone }) => {
          const offer = await bob.gets("OFFER");
          await bob.gets("OK");
          bob.hangUp({ ...offer, answererSessionId: bob.sent[0]!.answererSessionId! }, 2);
          await bob.gets("OK");
          await phone.done();
          const [sent, bye] = [phone.message("sent INVITE"), phone.message("received BYE")];
          assert.equal(header(bye, "call-id"), header(sent, "call-id"));
          assert.equal(parameter(header(bye, "to"), "tag"), parameter(header(sent, "from"), "tag"));
          assert.match(bye.requestUri, new RegExp(`^sip:phone@127\\.0\\.0\\.1:${phone.advertised.port}`));
        },
      ),
  });
}

const refusals = [["REFUSED", undefined, 603], ["REFUSED", 486, 486], ["FAILED", undefined, 500]] as const;
for (const [errorType, status, expected] of refusals) {
  Deno.test({
    ...needing(`a browser refuses a phone's call: ${errorType} ${status ?? ""} is ${expected}`, "sipp"),
    fn: () =>
      calling(
        { scenario: "calling_refused", values: { status: String(expected) } },
        async ({ bob, phone }) => {
          const { offererSessionId, seq } = await bob.gets("OFFER");
          const ids = { offererSessionId: offererSessionId!, answererSessionId: "bob-1", seq: seq! };
          bob.send({ messageType: "ERROR", ...ids, errorType, ...(status === undefined ? {} : { status }) });
          await phone.done();
          assert.ok(phone.story.includes(`received ${expected} INVITE`));
        },
      ),
  });
}

Deno.test({
  ...needing("a phone calls nobody: 404", "sipp"),
  fn: () =>
    calling(
      { scenario: "calling_refused", values: { status: "404", target: "nobody@ropeway.local" } },
      async ({ phone }) => {
        await phone.done();
        assert.ok(phone.story.includes("received 404 INVITE"));
      },
    ),
});

Deno.test({
  ...needing("a browser's early ANSWER is a 183 with its description", "sipp"),
  fn: () =>
    calling({ scenario: "calling_early" }, async ({ bob, phone }) => {
      const { offererSessionId, seq } = await bob.gets("OFFER");
      const ids = { offererSessionId: offererSessionId!, answererSessionId: "bob-1", seq: seq! };
      bob.send({ messageType: "ANSWER", ...ids, moreComing: true, sdp: describe("early") });
      await phone.sees("received 183 INVITE");
      bob.send({ messageType: "ANSWER", ...ids, sdp: describe("bob") });
      await bob.gets("SHUTDOWN");
      await phone.done();
      const [early, ok] = [phone.message("received 183 INVITE"), phone.message("received 200 INVITE")];
      assert.equal(early.body, describe("early"));
      assert.equal(ok.body, describe("bob"));
      assert.equal(header(early, "to"), header(ok, "to"));
      assert.notEqual(header(early, "contact"), "");
    }),
});

Deno.test({
  ...needing("a browser that is gone: the phone's call to it ends, others go on", "sipp"),
  fn: () =>
    calling({ scenario: "calling_answered", answer: describe("bob") }, async ({ bob, phone }) => {
      await bob.gets("OK");
      bob.leave();
      await phone.done();
      assert.ok(phone.story.includes("received BYE"));
    }),
});
