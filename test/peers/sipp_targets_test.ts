// Which of a name's targets a call takes: by weight, as long as DNS says, over TLS where that is what works.

import assert from "node:assert/strict";
import { startDnsmasq } from "../dnsmasq.ts";
import { needing } from "../programs.ts";
import { header } from "../scenarios/sip_text.ts";
import { BODIES, wayOf } from "./called.ts";
import { startDns } from "./dns.ts";
import { openBrowser } from "./live_browser.ts";
import { freePort, LOOPBACK } from "./ports.ts";
import { startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";
import { startSipp } from "./sipp.ts";
import { call, Refusing } from "./targets.ts";

Deno.test({
  ...needing("targets of one priority share the calls by their weights", "dnsmasq"),
  async fn() {
    using heavy = new Refusing("486 Busy Here");
    using light = new Refusing("486 Busy Here");
    await using dns = await startDnsmasq([
      "--local=/example/",
      "--naptr-record=ims.example,10,50,s,SIP+D2U,,_sip._udp.ims.example",
      `--srv-host=_sip._udp.ims.example,heavy.ims.example,${heavy.address.port},10,80`,
      `--srv-host=_sip._udp.ims.example,light.ims.example,${light.address.port},10,20`,
      `--host-record=heavy.ims.example,${LOOPBACK}`,
      `--host-record=light.ims.example,${LOOPBACK}`,
    ]);
    await using relay = await startRelay(["--ims", "ims.example", "--dns", dns.address]);
    await using alice = await openBrowser(relay, "alice");
    for (let nth = 0; nth < 120; nth++) {
      alice.call("sip:bob@ims.example", describe("alice"));
      assert.equal((await alice.gets("ERROR")).status, 486);
    }
    // by chance: beyond these bounds once in a hundred thousand runs
    assert.ok(light.invites >= 7 && light.invites <= 48, `${heavy.invites} and ${light.invites}`);
    assert.equal(heavy.invites + light.invites, 120);
  },
});

Deno.test({
  ...needing("DNS is asked again when its answer's time is up, and not before", "dnsmasq"),
  async fn() {
    using busy = new Refusing("486 Busy Here");
    await using dns = await startDnsmasq([
      "--local=/example/",
      "--local-ttl=2",
      "--naptr-record=ims.example,10,50,s,SIP+D2U,,_sip._udp.ims.example",
      `--srv-host=_sip._udp.ims.example,busy.ims.example,${busy.address.port},10`,
      `--host-record=busy.ims.example,${LOOPBACK},2`,
    ]);
    await using relay = await startRelay(["--ims", "ims.example", "--dns", dns.address]);
    await using alice = await openBrowser(relay, "alice");
    const asked = () => dns.questions().filter((question) => question === "NAPTR ims.example").length;
    const start = Date.now();
    const end = start + 10_000;
    while (asked() < 3 && Date.now() < end) {
      alice.call("sip:bob@ims.example", describe("alice"));
      await alice.gets("ERROR");
    }
    const took = Date.now() - start;
    assert.ok(took > 3_500 && took < 7_000, `The third question came after ${took} ms`);
    assert.ok(busy.invites > 20, `${busy.invites} calls`);
  },
});

Deno.test({
  ...needing("the first target refuses the TLS connection: the second one has the call", "sipp", "dnsmasq"),
  async fn() {
    await using stack = new AsyncDisposableStack();
    const { hop, args, sipp } = await wayOf("tls", stack);
    await using phone = await startSipp({ scenario: "called_answer", values: BODIES, ...sipp });
    hop!.phone = phone.address;
    const dead = { host: LOOPBACK, port: freePort() };
    await using dns = await startDns("ims.example", [["tls", dead, hop!.outer]]);
    await using relay = await startRelay(["--ims", "ims.example", "--dns", dns.address, ...args]);
    await using alice = await openBrowser(relay, "alice");
    const waited = await call(alice, phone);
    assert.ok(waited < 3000, `The call took ${waited} ms`);
    assert.match(header(phone.message("received INVITE"), "via"), /^SIP\/2\.0\/TLS /);
    assert.equal(alice.all("ERROR").length, 0);
  },
});
