// Each message of a call in turn is lost once on its way over UDP: it comes again, the same, and the call goes through.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { calledThroughHop, callingThroughHop } from "./calling.ts";
import { isRepeated, type Loss } from "./losses.ts";
import { describe } from "./sdp.ts";

/** Long enough for whatever was lost to be sent again and answered. */
const LINGER = { wait: "1000" };

/** What is lost in the worst of the stories, and how often. */
const everything = [
  ["toRelay", "INVITE", 2],
  ["toPhone", "200 INVITE", 2],
  ["toRelay", "ACK", 2],
  ["toPhone", "BYE", 1],
  ["toRelay", "200 BYE", 1],
] as const;

const callsOut: readonly (readonly [scenario: string, losses: readonly Loss[]])[] = [
  ["called_answer", [
    ["toPhone", "INVITE"],
    ["toRelay", "200 INVITE"],
    ["toPhone", "ACK"],
    ["toPhone", "BYE"],
    ["toRelay", "200 BYE"],
  ]],
  ["called_hangup", [["toRelay", "BYE"], ["toPhone", "200 BYE"]]],
  ["called_refuse", [["toRelay", "486 INVITE"], ["toPhone", "ACK"]]],
  ["called_cancelled", [
    ["toPhone", "CANCEL"],
    ["toRelay", "487 INVITE"],
    ["toPhone", "ACK"],
  ]],
];

for (const [scenario, losses] of callsOut) {
  for (const loss of losses) {
    Deno.test({
      ...needing(`${scenario} with ${loss.join(" ")} lost`, "sipp", "dnsmasq"),
      fn: () =>
        calledThroughHop(
          { scenario, values: { ...LINGER, status: "486 Busy Here" } },
          async ({ alice, phone, hop }) => {
            hop.lose(...loss);
            const offer = alice.call("sip:bob@ims.example", describe("alice"));
            switch (scenario) {
              case "called_answer":
                await phone.sees("received ACK");
                alice.hangUp(await alice.gets("ANSWER"), 2);
                await alice.gets("OK");
                break;
              case "called_hangup":
                await alice.gets("SHUTDOWN");
                break;
              case "called_refuse":
                assert.equal((await alice.gets("ERROR")).status, 486);
                break;
              case "called_cancelled":
                alice.hangUp({ ...offer, ...await alice.gets("RINGING") }, 2);
                await alice.gets("OK");
            }
            await phone.done();
            isRepeated(hop, loss);
            const final = ["ANSWER", "ERROR"].flatMap((type) => alice.all(type));
            assert.equal(final.length, scenario === "called_cancelled" ? 0 : 1, alice.story());
          },
        ),
    });
  }
}

const callsIn: typeof callsOut = [
  ["calling_hangup", [
    ["toRelay", "INVITE"],
    ["toPhone", "200 INVITE"],
    ["toRelay", "BYE"],
    ["toPhone", "200 BYE"],
  ]],
  ["calling_answered", [["toRelay", "ACK"], ["toPhone", "BYE"], ["toRelay", "200 BYE"]]],
  ["calling_refused", [["toPhone", "603 INVITE"], ["toRelay", "ACK"]]],
  ["calling_cancels", [["toRelay", "CANCEL"], ["toPhone", "487 INVITE"]]],
];

for (const [scenario, losses] of callsIn) {
  for (const loss of losses) {
    Deno.test({
      ...needing(`${scenario} with ${loss.join(" ")} lost`, "sipp"),
      fn: () =>
        callingThroughHop(
          { scenario, values: { ...LINGER, status: "603" }, prepare: (hop) => hop.lose(...loss) },
          async ({ bob, phone, hop }) => {
            const offer = await bob.gets("OFFER");
            switch (scenario) {
              case "calling_hangup":
                bob.accept(offer, describe("bob"));
                await bob.gets("SHUTDOWN");
                break;
              case "calling_answered":
                bob.accept(offer, describe("bob"));
                bob.hangUp(await bob.gets("OK"), 2);
                await bob.gets("OK");
                break;
              case "calling_refused":
                bob.refuse(offer);
                break;
              case "calling_cancels":
                await bob.gets("SHUTDOWN");
            }
            await phone.done();
            isRepeated(hop, loss);
            assert.equal(bob.all("OFFER").length, 1, bob.story());
          },
        ),
    });
  }
}

Deno.test({
  ...needing("called_answer with toRelay 180 INVITE lost: nobody misses it", "sipp", "dnsmasq"),
  fn: () =>
    calledThroughHop({ scenario: "called_answer" }, async ({ alice, phone, hop }) => {
      hop.lose("toRelay", "180 INVITE");
      alice.call("sip:bob@ims.example", describe("alice"));
      const answer = await alice.gets("ANSWER");
      await hop.sees("toPhone", "ACK");
      alice.hangUp(answer, 2);
      await alice.gets("OK");
      await phone.done();
      assert.equal(alice.all("RINGING").length, 0);
    }),
});

Deno.test({
  ...needing("calling_hangup with toPhone 180 INVITE lost: nobody misses it", "sipp"),
  fn: () =>
    callingThroughHop(
      {
        scenario: "calling_hangup",
        answer: describe("bob"),
        prepare: (hop) => hop.lose("toPhone", "180 INVITE"),
      },
      async ({ bob, phone }) => {
        await bob.gets("SHUTDOWN");
        await phone.done();
      },
    ),
});

Deno.test({
  ...needing("calling_answered with some of everything lost", "sipp"),
  fn: () =>
    callingThroughHop(
      {
        scenario: "calling_answered",
        values: { wait: "2000" },
        prepare(hop) {
          for (const [way, short, times] of everything) hop.lose(way, short, times);
        },
      },
      async ({ bob, phone, hop }) => {
        bob.accept(await bob.gets("OFFER"), describe("bob"));
        bob.hangUp(await bob.gets("OK"), 2);
        await bob.gets("OK");
        await phone.done();
        assert.deepEqual(bob.story(), "OFFER OK OK");
        for (const [way, short, times] of everything) {
          assert.ok(hop.all(way, short).length > times, `${way} ${short}`);
        }
      },
    ),
});
