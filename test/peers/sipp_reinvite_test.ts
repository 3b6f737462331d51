// A session is changed while it goes on, from either side: hold, a refusal, and both sides at once.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { header, parameter } from "../scenarios/sip_text.ts";
import { called } from "./called.ts";
import { calling } from "./calling.ts";
import { describe, hold } from "./sdp.ts";

for (const transport of ["udp", "tcp", "tls"] as const) {
  Deno.test({
    ...needing(`a called phone puts a browser on hold over ${transport}`, "sipp", "dnsmasq"),
    fn: () =>
      called(
        { scenario: "called_reinvites", transport, values: { status: "200" } },
        async ({ alice, phone }) => {
          const first = alice.call("sip:bob@ims.example", describe("alice"));
          const answer = await alice.gets("ANSWER");
          const offer = await alice.gets("OFFER");
          assert.equal(offer.sdp, hold("phone"));
          assert.equal(offer.seq, 2);
          // An OFFER of the other end swaps the ids.
          assert.equal(offer.offererSessionId, answer.answererSessionId);
          assert.equal(offer.answererSessionId, first.offererSessionId);
          alice.accept(offer, describe("alice again"));
          await alice.gets("OK");
          await phone.sees("sent ACK");
          alice.hangUp(offer, 3);
          await alice.gets("OK");
          await phone.done();
          const second = phone.message("received 200 INVITE");
          assert.equal(second.body, describe("alice again"));
          assert.equal(header(second, "cseq"), "1 INVITE");
          assert.notEqual(header(second, "contact"), "");
        },
      ),
  });

  Deno.test({
    ...needing(`a browser puts a called phone on hold over ${transport}`, "sipp", "dnsmasq"),
    fn: () =>
      called({ scenario: "called_reinvited", transport }, async ({ alice, phone }) => {
        const first = alice.call("sip:bob@ims.example", describe("alice"));
        const { answererSessionId } = await alice.gets("ANSWER");
        await phone.sees("received ACK");
        const change = { ...first, answererSessionId: answererSessionId!, seq: 2, sdp: hold("alice") };
        alice.send(change);
        const answer = await alice.gets("ANSWER");
        assert.equal(answer.seq, 2);
        assert.equal(answer.sdp, hold("phone"));
        assert.equal(answer.offererSessionId, first.offererSessionId);
        assert.equal(answer.answererSessionId, answererSessionId);
        await phone.sees("received ACK", 1);
        alice.hangUp(answer, 3);
        await alice.gets("OK");
        await phone.done();
        const [invite, again] = [phone.message("received INVITE"), phone.message("received INVITE", 1)];
        assert.equal(again.body, hold("alice"));
        assert.equal(header(again, "call-id"), header(invite, "call-id"));
        assert.equal(parseInt(header(again, "cseq")), parseInt(header(invite, "cseq")) + 1);
        assert.equal(header(again, "to"), header(phone.message("sent 200 INVITE"), "to"));
        assert.equal(
          header(phone.message("received ACK", 1), "cseq").split(" ")[0],
          header(again, "cseq").split(" ")[0],
        );
      }),
  });
}

Deno.test({
  ...needing("a calling phone puts a browser on hold", "sipp"),
  fn: () =>
    calling({ scenario: "calling_reinvites", answer: describe("bob") }, async ({ bob, phone }) => {
      await bob.gets("OFFER");
      const change = await bob.gets("OFFER");
      assert.equal(change.sdp, hold("phone"));
      assert.equal(change.seq, 2);
      await bob.gets("SHUTDOWN");
      await phone.done();
      assert.equal(phone.message("received 200 INVITE", 1).body, describe("bob"));
    }),
});

Deno.test({
  ...needing("a browser puts a calling phone on hold", "sipp"),
  fn: () =>
    calling({ scenario: "calling_reinvited", answer: describe("bob") }, async ({ bob, phone }) => {
      const offer = await bob.gets("OFFER");
      const ok = await bob.gets("OK");
      bob.send({
        messageType: "OFFER",
        offererSessionId: ok.answererSessionId!,
        answererSessionId: offer.offererSessionId!,
        seq: 2,
        tieBreaker: 5,
        sdp: hold("bob"),
      });
      const answer = await bob.gets("ANSWER");
      assert.equal(answer.sdp, hold("phone"));
      await phone.sees("received ACK");
      bob.hangUp(answer, 3);
      await bob.gets("OK");
      await phone.done();
      const [sent, again] = [phone.message("sent INVITE"), phone.message("received INVITE")];
      assert.equal(again.body, hold("bob"));
      assert.equal(parameter(header(again, "to"), "tag"), parameter(header(sent, "from"), "tag"));
      assert.equal(header(again, "call-id"), header(sent, "call-id"));
    }),
});

Deno.test({
  ...needing("a change that the phone refuses: ERROR, and the call goes on", "sipp", "dnsmasq"),
  fn: () =>
    called({ scenario: "called_refuses_change" }, async ({ alice, phone }) => {
      const first = alice.call("sip:bob@ims.example", describe("alice"));
      const { answererSessionId } = await alice.gets("ANSWER");
      await phone.sees("received ACK");
      alice.send({ ...first, answererSessionId: answererSessionId!, seq: 2, sdp: hold("alice") });
      const error = await alice.gets("ERROR");
      assert.deepEqual([error.errorType, error.status, error.seq], ["REFUSED", 488, 2]);
      await phone.sees("received ACK", 1);
      alice.hangUp({ ...first, answererSessionId: answererSessionId! }, 3);
      await alice.gets("OK");
      await phone.done();
      assert.equal(
        header(phone.message("received ACK", 1), "via"),
        header(phone.message("received INVITE", 1), "via"),
      );
    }),
});

Deno.test({
  ...needing(
    "a change that the browser refuses: 488 or its own status, and the call goes on",
    "sipp",
    "dnsmasq",
  ),
  fn: () =>
    called({ scenario: "called_change_refused", values: { status: "488" } }, async ({ alice, phone }) => {
      alice.call("sip:bob@ims.example", describe("alice"));
      await alice.gets("ANSWER");
      const offer = await alice.gets("OFFER");
      const { offererSessionId, answererSessionId, seq } = offer;
      const ids = { offererSessionId: offererSessionId!, answererSessionId: answererSessionId!, seq: seq! };
      alice.send({ messageType: "ERROR", ...ids, errorType: "REFUSED", status: 488 });
      await phone.sees("sent ACK");
      alice.hangUp(offer, 3);
      await alice.gets("OK");
      await phone.done();
    }),
});

Deno.test({
  ...needing(
    "both change the session at once: 491 to each, then the caller's change after its pause",
    "sipp",
    "dnsmasq",
  ),
  fn: () =>
    called({ scenario: "called_glare" }, async ({ alice, phone }) => {
      const first = alice.call("sip:bob@ims.example", describe("alice"));
      const { answererSessionId } = await alice.gets("ANSWER");
      await phone.sees("received ACK");
      alice.send({ ...first, answererSessionId: answererSessionId!, seq: 2, sdp: hold("alice") });
      await phone.sees("received ACK", 1);
      const before = Date.now();
      const answer = await alice.gets("ANSWER");
      const waited = Date.now() - before;
      // RFC 3261 section 14.1: 2.1 to 4 s for the owner of the Call-ID
      assert.ok(waited > 1900 && waited < 4500, `It tried again after ${waited} ms`);
      assert.equal(answer.seq, 2);
      assert.equal(answer.sdp, hold("phone"));
      await phone.sees("received ACK", 2);
      alice.hangUp(answer, 3);
      await alice.gets("OK");
      await phone.done();
      const seqs = [0, 1, 2].map((nth) => parseInt(header(phone.message("received INVITE", nth), "cseq")));
      assert.deepEqual(seqs.map((seq) => seq - seqs[0]!), [0, 1, 2]);
      assert.equal(alice.all("OFFER").length, 0);
      assert.equal(alice.all("ERROR").length, 0);
    }),
});

Deno.test({
  ...needing(
    "both change the session at once: 491 to each, then the called side's change within two seconds",
    "sipp",
  ),
  fn: () =>
    calling({ scenario: "calling_glare" }, async ({ bob, phone }) => {
      const offer = await bob.gets("OFFER");
      bob.accept(offer, describe("bob"));
      await bob.gets("OK");
      bob.reoffer(hold("bob"));
      await phone.sees("received ACK");
      const before = Date.now();
      const answer = await bob.gets("ANSWER");
      const waited = Date.now() - before;
      // RFC 3261 section 14.1: up to 2 s for whoever does not own the Call-ID
      assert.ok(waited < 2500, `It tried again after ${waited} ms`);
      assert.deepEqual([answer.seq, answer.sdp], [2, hold("phone")]);
      await bob.gets("SHUTDOWN");
      await phone.done();
      assert.equal(phone.message("received INVITE", 1).body, hold("bob"));
      assert.equal(bob.all("OFFER").length, 1);
      assert.equal(bob.all("ERROR").length, 0);
    }),
});

Deno.test({
  ...needing(
    "both change the session at once before the answer: 491 to each UPDATE, then the caller's after its pause",
    "sipp",
    "dnsmasq",
  ),
  fn: () =>
    called({ scenario: "called_update_glare" }, async ({ alice, phone }) => {
      const first = alice.call("sip:bob@ims.example", describe("alice"));
      const early = await alice.gets("ANSWER");
      alice.taken(early);
      await alice.gets("OK");
      await phone.sees("received PRACK");
      alice.earlyOffer(early, hold("alice"));
      await phone.sees("sent 491 UPDATE");
      const before = Date.now();
      await phone.sees("received UPDATE", 1);
      const waited = Date.now() - before;
      assert.ok(waited > 1900 && waited < 4500, `It tried again after ${waited} ms`);
      const changed = await alice.gets("ANSWER");
      assert.deepEqual([changed.seq, changed.sdp], [2, describe("other")]);
      const answer = await alice.gets("ANSWER");
      assert.deepEqual([answer.seq, answer.sdp], [1, describe("phone")]);
      await phone.sees("received ACK");
      alice.hangUp({ ...first, answererSessionId: answer.answererSessionId! }, 3);
      await alice.gets("OK");
      await phone.done();
      assert.equal(phone.message("received UPDATE", 1).body, hold("alice"));
      assert.equal(alice.all("OFFER").length + alice.all("ERROR").length, 0);
    }),
});
