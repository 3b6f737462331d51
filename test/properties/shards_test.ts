// Two shards under attack from outside, by who knows their marks: nothing throws, nothing goes round in circles, and a call between them goes on.

import assert from "node:assert/strict";
import fc from "fast-check";
import { assertNothingLeftAnywhere, shardAddress, shardStage } from "../scenarios/shard_stage.ts";
import { holdSdp, offerSdp } from "../scenarios/stage.ts";
import { damaged } from "./hostile_text.ts";
import { readPlain } from "./plain_sip.ts";
import { request } from "./target.ts";

const domain = "ropeway.test";
const attacker = { transport: "udp", host: "10.0.0.66", port: 6666 } as const;

const marks = fc.constantFrom("0", "1", "2", "v", "w", "Z", "");

/** Messages that say they belong to a shard, rightly or not. */
const marked = fc.tuple(
  fc.constantFrom("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "X"),
  marks,
  fc.constantFrom("alice", "carol", "nobody"),
).map(([method, mark, user]) =>
  request({
    method,
    uri: `sip:${user}@${domain}`,
    to: `<sip:${user}@${domain}>;tag=${mark}guessed`,
    callId: "hostile",
    body: method === "INVITE" ? offerSdp : "",
  })
);

const answered = fc.tuple(fc.constantFrom("100 Trying", "180 Ringing", "200 OK", "486 Busy Here"), marks).map(
  (
    [line, mark],
  ) =>
    [
      `SIP/2.0 ${line}`,
      `Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK${mark}guessed`,
      `From: <sip:alice@${domain}>;tag=${mark}guessed`,
      `To: <sip:x@example.org>;tag=x`,
      "Call-ID: hostile",
      "CSeq: 1 INVITE",
      "Content-Length: 0",
      "",
      "",
    ].join("\r\n"),
);

const samples = ["INVITE", "BYE", "OPTIONS"].flatMap((method) =>
  ["0", "1"].map((mark) =>
    request({
      method,
      uri: `sip:carol@${domain}`,
      to: `<sip:carol@${domain}>;tag=${mark}guessed`,
      callId: "hostile",
    })
  )
);

Deno.test("whatever names a shard is not multiplied, and a call between two shards goes on", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.oneof(marked, answered, damaged(samples)), fc.nat(1)), {
        minLength: 1,
        maxLength: 8,
      }),
      (attacks) => {
        const set = shardStage();
        const { alice, carol, network } = set;
        alice.call("carol", offerSdp);
        network.run(1000);
        for (const [text, shard] of attacks) {
          const before = network.packets.length;
          network.send(new TextEncoder().encode(text), { from: attacker, to: shardAddress(shard) });
          network.run(100);
          const answers = network.packets.slice(before).filter(({ from }) => from.host !== attacker.host);
          for (const { bytes } of answers) readPlain(new TextDecoder("latin1").decode(bytes));
          // an INVITE that rings has its 100 and 180 besides
          assert.ok(answers.length <= 3, `${answers.length} answers`);
        }
        alice.reoffer(holdSdp);
        network.run(1000);
        assert.equal(carol.last("OFFER").sdp, holdSdp);
        alice.end();
        network.run(1000);
        assert.ok(carol.received.some(({ messageType }) => messageType === "SHUTDOWN"));
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("what only ever names the other shard leaves nothing behind", () => {
  const set = shardStage();
  const { network } = set;
  for (let count = 0; count < 200; count++) {
    const tag = `${count % 2}guessed${count}`;
    const message = request({
      method: count % 3 === 0 ? "BYE" : "INVITE",
      uri: `sip:carol@${domain}`,
      to: `<sip:carol@${domain}>;tag=${tag}`,
      callId: `hostile${count}`,
      branch: `z9hG4bKh${count}`,
      body: offerSdp,
    });
    network.send(new TextEncoder().encode(message), { from: attacker, to: shardAddress(1 - count % 2) });
  }
  network.run(1000);
  assertNothingLeftAnywhere(set);
});
