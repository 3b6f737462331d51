// Requests beside the offers on the wire: instant messages, keys by INFO, and transfers by REFER, from either side.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { header, parameter, type SipText } from "../scenarios/sip_text.ts";
import { BODIES, called } from "./called.ts";
import { calling } from "./calling.ts";
import { calledReferred, callingRefers } from "./ladders.ts";
import { describe, hold } from "./sdp.ts";
import { startSipp } from "./sipp.ts";

for (const transport of ["udp", "tcp", "tls"] as const) {
  for (const [status, messageType] of [["200", "OK"], ["486", "ERROR"]] as const) {
    Deno.test({
      ...needing(
        `a browser's message to a phone over ${transport}: ${status} comes back as ${messageType}`,
        "sipp",
        "dnsmasq",
      ),
      fn: () =>
        called({ scenario: "called_message", transport, values: { status } }, async ({ alice, phone }) => {
          const content = "hello, wörld\r\n\r\nBYE";
          alice.send({ messageType: "MESSAGE", transactionId: "m1", to: "sip:bob@ims.example", content });
          const answer = await alice.gets(messageType);
          assert.equal(answer.transactionId, "m1");
          assert.equal(answer.status, status === "200" ? undefined : 486);
          await phone.done();
          const message = phone.message("received MESSAGE");
          assert.equal(message.body, content);
          assert.equal(header(message, "content-type"), "text/plain");
          assert.equal(header(message, "contact"), "");
          assert.match(header(message, "from"), /^<sip:alice@/);
        }),
    });
  }

  for (const [status, answer] of [["200", "OK"], ["603", "ERROR"]] as const) {
    Deno.test({
      ...needing(
        `a phone's message over ${transport} to a browser: its ${answer} comes back as ${status}`,
        "sipp",
      ),
      fn: () =>
        calling(
          { scenario: "calling_message", transport, values: { status, text: "hello" } },
          async ({ bob, phone }) => {
            const { transactionId, content, from } = await bob.gets("MESSAGE");
            assert.equal(content, "hello");
            assert.equal(from, "sip:phone@elsewhere.example");
            const error = answer === "ERROR" ? { errorType: "REFUSED" } : {};
            bob.send({ messageType: answer, transactionId: transactionId!, ...error });
            await phone.done();
          },
        ),
    });
  }

  Deno.test({
    ...needing(`a phone over ${transport} presses a key, hears one, and sends the browser on`, "sipp"),
    fn: () =>
      calling(
        {
          scenario: "calling_refers",
          transport,
          answer: describe("bob"),
          values: { other: "carol@ropeway.local" },
        },
        async (stage) => {
          const { phone } = stage;
          await callingRefers(stage);
          assert.equal(phone.message("received INFO").body, "Signal=#\r\nDuration=160\r\n");
          const told = [0, 1, 2].map((nth) => phone.message("received NOTIFY", nth));
          assert.deepEqual(told.map(({ body }) => body.split(" ")[1]), ["100", "180", "200"]);
          assert.equal(header(told[2]!, "subscription-state"), "terminated;reason=noresource");
          assert.equal(header(told[0]!, "event"), "refer;id=3");
        },
      ),
  });

  Deno.test({
    ...needing(
      `a browser presses a key, hears one, and sends the phone over ${transport} on`,
      "sipp",
      "dnsmasq",
    ),
    fn: () =>
      called(
        { scenario: "called_referred", transport, values: { keyType: "application/dtmf", key: "9" } },
        async (stage) => {
          const { phone } = stage;
          await calledReferred(stage);
          const refer = phone.message("received REFER");
          assert.equal(header(refer, "refer-to"), "<sip:carol@ims.example>");
          assert.match(header(refer, "referred-by"), /^<sip:alice@/);
          assert.notEqual(header(refer, "contact"), "");
        },
      ),
  });
}

for (const transport of ["udp", "tcp"] as const) {
  Deno.test({
    ...needing(`a phone takes the place of another one over ${transport} (Replaces)`, "sipp", "dnsmasq"),
    fn: () =>
      called({ scenario: "called_answer", transport }, async ({ alice, phone, relay }) => {
        alice.call("sip:bob@ims.example", describe("alice"));
        await alice.gets("ANSWER");
        await phone.sees("received ACK");
        const invite = phone.message("received INVITE");
        const tagOf = (message: SipText, name: string) => parameter(header(message, name), "tag");
        const theirs = tagOf(phone.message("sent 200 INVITE"), "to");
        const replaced = `${header(invite, "call-id")};to-tag=${tagOf(invite, "from")};from-tag=${theirs}`;
        await using newcomer = await startSipp({
          scenario: "calling_replaces",
          transport,
          to: relay[transport][0]!,
          values: {
            ...BODIES,
            sdp: hold("newcomer"),
            target: "alice@ropeway.local",
            from: "x@elsewhere.example",
            replaced,
          },
        });
        const offer = await alice.gets("OFFER");
        assert.deepEqual([offer.seq, offer.sdp], [2, hold("newcomer")]);
        alice.accept(offer, describe("alice again"));
        await phone.sees("received BYE");
        await alice.gets("SHUTDOWN");
        await newcomer.done();
        await phone.done();
        assert.equal(newcomer.message("received 200 INVITE").body, describe("alice again"));
        assert.equal(alice.all("OFFER").length, 1);
      }),
  });
}
