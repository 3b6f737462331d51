// SIP over WebSockets against the real relay: to browsers that speak ROAP, to sipp phones, and between shards.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { header } from "../scenarios/sip_text.ts";
import { BODIES } from "./called.ts";
import { openBrowser } from "./live_browser.ts";
import { type LiveSipBrowser, openSipBrowser } from "./live_sip_browser.ts";
import { text } from "./ports.ts";
import { startRelay } from "./relay.ts";
import { describe, hold } from "./sdp.ts";
import { linesOf, openBrowserAt, startShards } from "./shards.ts";
import { startSipp } from "./sipp.ts";

const ACCOUNTS = ["--user", "desk:secret", "--user", "erin:secret"];

function pickUp(phone: { ring(): void; answer(sdp: string): void }): void {
  phone.ring();
  phone.answer(describe("desk"));
}

for (const binary of [false, true]) {
  Deno.test(`a browser registers over its WebSocket, is called and calls, in ${binary ? "binary" : "text"} frames`, async () => {
    await using relay = await startRelay(ACCOUNTS);
    await using alice = await openBrowser(relay, "alice", { answer: describe("alice") });
    await using desk = await openSipBrowser(relay, "desk", { invited: pickUp, binary, regId: 1 });
    assert.equal(await desk.register(), "200");
    alice.call("desk", describe("alice"));
    assert.equal((await alice.gets("ANSWER")).sdp, describe("desk"));
    await desk.reaches("up");
    alice.reoffer(hold("alice"));
    assert.equal((await alice.gets("ANSWER")).sdp, describe("desk"));
    assert.equal(desk.last("INVITE").body, hold("alice"));
    alice.end();
    await desk.reaches("ended");
    desk.dial("sip:alice@ropeway.local", describe("desk"));
    await desk.reaches("up");
    assert.equal(header(desk.last("200"), "contact"), `<sip:alice@${relay.http.slice(7)};transport=ws>`);
    desk.bye();
    await alice.gets("SHUTDOWN");
    assert.deepEqual(relay.errors.filter((line) => line.includes("Fault of our own")), []);
  });
}

Deno.test("a browser whose WebSocket breaks in the call leaves nobody talking to nobody, and cannot be called", async () => {
  await using relay = await startRelay(ACCOUNTS);
  await using alice = await openBrowser(relay, "alice");
  {
    await using desk = await openSipBrowser(relay, "desk", { invited: pickUp });
    await desk.register();
    alice.call("desk", describe("alice"));
    await alice.gets("ANSWER");
    await desk.reaches("up");
  }
  await alice.gets("SHUTDOWN");
  alice.call("desk", describe("alice"));
  assert.equal((await alice.gets("ERROR")).status, 480);
});

Deno.test("a browser that sends nonsense is shown the door", async () => {
  await using relay = await startRelay(ACCOUNTS);
  await using desk: LiveSipBrowser = await openSipBrowser(relay, "desk");
  assert.equal(await desk.register(), "200");
  for (let count = 0; count < 30; count++) desk.sendText(`NONSENSE ${count}\r\n\r\n`);
  assert.equal((await desk.closes()).code, 1008);
});

Deno.test({
  ...needing("a browser calls a sipp phone by SIP over its WebSocket", "sipp"),
  fn: async () => {
    await using phone = await startSipp({ scenario: "called_answer", values: BODIES });
    await using relay = await startRelay([...ACCOUNTS, "--ims", `sip:${text(phone.address)}`]);
    await using desk = await openSipBrowser(relay, "desk");
    await desk.register();
    desk.dial("sip:phone@ims.example", describe("desk"));
    await desk.reaches("up");
    assert.equal(desk.last("200").body, BODIES.sdp);
    assert.match(header(phone.message("received INVITE"), "via"), /^SIP\/2\.0\/UDP/);
    desk.bye();
    await phone.done();
  },
});

Deno.test({
  ...needing("a sipp phone calls a browser that speaks SIP over its WebSocket, over UDP and TCP", "sipp"),
  fn: async () => {
    await using relay = await startRelay(ACCOUNTS);
    await using desk = await openSipBrowser(relay, "desk", { invited: pickUp });
    await desk.register();
    for (const transport of ["udp", "tcp"] as const) {
      await using phone = await startSipp({
        scenario: "calling_answered",
        transport,
        to: relay[transport][0]!,
        values: { ...BODIES, target: "desk@ropeway.local", from: "phone@elsewhere.example" },
      });
      await desk.reaches("up");
      assert.equal(phone.message("received 200 INVITE").body, describe("desk"));
      desk.bye();
      await phone.done();
    }
  },
});

Deno.test("shards: one WebSocket of SIP is reached from each shard, and its end ends the calls of both", async () => {
  await using relay = await startShards(ACCOUNTS);
  await using alice = await openBrowserAt(relay, 0, { name: "alice" });
  await using bob = await openBrowserAt(relay, 1, { name: "bob" });
  await using desk = await openSipBrowser(relay, "desk", { invited: pickUp });
  assert.equal(await desk.register(), "200");
  for (const browser of [alice, bob]) {
    browser.call("desk", describe(browser.name));
    assert.equal((await browser.gets("ANSWER")).sdp, describe("desk"));
    await desk.reaches("up");
    desk.reinvite(hold("desk"));
    const offer = await browser.gets("OFFER");
    browser.accept(offer, describe(browser.name));
    await browser.gets("OK");
    if (browser === alice) {
      browser.end();
      await desk.reaches("ended");
    }
  }
  await using erin = await openSipBrowser(relay, "erin");
  assert.equal(await erin.register(), "200");
  erin.dial("sip:alice@ropeway.local", describe("erin"));
  const offer = await alice.gets("OFFER");
  alice.accept(offer, describe("alice"));
  await erin.reaches("up");
  erin.leave();
  desk.leave();
  await Promise.all([alice.gets("SHUTDOWN"), bob.gets("SHUTDOWN")]);
  assert.deepEqual(linesOf(relay, "Fault of our own: one input is lost"), []);
});
