// Who may call as whom: a name of the domain has to be proved, and nothing that a message says of itself proves it.

import assert from "node:assert/strict";
import { DigestPhone } from "../digest_phone.ts";
import { offerSdp } from "../scenarios/stage.ts";
import { domain, type From, request, Target, value } from "./target.ts";

const phoneAt: From = { host: "10.0.0.2", port: 5070 };
const ims = "sip:10.0.0.7:5060";

/** A relay at which bob's phone has registered. */
function registered(): Target {
  const target = new Target({ accounts: new Map([["bob", "secret"]]), ims });
  const phone = new DigestPhone({ user: "bob", password: "secret", realm: domain });
  const contact = "Contact: <sip:bob@10.0.0.2:5070>";
  target.sip(phone.request({ lines: [contact] }), phoneAt);
  const challenge = value(target.sent.at(-1)!.text, "WWW-Authenticate");
  target.sip(
    phone.request({ cseq: 2, lines: [contact, phone.answer(`WWW-Authenticate: ${challenge}`)] }),
    phoneAt,
  );
  assert.equal(target.starts().at(-1), "200");
  return target;
}

function callOut(target: Target, { from = `<sip:bob@${domain}>;tag=x`, via, at }: {
  from?: string;
  via: string;
  at: From;
}): string[] {
  const uri = "sip:+49123@expensive.example";
  target.sip(
    request({ uri, from, via: `${via};branch=z9hG4bK${Math.trunc(target.now)}`, body: offerSdp }),
    at,
  );
  return target.starts();
}

Deno.test("a registered phone calls out from where it registered, without another challenge", () => {
  const starts = callOut(registered(), { via: "SIP/2.0/UDP 10.0.0.2:5070", at: phoneAt });
  assert.deepEqual(starts, ["INVITE"]);
});

Deno.test("a Via that names a phone's address does not make its sender that phone", () => {
  const forgeries: [via: string, at: From][] = [
    ["SIP/2.0/UDP 10.0.0.66;maddr=10.0.0.2:5070", { host: "10.0.0.66", port: 6666 }],
    ["SIP/2.0/UDP 10.0.0.66:5070;maddr=10.0.0.2", { host: "10.0.0.66", port: 6666 }],
    ["SIP/2.0/UDP 10.0.0.2:5070;received=10.0.0.2", { host: "10.0.0.66", port: 6666 }],
    ["SIP/2.0/UDP 10.0.0.2:5070", { host: "10.0.0.66", port: 5070 }],
    // behind the phone's own NAT, or on its machine
    ["SIP/2.0/UDP 10.0.0.2:5070", { host: "10.0.0.2", port: 6666 }],
    ["SIP/2.0/TCP 10.0.0.2:5070", { transport: "tcp", host: "10.0.0.2", port: 5070, flow: 9 }],
  ];
  for (const [via, at] of forgeries) {
    const target = registered();
    const starts = callOut(target, { via, at });
    assert.ok(!starts.includes("INVITE"), `${via} from ${at.host}:${at.port} called out`);
    assert.ok(starts[0] === "401" || starts[0] === "400", `${via}: ${starts}`);
  }
});

Deno.test("responses go to the host that a request came from, whatever its Via asks for", () => {
  const target = new Target();
  for (const extra of [";maddr=203.0.113.9", ";received=203.0.113.9", ""]) {
    target.sip(
      request({ via: `SIP/2.0/UDP 203.0.113.9:99${extra};branch=z9hG4bKr${extra.length}`, body: offerSdp }),
    );
  }
  assert.equal(target.sent.length, 3);
  for (const { hop } of target.sent) assert.equal(hop.host, "10.0.0.9");
});

Deno.test("nobody from outside calls as a user of the domain, logged in or not, in whatever spelling", () => {
  const spellings = [
    `<sip:alice@${domain}>`,
    `<sip:carol@${domain}>`,
    `<sip:%61lice@${domain}>`,
    `<sip:alice@${domain.toUpperCase()}>`,
    `<sip:alice@${domain}:9999>`,
    `<sips:alice@${domain}>`,
    `"Carol" <sip:carol@${domain};user=phone>`,
    `<sip:${domain}>`,
    `<sip:alice@10.0.0.1:5060>`,
  ];
  const target = new Target();
  target.open("alice");
  const feed = target.open("dave");
  for (const from of spellings) {
    target.sip(request({ uri: `sip:dave@${domain}`, from: `${from};tag=1`, body: offerSdp }));
    assert.deepEqual(target.starts(), ["403"], from);
  }
  assert.equal(target.told.filter((told) => told.feed === feed).length, 0);
});

Deno.test("a stranger may call users of the domain, and nobody else through it", () => {
  const target = registered();
  target.open("alice");
  target.sip(request({ body: offerSdp }));
  assert.deepEqual(target.starts(), ["180"]);
  target.sip(request({ uri: "sip:+49123@expensive.example", body: offerSdp }));
  assert.deepEqual(target.starts(), ["403"]);
});
