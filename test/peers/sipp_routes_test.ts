// Calls that take a way: proxies on it, names of other kinds, numbers.

import assert from "node:assert/strict";
import { startDnsmasq } from "../dnsmasq.ts";
import { needing } from "../programs.ts";
import { headerLines } from "../scenarios/sip_text.ts";
import { BODIES, called } from "./called.ts";
import { calling } from "./calling.ts";
import { openBrowser } from "./live_browser.ts";
import { text } from "./ports.ts";
import { startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";
import { type Sipp, startSipp } from "./sipp.ts";

Deno.test({
  ...needing(
    "requests inside a call to a phone behind proxies take the way that they recorded",
    "sipp",
    "dnsmasq",
  ),
  fn: () =>
    called({ scenario: "called_behind_proxy" }, async ({ alice, phone }) => {
      alice.call("sip:bob@ims.example", describe("alice"));
      const answer = await alice.gets("ANSWER");
      await phone.sees("received ACK");
      alice.hangUp(answer, 2);
      await alice.gets("OK");
      await phone.done();
      for (const method of ["ACK", "BYE"]) {
        const request = phone.message(`received ${method}`);
        // RFC 3261 section 12.1.2: the calling end turns the order round.
        assert.equal(routesOf(request), `<sip:${text(phone.address)};lr>,<sip:far.example;lr>`);
        assert.equal(request.requestUri, "sip:phone@behind.example;x=y");
      }
    }),
});

Deno.test({
  ...needing("requests inside a call from a phone behind proxies take the way that they recorded", "sipp"),
  fn: () =>
    calling({ scenario: "calling_behind_proxy", answer: describe("bob") }, async ({ bob, phone }) => {
      await bob.gets("OFFER");
      bob.hangUp(await bob.gets("OK"), 2);
      await bob.gets("OK");
      await phone.done();
      const way = `<sip:${text(phone.address)};lr>,<sip:far.example;lr>`;
      const recorded = headerLines(phone.message("received 200 INVITE"), "record-route").join(",");
      assert.equal(recorded.replaceAll(/,\s+/g, ","), way);
      const bye = phone.message("received BYE");
      assert.equal(routesOf(bye), way);
      assert.equal(bye.requestUri, "sip:phone@behind.example;x=y");
    }),
});

Deno.test({
  ...needing("a number is called at the IMS", "sipp", "dnsmasq"),
  fn: () =>
    called({ scenario: "called_hangup" }, async ({ alice, phone }) => {
      alice.call("tel:+1-555-0100;phone-context=x", describe("alice"));
      await alice.gets("SHUTDOWN");
      await phone.done();
      assert.equal(phone.message("received INVITE").requestUri, "tel:+1-555-0100;phone-context=x");
    }),
});

for (const transport of ["udp", "tcp"] as const) {
  Deno.test({
    ...needing(`the IMS as an address with ${transport}: no name is asked for`, "sipp"),
    async fn() {
      await using phone = await startSipp({ scenario: "called_hangup", transport, values: BODIES });
      await using relay = await startRelay(["--ims", `sip:${text(phone.address)};transport=${transport}`]);
      await isCalled(relay, phone);
    },
  });

  Deno.test({
    ...needing(`the IMS as a name with SRV for ${transport} and no NAPTR`, "sipp", "dnsmasq"),
    async fn() {
      await using phone = await startSipp({ scenario: "called_hangup", transport, values: BODIES });
      await using dns = await startDnsmasq([
        "--local=/example/",
        `--srv-host=_sip._${transport}.ims.example,a.ims.example,${phone.address.port}`,
        "--host-record=a.ims.example,127.0.0.1",
      ]);
      await using relay = await startRelay(["--ims", "ims.example", "--dns", dns.address]);
      await isCalled(relay, phone);
      assert.ok(dns.questions().includes("NAPTR ims.example"));
    },
  });
}

Deno.test({
  ...needing("the IMS as a name with a port: only its address is asked for", "sipp", "dnsmasq"),
  async fn() {
    await using phone = await startSipp({ scenario: "called_hangup", values: BODIES });
    await using dns = await startDnsmasq(["--local=/example/", "--host-record=ims.example,127.0.0.1"]);
    await using relay = await startRelay([
      "--ims",
      `sip:ims.example:${phone.address.port}`,
      "--dns",
      dns.address,
    ]);
    await isCalled(relay, phone);
    assert.ok(dns.questions().every((question) => /^A/.test(question)), `${dns.questions()}`);
  },
});

Deno.test({
  ...needing("descriptions of 40 kB pass whole, over TCP both ways", "sipp", "dnsmasq"),
  async fn() {
    const long = (name: string) => `${describe(name)}\r\n${"a=x-filling:\t0123456789 ☎\n".repeat(1500)}`;
    await called(
      { scenario: "called_hangup", transport: "tcp", values: { sdp: long("phone") } },
      async ({ alice, phone }) => {
        alice.call("sip:bob@ims.example", long("alice"));
        assert.equal((await alice.gets("ANSWER")).sdp, long("phone"));
        await alice.gets("SHUTDOWN");
        await phone.done();
        assert.equal(phone.message("received INVITE").body, long("alice"));
      },
    );
  },
});

Deno.test({
  ...needing("BYE crosses BYE: both are answered", "sipp", "dnsmasq"),
  fn: () =>
    called({ scenario: "called_crossing_bye" }, async ({ alice, phone }) => {
      alice.call("sip:bob@ims.example", describe("alice"));
      const answer = await alice.gets("ANSWER");
      await phone.sees("received ACK");
      alice.hangUp(answer, 2);
      await alice.gets("OK");
      await phone.done();
      assert.equal(alice.all("SHUTDOWN").length, 0);
    }),
});

async function isCalled(relay: Parameters<typeof openBrowser>[0], phone: Sipp): Promise<void> {
  await using alice = await openBrowser(relay, "alice");
  alice.call("sip:bob@elsewhere.example", describe("alice"));
  await alice.gets("ANSWER");
  await alice.gets("SHUTDOWN");
  await phone.done();
  assert.equal(phone.message("received INVITE").requestUri, "sip:bob@elsewhere.example");
}

function routesOf(request: Parameters<typeof headerLines>[0]): string {
  return headerLines(request, "route").join(",").replaceAll(/,\s+/g, ",");
}
