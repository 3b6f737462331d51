// The relay is told to stop while calls go on.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { header } from "../scenarios/sip_text.ts";
import { BODIES } from "./called.ts";
import { startDns } from "./dns.ts";
import { openBrowser } from "./live_browser.ts";
import { openRawPhone, rawRequest } from "./raw_phone.ts";
import { type Relay, startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";
import { startSipp } from "./sipp.ts";

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test({
    ...needing(`${signal} in a call: BYE, SHUTDOWN, 1001 and exit code 0`, "sipp", "dnsmasq"),
    async fn() {
      await using phone = await startSipp({ scenario: "called_answer", values: BODIES });
      await using dns = await startDns("ims.example", [["udp", phone.address]]);
      await using relay = await startRelay(["--ims", "ims.example", "--dns", dns.address, "--drain", "0"]);
      await using alice = await openBrowser(relay, "alice");
      alice.call("sip:bob@ims.example", describe("alice"));
      const answer = await alice.gets("ANSWER");
      await phone.sees("received ACK");
      const stopping = relay.stop(signal);
      const shutdown = await alice.gets("SHUTDOWN");
      assert.equal(shutdown.offererSessionId, answer.offererSessionId);
      assert.equal(shutdown.seq, 2);
      await phone.done();
      assert.equal(phone.story.at(-2), "received BYE");
      assert.equal((await alice.closes()).code, 1001);
      assert.deepEqual(await stopping, { code: 0, signal: null });
    },
  });
}

Deno.test({
  ...needing(
    "SIGTERM with drain: the call goes on, nobody starts another, its end is the relay's",
    "sipp",
    "dnsmasq",
  ),
  async fn() {
    await using phone = await startSipp({ scenario: "called_answer", values: BODIES });
    await using dns = await startDns("ims.example", [["udp", phone.address]]);
    await using relay = await startRelay(["--ims", "ims.example", "--dns", dns.address, "--drain", "15"]);
    await using alice = await openBrowser(relay, "alice");
    await using bob = await openBrowser(relay, "bob");
    using raw = await openRawPhone(relay, "udp");
    alice.call("sip:bob@ims.example", describe("alice"));
    const answer = await alice.gets("ANSWER");
    await phone.sees("received ACK");

    const start = Date.now();
    const stopping = relay.stop();
    await drains(relay);
    bob.call("alice", describe("bob"));
    assert.equal((await bob.gets("ERROR")).status, 503);
    await raw.send(rawRequest(raw, { method: "INVITE", body: describe("raw") }));
    const refusal = (await raw.next())!;
    assert.equal(refusal.start, "503");
    assert.ok(Number(header(refusal, "retry-after")) > 0);
    assert.equal(alice.all("SHUTDOWN").length, 0);

    alice.hangUp(answer, 2);
    await alice.gets("OK");
    await phone.done();
    assert.deepEqual(await stopping, { code: 0, signal: null });
    assert.ok(Date.now() - start < 10_000, "It waited though there was no call");
    assert.equal((await bob.closes()).code, 1001);
  },
});

Deno.test({
  ...needing("SIGTERM while a phone rings: CANCEL, SHUTDOWN, 1001 and exit code 0", "sipp", "dnsmasq"),
  async fn() {
    await using phone = await startSipp({ scenario: "called_cancelled", values: BODIES });
    await using dns = await startDns("ims.example", [["udp", phone.address]]);
    await using relay = await startRelay(["--ims", "ims.example", "--dns", dns.address, "--drain", "0"]);
    await using alice = await openBrowser(relay, "alice");
    alice.call("sip:bob@ims.example", describe("alice"));
    await alice.gets("RINGING");
    const stopping = relay.stop();
    const end = await alice.gets(({ messageType }) => ["ERROR", "SHUTDOWN"].includes(messageType));
    if (end.messageType === "ERROR") assert.equal(end.status, 503);
    await phone.done();
    assert.equal((await alice.closes()).code, 1001);
    assert.deepEqual(await stopping, { code: 0, signal: null });
  },
});

/** Resolves when `/readyz` says that no new work is wanted. */
async function drains(relay: Relay): Promise<void> {
  for (;;) {
    const response = await fetch(`${relay.http}/readyz`);
    await response.body?.cancel();
    if (response.status === 503) return;
  }
}
