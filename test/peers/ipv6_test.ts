// Whole calls over IPv6: brackets in Via, Contact, Route and Request-URIs, and none in received (RFC 3261 sections 20.42 and 25.1, RFC 5118).

import assert from "node:assert/strict";
import { DigestPhone } from "../digest_phone.ts";
import { startDnsmasq } from "../dnsmasq.ts";
import { needing } from "../programs.ts";
import { header, headerLines, parameter, type SipText } from "../scenarios/sip_text.ts";
import { BODIES } from "./called.ts";
import {
  callsFrom,
  certificates,
  PHONES,
  placeIn,
  type SipTransport,
  startOnSix,
  waits,
} from "./ipv6_stage.ts";
import { openBrowser } from "./live_browser.ts";
import { openSipBrowser } from "./live_sip_browser.ts";
import { freePort, hasIpv6, LOOPBACK, LOOPBACK6, text } from "./ports.ts";
import { openRawPhone, type RawPhone, rawPhoneTo, rawRequest, rawResponse } from "./raw_phone.ts";
import { startRelay } from "./relay.ts";
import { describe } from "./sdp.ts";
import { startSipp } from "./sipp.ts";

const RECORDS: Readonly<Record<SipTransport, readonly [service: string, name: string]>> = {
  udp: ["SIP+D2U", `_sip._udp.${PHONES}`],
  tcp: ["SIP+D2T", `_sip._tcp.${PHONES}`],
  tls: ["SIPS+D2T", `_sips._tcp.${PHONES}`],
};

const BOTH = ["udp", "tcp"].flatMap((kind) =>
  [LOOPBACK, `[${LOOPBACK6}]`].flatMap((host) => ["--sip", `${kind}:${host}:0`])
);

function test(name: string, programs: readonly string[], fn: () => Promise<void>): void {
  const wanted = needing(`IPv6: ${name}`, ...programs);
  if (hasIpv6()) return Deno.test({ ...wanted, fn });
  Deno.test({ name: `IPv6: ${name} (skipped: there is no ::1)`, ignore: true, fn });
}

/** The next message that is no provisional response. */
async function final(phone: RawPhone): Promise<SipText> {
  for (;;) {
    const message = (await phone.next())!;
    if (!/^1\d\d$/.test(message.start)) return message;
  }
}

/** As desk, at its own address. */
async function registers(phone: RawPhone): Promise<void> {
  const digest = new DigestPhone({ user: "desk", password: "secret", realm: "ropeway.local" });
  const own = "<sip:desk@ropeway.local>";
  const ask = async (cseq: number, authorization?: string) => {
    const headers = {
      From: `${own};tag=r`,
      To: own,
      "Call-ID": "register",
      CSeq: `${cseq} REGISTER`,
      Contact: `<sip:desk@${text(phone.address)}>`,
      Authorization: authorization,
    };
    await phone.send(rawRequest(phone, { method: "REGISTER", uri: "sip:ropeway.local", headers }));
    return await final(phone);
  };
  const challenge = headerLines(await ask(1), "www-authenticate")[1]!;
  assert.equal((await ask(2, digest.answer(challenge).replace(/^\S+ /, ""))).start, "200");
}

/** A caller that was answered acknowledges it and ends the call, at the Contact that it was told. */
async function hangsUp(phone: RawPhone, ok: SipText): Promise<void> {
  const dialog = { From: header(ok, "from"), To: header(ok, "to"), "Call-ID": header(ok, "call-id") };
  const uri = header(ok, "contact").slice(1, -1);
  for (const [number, method] of [[7, "ACK"], [8, "BYE"]] as const) {
    const headers = { ...dialog, CSeq: `${number} ${method}` };
    await phone.send(rawRequest(phone, { method, uri, headers }));
  }
  assert.equal((await final(phone)).start, "200");
}

for (const transport of ["udp", "tcp", "tls"] as const) {
  test(
    `a browser calls a phone over ${transport} by its name, by way of a proxy, and hangs up`,
    ["dnsmasq"],
    async () => {
      await using files = await certificates();
      using waiting = waits(transport, files);
      const own = placeIn(waiting.address, transport);
      const [service, name] = RECORDS[transport];
      await using dns = await startDnsmasq([
        "--local=/example/",
        `--naptr-record=${PHONES},10,50,s,${service},,${name}`,
        `--srv-host=${name},phone.${PHONES},${waiting.address.port},10`,
        `--host-record=phone.${PHONES},${LOOPBACK6}`,
      ]);
      await using relay = await startOnSix(files, ["--ims", PHONES, "--dns", dns.address]);
      assert.ok(relay.http.startsWith(`http://[${LOOPBACK6}]:`), relay.http);
      await using alice = await openBrowser(relay, "alice");
      alice.call(`sip:bob@${PHONES}`, describe("alice"));
      const phone = await waiting.comes();
      const invite = (await phone.next())!;
      const listener = relay[transport][0]!;
      const via = `SIP/2.0/${transport.toUpperCase()} ${text(listener)};`;
      assert.ok(header(invite, "via").startsWith(via), header(invite, "via"));
      assert.equal(header(invite, "contact"), `<sip:alice@${placeIn(listener, transport)}>`);
      const proxy = `<sip:${own};lr>`;
      const ok = rawResponse(invite, "200 OK", describe("phone"), `<sip:bob@[2001:db8::7]:5070>`);
      await phone.send(ok.replace("\r\ncontact:", `\r\nrecord-route: ${proxy}\r\ncontact:`));
      const answer = await alice.gets("ANSWER");
      assert.equal(answer.sdp, describe("phone"));
      alice.hangUp(answer, 2);
      // over TLS the name that the first connection was for says nothing of who is at the address
      const proxied = transport === "tls" ? await waiting.comes() : phone;
      for (const method of ["ACK", "BYE"]) {
        const request = (await proxied.next())!;
        assert.deepEqual([request.start, request.requestUri], [method, "sip:bob@[2001:db8::7]:5070"]);
        assert.equal(header(request, "route"), proxy);
        if (method === "BYE") await proxied.send(rawResponse(request, "200 OK"));
      }
      await alice.gets("OK");
      assert.ok(dns.questions().includes(`AAAA phone.${PHONES}`), dns.questions().join());
    },
  );

  test(`a phone calls a browser over ${transport} and hangs up`, [], async () => {
    await using files = await certificates();
    await using relay = await startOnSix(files);
    await using bob = await openBrowser(relay, "bob", { answer: describe("bob") });
    using phone = await callsFrom({ relay, files, transport });
    const listener = relay[transport][0]!;
    // behind something that knows another address of its own
    const via = `SIP/2.0/${transport.toUpperCase()} [2001:db8::9]:5060;branch=z9hG4bKi;rport`;
    const uri = `sip:bob@${placeIn(listener, transport)}`;
    const invite = rawRequest(phone, {
      method: "INVITE",
      uri,
      body: describe("phone"),
      headers: { Via: via, Contact: `<sip:raw@${placeIn(phone.address, transport)}>` },
    });
    await phone.send(invite);
    const ok = await final(phone);
    assert.equal(ok.start, "200");
    assert.equal(ok.body, describe("bob"));
    assert.equal(header(ok, "contact"), `<${uri}>`);
    assert.equal(parameter(header(ok, "via"), "received"), LOOPBACK6);
    assert.equal(parameter(header(ok, "via"), "rport"), String(phone.address.port));
    await bob.gets("OFFER");
    await hangsUp(phone, ok);
    await bob.gets("SHUTDOWN");
  });
}

for (const transport of ["udp", "tcp"] as const) {
  test(`sipp calls a browser over ${transport}, and is called by it`, ["sipp"], async () => {
    await using called = await startSipp({
      scenario: "called_answer",
      transport,
      at: { host: LOOPBACK6, port: freePort() },
      values: BODIES,
    });
    await using files = await certificates();
    await using relay = await startOnSix(files, ["--ims", `sip:${placeIn(called.address, transport)}`]);
    await using bob = await openBrowser(relay, "bob", { answer: describe("bob") });
    await using calling = await startSipp({
      scenario: "calling_hangup",
      transport,
      at: { host: LOOPBACK6, port: freePort() },
      to: relay[transport][0]!,
      values: { ...BODIES, target: "bob@ropeway.local", from: "phone@elsewhere.example" },
    });
    await bob.gets("OFFER");
    await bob.gets("SHUTDOWN");
    await calling.done();
    bob.call("sip:phone@elsewhere.example", describe("bob"));
    const answer = await bob.gets("ANSWER");
    await called.sees("received ACK");
    bob.hangUp(answer, 2);
    await bob.gets("OK");
    await called.done();
  });
}

test("a browser that speaks SIP is called and calls", [], async () => {
  await using relay = await startRelay([...BOTH, "--http", `[${LOOPBACK6}]:0`, "--user", "desk:secret"]);
  await using alice = await openBrowser(relay, "alice", { answer: describe("alice") });
  await using desk = await openSipBrowser(relay, "desk", {
    invited: (phone) => phone.answer(describe("desk")),
  });
  assert.equal(await desk.register(), "200");
  alice.call("desk", describe("alice"));
  assert.equal((await alice.gets("ANSWER")).sdp, describe("desk"));
  await desk.reaches("up");
  alice.end();
  await desk.reaches("ended");
  desk.dial("sip:alice@ropeway.local", describe("desk"));
  await desk.reaches("up");
  const contact = `<sip:alice@${relay.http.slice("http://".length)};transport=ws>`;
  assert.equal(header(desk.last("200"), "contact"), contact);
  desk.bye();
  await alice.gets("SHUTDOWN");
});

for (const from of [LOOPBACK, LOOPBACK6]) {
  const to = from === LOOPBACK ? LOOPBACK6 : LOOPBACK;

  test(
    `a phone at ${from} calls one at ${to}, and each is told an address that it can reach`,
    [],
    async () => {
      await using relay = await startRelay([...BOTH, "--user", "desk:secret"]);
      const at = (host: string) => relay.udp.find((listener) => listener.host === host)!;
      using desk = await openRawPhone(relay, "udp", relay.udp.indexOf(at(to)));
      await registers(desk);
      using caller = await openRawPhone(relay, "udp", relay.udp.indexOf(at(from)));
      const invite = { method: "INVITE", uri: "sip:desk@ropeway.local", body: describe("caller") };
      await caller.send(rawRequest(caller, invite));
      const arrived = (await desk.next())!;
      assert.ok(header(arrived, "via").startsWith(`SIP/2.0/UDP ${text(at(to))};`), header(arrived, "via"));
      assert.match(header(arrived, "contact"), new RegExp(`[<@]${RegExp.escape(text(at(to)))}>$`));
      await desk.send(rawResponse(arrived, "200 OK", describe("desk"), `<sip:desk@${text(desk.address)}>`));
      const ok = await final(caller);
      assert.equal(ok.start, "200");
      assert.match(header(ok, "contact"), new RegExp(`[<@]${RegExp.escape(text(at(from)))}>$`));
      const ended = hangsUp(caller, ok);
      for (const method of ["ACK", "BYE"]) {
        const request = (await desk.next())!;
        assert.deepEqual([request.start, request.requestUri], [method, `sip:desk@${text(desk.address)}`]);
        if (method === "BYE") await desk.send(rawResponse(request, "200 OK"));
      }
      await ended;
    },
  );
}

for (const transport of ["udp", "tcp"] as const) {
  test(
    `a relay on every address tells a phone over ${transport} one of the phone's IP version`,
    [],
    async () => {
      await using relay = await startRelay(["--sip", "udp:[::]:0", "--sip", "tcp:[::]:0"]);
      const { port } = relay[transport][0]!;
      for (const host of [LOOPBACK, LOOPBACK6]) {
        await using bob = await openBrowser(relay, "bob", { answer: describe("bob") });
        using phone = await rawPhoneTo({ host, port }, transport);
        const invite = { method: "INVITE", uri: "sip:bob@ropeway.local", body: describe("phone") };
        await phone.send(rawRequest(phone, invite));
        const ok = await final(phone);
        const [, reached = ""] = /@(\[.*\]|[\d.]+):\d+/.exec(header(ok, "contact")) ?? [];
        assert.equal(reached.startsWith("["), host === LOOPBACK6, header(ok, "contact"));
        await bob.gets("OFFER");
        await hangsUp(phone, ok);
        await bob.gets("SHUTDOWN");
      }
    },
  );
}
