// A peer falls silent: what ends by timer B, F or H, 64 times T1, that is 32 seconds. All these stories are told at the same time.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { header, parameter } from "../scenarios/sip_text.ts";
import { called } from "./called.ts";
import { calledThroughHop, calling, callingThroughHop } from "./calling.ts";
import { Hop } from "./hop.ts";
import { openBrowser } from "./live_browser.ts";
import { text, until } from "./ports.ts";
import { startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";

const LONG_SECONDS = 60;

const stories: Readonly<Record<string, () => Promise<void>>> = {
  "nobody answers an INVITE: ERROR TIMEOUT": async () => {
    using hop = new Hop();
    await using relay = await startRelay(["--ims", `sip:${text(hop.outer)};transport=udp`]);
    await using alice = await openBrowser(relay, "alice", { patience: LONG_SECONDS * 1000 });
    alice.call("sip:bob@elsewhere.example", describe("alice"));
    const start = Date.now();
    const error = await alice.gets("ERROR");
    assert.deepEqual([error.errorType, error.status], ["TIMEOUT", 408]);
    isTimerB(Date.now() - start);
    const copies = hop.all("toPhone", "INVITE");
    assert.equal(copies.length, 7);
    const gaps = copies.slice(1).map(({ at }, index) => Math.round((at - copies[index]!.at) / 500) / 2);
    assert.deepEqual(gaps, [0.5, 1, 2, 4, 8, 16]);
    assert.equal(new Set(copies.map(({ bytes }) => new TextDecoder().decode(bytes))).size, 1);
  },

  "a phone never acknowledges the answer: repeated 200, then BYE and SHUTDOWN": () =>
    calling(
      { scenario: "calling_never_acks", answer: describe("bob"), seconds: LONG_SECONDS },
      async ({ bob, phone }) => {
        const start = Date.now();
        await phone.done();
        isTimerB(Date.now() - start);
        // Section 13.3.1.4: at 0, 0.5, 1.5, 3.5 s and from then on every 4 s
        const answers = phone.story.filter((line) => line === "received 200 INVITE").length;
        assert.ok(answers >= 10 && answers <= 12, `${answers} answers`);
        const bye = phone.message("received BYE");
        assert.equal(
          parameter(header(bye, "to"), "tag"),
          parameter(header(phone.message("sent INVITE"), "from"), "tag"),
        );
        await bob.gets("SHUTDOWN");
      },
    ),

  "a browser says no OK to an ANSWER: the phone gets ACK and BYE before it gives up": () =>
    called({ scenario: "called_answer", polite: false, seconds: LONG_SECONDS }, async ({ alice, phone }) => {
      alice.call("sip:bob@ims.example", describe("alice"));
      await alice.gets("ANSWER");
      await phone.done();
      await alice.gets("SHUTDOWN");
    }),

  "nobody answers a BYE: it is repeated to the end, and the browser does not wait for it": () =>
    calledThroughHop({ scenario: "called_answer" }, async ({ alice, phone, hop, relay }) => {
      alice.call("sip:bob@ims.example", describe("alice"));
      const answer = await alice.gets("ANSWER");
      await phone.sees("received ACK");
      hop.lose("toPhone", "BYE", 100);
      const start = Date.now();
      alice.hangUp(answer, 2);
      await alice.gets("OK");
      assert.ok(Date.now() - start < 2000);
      // Timer E: 0, 0.5, 1.5, 3.5, then every 4 s up to timer F
      const byes = await until(() => {
        const all = hop.all("toPhone", "BYE");
        return Date.now() - start > 34_000 && all;
      }, { within: 40_000, failing: () => "It was never over" });
      assert.equal(byes.length, 11);
      assert.ok(byes.at(-1)!.at - start < 32_000);
      assert.equal((await relay.stop()).code, 0);
    }),

  "nobody acknowledges a refusal: it is repeated to the end": () =>
    callingThroughHop(
      {
        scenario: "calling_refused",
        values: { status: "603" },
        prepare: (hop) => hop.lose("toRelay", "ACK", 100),
      },
      async ({ bob, hop }) => {
        bob.refuse(await bob.gets("OFFER"));
        const start = Date.now();
        const refusals = await until(() => {
          const all = hop.all("toPhone", "603 INVITE");
          return Date.now() - start > 34_000 && all;
        }, { within: 40_000, failing: () => "It was never over" });
        assert.equal(refusals.length, 11);
        assert.equal(new Set(refusals.map(({ bytes }) => new TextDecoder().decode(bytes))).size, 1);
      },
    ),
};

Deno.test({
  ...needing("a peer falls silent", "sipp", "dnsmasq"),
  async fn(t) {
    const told = Object.entries(stories).map(([name, fn]) =>
      t.step({
        name,
        fn: () => fn(),
        // Steps that run at the same time cannot be told apart by what they leave behind.
        sanitizeOps: false,
        sanitizeResources: false,
        sanitizeExit: false,
      })
    );
    assert.ok((await Promise.all(told)).every((good) => good));
  },
});

function isTimerB(waited: number): void {
  assert.ok(waited > 31_000 && waited < 35_000, `It took ${waited} ms`);
}
