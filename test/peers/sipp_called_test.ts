// A browser calls a phone that is found by its domain's name.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { header, parameter } from "../scenarios/sip_text.ts";
import { type Called, called } from "./called.ts";
import { serviceOf } from "./dns.ts";
import { describe } from "./sdp.ts";

for (const transport of ["udp", "tcp", "tls"] as const) {
  Deno.test({
    ...needing(`a browser calls a phone over ${transport} and hangs up`, "sipp", "dnsmasq"),
    fn: () =>
      called({ scenario: "called_answer", transport }, async ({ alice, phone, dns }) => {
        alice.call("sip:bob@ims.example", describe("alice"));
        await alice.gets("RINGING");
        const answer = await alice.gets("ANSWER");
        assert.equal(answer.moreComing ?? false, false);
        assert.equal(answer.sdp, describe("phone"));
        await phone.sees("received ACK");
        alice.hangUp(answer, 2);
        const ok = await alice.gets("OK");
        assert.equal(ok.seq, 2);
        await phone.done();

        assert.deepEqual(phone.story.filter((line) => line !== "sent 100 INVITE"), [
          "received INVITE",
          "sent 180 INVITE",
          "sent 200 INVITE",
          "received ACK",
          "received BYE",
          "sent 200 BYE",
        ]);
        const invite = phone.message("received INVITE");
        assert.equal(invite.requestUri, "sip:bob@ims.example");
        assert.equal(invite.body, describe("alice"));
        assert.equal(header(invite, "to"), "<sip:bob@ims.example>");
        assert.match(header(invite, "from"), /^<sip:alice@ropeway\.local>;tag=\S+$/);
        assert.equal(header(invite, "max-forwards"), "70");
        assert.match(header(invite, "via"), new RegExp(`^SIP/2\\.0/${transport.toUpperCase()} 127`));
        assert.match(parameter(header(invite, "via"), "branch"), /^z9hG4bK.{8,}/);
        const ack = phone.message("received ACK");
        const bye = phone.message("received BYE");
        assert.match(bye.requestUri, new RegExp(`^sip:phone@127\\.0\\.0\\.1:${phone.advertised.port};`));
        for (const request of [ack, bye]) {
          assert.equal(header(request, "call-id"), header(invite, "call-id"));
          assert.equal(header(request, "from"), header(invite, "from"));
          assert.equal(header(request, "to"), header(phone.message("sent 200 INVITE"), "to"));
          assert.notEqual(header(request, "via"), header(invite, "via"));
        }
        assert.equal(parseInt(header(ack, "cseq")), parseInt(header(invite, "cseq")));
        assert.equal(parseInt(header(bye, "cseq")), parseInt(header(invite, "cseq")) + 1);
        assert.equal(dns.questions()[0], "NAPTR ims.example");
        const srv = `SRV ${serviceOf(transport, "ims.example")}`;
        assert.ok(dns.questions().includes(srv), `${dns.questions()}`);
      }),
  });

  Deno.test({
    ...needing(`a browser calls a phone over ${transport} that hangs up`, "sipp", "dnsmasq"),
    fn: () =>
      called({ scenario: "called_hangup", transport }, async ({ alice, phone }) => {
        const { offererSessionId } = alice.call("sip:bob@ims.example", describe("alice"));
        await alice.gets("ANSWER");
        const shutdown = await alice.gets("SHUTDOWN");
        assert.equal(shutdown.offererSessionId, offererSessionId);
        assert.equal(shutdown.seq, 2);
        await phone.done();
        assert.equal(header(phone.message("received 200 BYE"), "cseq"), "1 BYE");
      }),
  });
}

const refusals = [
  ["486 Busy Here", "REFUSED"],
  ["603 Decline", "REFUSED"],
  ["488 Not Acceptable Here", "REFUSED"],
  ["404 Not Found", "FAILED"],
  ["480 Temporarily Unavailable", "FAILED"],
  ["302 Moved Temporarily", "FAILED"],
  ["408 Request Timeout", "TIMEOUT"],
] as const;

for (const [line, errorType] of refusals) {
  const status = Number(line.slice(0, 3));
  Deno.test({
    ...needing(`a browser calls a phone that answers ${line}: ERROR ${errorType}`, "sipp", "dnsmasq"),
    fn: () =>
      called({ scenario: "called_refuse", values: { status: line } }, async ({ alice, phone }) => {
        const { offererSessionId } = alice.call("sip:bob@ims.example", describe("alice"));
        const error = await alice.gets("ERROR");
        assert.equal(error.errorType, errorType);
        assert.equal(error.status, status);
        assert.equal(error.offererSessionId, offererSessionId);
        assert.equal(error.seq, 1);
        await phone.done();
        const [invite, ack] = [phone.message("received INVITE"), phone.message("received ACK")];
        // RFC 3261 section 17.1.1.3
        assert.equal(header(ack, "via"), header(invite, "via"));
        assert.equal(ack.requestUri, invite.requestUri);
        assert.equal(header(ack, "to"), header(phone.message(`sent ${status} INVITE`), "to"));
      }),
  });
}

Deno.test({
  ...needing("RINGING is told to roap.ims alone", "sipp", "dnsmasq"),
  fn: () =>
    called({ scenario: "called_hangup", dialect: "roap" }, async ({ alice, phone }) => {
      alice.call("sip:bob@ims.example", describe("alice"));
      await alice.gets("SHUTDOWN");
      await phone.done();
      assert.deepEqual(alice.story(), "ANSWER SHUTDOWN");
    }),
});

for (const transport of ["udp", "tcp", "tls"] as const) {
  Deno.test({
    ...needing(`a phone's 183 over ${transport} is an ANSWER with moreComing`, "sipp", "dnsmasq"),
    fn: () =>
      called({ scenario: "called_progress", transport }, async (stage) => {
        const { alice } = stage;
        alice.call("sip:bob@ims.example", describe("alice"));
        const early = await alice.gets("ANSWER");
        assert.equal(early.moreComing, true);
        assert.equal(early.sdp, describe("early"));
        const answer = await alice.gets("ANSWER");
        assert.equal(answer.moreComing ?? false, false);
        assert.equal(answer.sdp, describe("phone"));
        assert.equal(answer.answererSessionId, early.answererSessionId);
        await hangUp(stage, answer);
      }),
  });
}

Deno.test({
  ...needing("each fork of a call has an answererSessionId of its own", "sipp", "dnsmasq"),
  fn: () =>
    called({ scenario: "called_forked" }, async (stage) => {
      const { alice } = stage;
      alice.call("sip:bob@ims.example", describe("alice"));
      const first = await alice.gets("ANSWER");
      const second = await alice.gets("ANSWER");
      const answer = await alice.gets("ANSWER");
      assert.deepEqual([first.moreComing, second.moreComing, answer.moreComing ?? false], [
        true,
        true,
        false,
      ]);
      assert.deepEqual(
        [first.sdp, second.sdp, answer.sdp],
        [describe("early"), describe("other"), describe("phone")],
      );
      assert.notEqual(first.answererSessionId, second.answererSessionId);
      assert.equal(answer.answererSessionId, second.answererSessionId);
      await hangUp(stage, answer);
      const { phone } = stage;
      assert.equal(parameter(header(phone.message("received BYE"), "to"), "tag"), "second");
    }),
});

Deno.test({
  ...needing("a second answer to a forked call gets ACK and BYE", "sipp", "dnsmasq"),
  fn: () =>
    called({ scenario: "called_both_answer" }, async ({ alice, phone }) => {
      alice.call("sip:bob@ims.example", describe("alice"));
      const answer = await alice.gets("ANSWER");
      await phone.sees("received BYE");
      assert.equal(parameter(header(phone.message("received BYE"), "to"), "tag"), "second");
      assert.equal(parameter(header(phone.message("received ACK", 1), "to"), "tag"), "second");
      alice.hangUp(answer, 2);
      await alice.gets("OK");
      await phone.done();
      assert.equal(parameter(header(phone.message("received BYE", 1), "to"), "tag"), "first");
      assert.equal(alice.all("ANSWER").length, 1);
      assert.equal(alice.all("SHUTDOWN").length, 0);
    }),
});

Deno.test({
  ...needing("a browser that cannot use the answer: ACK, BYE, SHUTDOWN", "sipp", "dnsmasq"),
  fn: () =>
    called({ scenario: "called_answer", polite: false }, async ({ alice, phone }) => {
      alice.call("sip:bob@ims.example", describe("alice"));
      const { offererSessionId, answererSessionId, seq } = await alice.gets("ANSWER");
      const ids = { offererSessionId: offererSessionId!, answererSessionId: answererSessionId!, seq: seq! };
      alice.send({ messageType: "ERROR", ...ids, errorType: "FAILED" });
      const shutdown = await alice.gets("SHUTDOWN");
      alice.send({ ...ids, seq: shutdown.seq!, messageType: "OK" });
      await phone.done();
      assert.equal(alice.all("ERROR").length, 0, alice.story());
    }),
});

async function hangUp({ alice, phone }: Called, answer: Parameters<typeof alice.hangUp>[0]): Promise<void> {
  await phone.sees("received ACK");
  alice.hangUp(answer, 2);
  await alice.gets("OK");
  await phone.done();
}
