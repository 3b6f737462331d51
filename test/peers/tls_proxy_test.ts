// Calls over TLS between the relay and a proxy of another make, each of which checks the other's certificate.

import assert from "node:assert/strict";
import { CertificateFiles } from "../certificate_files.ts";
import { startDnsmasq } from "../dnsmasq.ts";
import { needing } from "../programs.ts";
import { header, headerLines } from "../scenarios/sip_text.ts";
import { BODIES } from "./called.ts";
import { openBrowser } from "./live_browser.ts";
import { LOOPBACK } from "./ports.ts";
import { startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";
import { startSipp } from "./sipp.ts";
import { startTlsProxy } from "./tls_proxy.ts";

const PROGRAMS = ["sipp", "kamailio", "kamailio-tls"];
const TLS = ["--sip", `udp:${LOOPBACK}:0`, "--sip", `tls:${LOOPBACK}:0`];

Deno.test({
  ...needing(
    "a browser calls a phone through a TLS proxy, found by name, and certificates change in the call",
    ...PROGRAMS,
    "dnsmasq",
  ),
  fn: async () => {
    await using files = await CertificateFiles.make({ names: [LOOPBACK] });
    await using phone = await startSipp({ scenario: "called_answer", values: BODIES });
    await using proxy = await startTlsProxy({
      phone: phone.address,
      names: ["ims.example", LOOPBACK],
      authority: files,
    });
    const { port } = proxy.tls;
    await using dns = await startDnsmasq(["--local=/example/", `--host-record=ims.example,${LOOPBACK}`]);
    await using relay = await startRelay(
      [...TLS, ...files.args, "--ims", `sip:ims.example:${port};transport=tls`, "--dns", dns.address],
    );
    await using alice = await openBrowser(relay, "alice", { dialect: "roap.ims" });
    alice.call("sip:bob@ims.example", describe("alice"));
    const answer = await alice.gets("ANSWER");
    assert.equal(answer.sdp, describe("phone"));
    await phone.sees("received ACK");

    files.write({ names: ["elsewhere.example"] });
    Deno.kill(relay.pid, "SIGHUP");
    await relay.says(/read anew/);
    alice.hangUp(answer, 2);
    await alice.gets("OK");
    await phone.done();

    const invite = phone.message("received INVITE");
    assert.match(headerLines(invite, "via")[1] ?? "", /^SIP\/2\.0\/TLS 127/);
    assert.match(header(invite, "contact"), /^<sip:alice@127\.0\.0\.1:\d+;transport=tls>$/);
    assert.equal(relay.errors.filter((line) => /TLS connection failed/.test(line)).length, 0);
  },
});

Deno.test({
  ...needing("a phone calls a browser through a TLS proxy and hangs up", ...PROGRAMS),
  fn: async () => {
    await using files = await CertificateFiles.make({ names: [LOOPBACK] });
    await using relay = await startRelay([...TLS, ...files.args]);
    await using proxy = await startTlsProxy({
      relay: relay.tls[0]!,
      names: [LOOPBACK],
      authority: files,
    });
    await using bob = await openBrowser(relay, "bob", { dialect: "roap.ims" });
    await using phone = await startSipp({
      scenario: "calling_hangup",
      to: proxy.udp,
      values: { ...BODIES, target: "bob@ropeway.local", from: "phone@elsewhere.example" },
    });
    const offer = await bob.gets("OFFER");
    bob.accept(offer, describe("bob"));
    await bob.gets("OK");
    await bob.gets("SHUTDOWN");
    await phone.done();
    const ok = phone.message("received 200 INVITE");
    assert.equal(ok.body, describe("bob"));
    assert.equal(
      header(ok, "contact"),
      `<sip:bob@${LOOPBACK}:${relay.tls[0]!.port};transport=tls>`,
    );
  },
});

Deno.test({
  ...needing(
    "a proxy whose certificate is for another name gets no call, and the log says why",
    ...PROGRAMS,
    "dnsmasq",
  ),
  fn: async () => {
    await using files = await CertificateFiles.make({ names: [LOOPBACK] });
    await using proxy = await startTlsProxy({ names: ["other.example"], authority: files });
    const { port } = proxy.tls;
    await using dns = await startDnsmasq(["--local=/example/", `--host-record=ims.example,${LOOPBACK}`]);
    await using relay = await startRelay(
      [...TLS, ...files.args, "--ims", `sip:ims.example:${port};transport=tls`, "--dns", dns.address],
    );
    await using alice = await openBrowser(relay, "alice", { dialect: "roap.ims" });
    alice.call("sip:bob@ims.example", describe("alice"));
    const error = await alice.gets("ERROR");
    assert.equal(error.status, 503);
    await relay.says(/TLS connection failed/);
    const line = relay.errors.find((each) => each.includes("TLS connection failed"))!;
    const { peer, domain, cause } = JSON.parse(line);
    assert.deepEqual([peer, domain], [`${LOOPBACK}:${port}`, "ims.example"]);
    assert.match(cause, /not valid for name/);
  },
});
