// A sips target is reached over TLS from end to end, or not at all (RFC 3261 section 26.2.2, RFC 5630).

import assert from "node:assert/strict";
import { request, response, Target, value } from "../properties/target.ts";

const domain = value(request(), "To").replace(/^<sip:alice@|>$/g, "");
const sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\n";
const overTls = { transport: "tls", host: "10.0.0.9", port: 40_000, flow: 7 } as const;
const via = "SIP/2.0/TLS 10.0.0.9:5061;branch=z9hG4bK";

function offer(to: string) {
  return { messageType: "OFFER", offererSessionId: "a", seq: 1, tieBreaker: 1, sdp, to };
}

function invite(uri: string, branch: string): string {
  return request({ uri, via: via + branch, contact: "<sips:mallory@10.0.0.9:40000>", body: sdp });
}

Deno.test("a sips INVITE rings a browser that came over TLS, and the dialog stays with sips", () => {
  const target = new Target({ hasTls: true });
  const browser = target.open("alice", "roap.ims", true);
  target.sip(invite(`sips:alice@${domain}`, "1"), overTls);
  assert.deepEqual(target.starts(), ["180"]);
  const [called] = target.told;
  assert.equal(called?.feed, browser);
  const { offererSessionId } = JSON.parse(called.text);
  const answer = { messageType: "ANSWER", offererSessionId, answererSessionId: "b", seq: 1, sdp };
  target.roap(browser, answer);
  const [ok] = target.sent.splice(0);
  assert.match(ok!.text, /^SIP\/2\.0 200 /);
  assert.equal(ok!.hop.transport, "tls");
  assert.equal(ok!.hop.flow, 7);
  assert.match(value(ok!.text, "Contact"), /^<sips:alice@[\d.]+:5061>$/);
  const ack = { method: "ACK", via: `${via}3`, from: value(ok!.text, "From"), to: value(ok!.text, "To") };
  target.sip(request({ ...ack, callId: value(ok!.text, "Call-ID") }), overTls);
  target.roap(browser, { messageType: "SHUTDOWN", offererSessionId, answererSessionId: "b", seq: 2 });
  const bye = target.sent.find(({ text }) => text.startsWith("BYE"))!;
  assert.match(bye.text, /^BYE sips:mallory@10\.0\.0\.9:40000 /);
  assert.match(value(bye.text, "Via"), /^SIP\/2\.0\/TLS [\d.]+:5061;/);
  assert.deepEqual([bye.hop.transport, bye.hop.host, bye.hop.port], ["tls", "10.0.0.9", 40_000]);
});

Deno.test("a sips INVITE does not ring a browser that came without TLS: 480", () => {
  const target = new Target({ hasTls: true });
  target.open("alice");
  target.sip(invite(`sips:alice@${domain}`, "2"), overTls);
  assert.deepEqual(target.starts(), ["480"]);
  assert.equal(target.told.length, 0);
});

Deno.test("a sips INVITE that came without TLS is refused, wherever it leads: 416", () => {
  const target = new Target({ hasTls: true });
  target.open("alice", "roap.ims", true);
  for (const transport of ["udp", "tcp", "ws"] as const) {
    target.sip(request({ uri: `sips:alice@${domain}`, body: sdp }), { transport, flow: 1 });
    assert.deepEqual(target.starts(), ["416"], transport);
  }
  assert.equal(target.told.length, 0);
});

Deno.test("a browser without TLS cannot call a sips target, one with TLS reaches another such", () => {
  const target = new Target({ hasTls: true });
  const plain = target.open("alice");
  const secure = target.open("carol", "roap.ims", true);
  const bob = target.open("bob", "roap.ims", true);
  target.roap(plain, offer(`sips:bob@${domain}`));
  assert.equal(JSON.parse(target.told.pop()!.text).status, 416);
  target.roap(secure, offer(`sips:bob@${domain}`));
  const rung = target.told.find(({ feed }) => feed === bob);
  assert.equal(JSON.parse(rung!.text).messageType, "OFFER");
  const looped = target.sent.find(({ text }) => text.startsWith("INVITE"))!;
  assert.match(looped.text, /^INVITE sips:bob@/);
  assert.match(value(looped.text, "Contact"), /^<sips:carol@/);
});

Deno.test("a sips target goes to the IMS over TLS alone", () => {
  const secure = new Target({ hasTls: true, ims: "sips:10.0.0.5" });
  const carol = secure.open("carol", "roap.ims", true);
  secure.roap(carol, offer("sips:bob@ims.example"));
  const [sent] = secure.sent.splice(0);
  assert.deepEqual(sent!.hop, { transport: "tls", host: "10.0.0.5", port: 5061, flow: 0 });
  assert.match(value(sent!.text, "Contact"), /^<sips:carol@[\d.]+:5061>$/);
  secure.sip(response(sent!.text, "180 Ringing", { tag: "t", contact: "<sips:bob@10.0.0.6>" }), {
    transport: "tls",
    host: "10.0.0.5",
    port: 5061,
    flow: 3,
  });
  assert.equal(JSON.parse(secure.told.pop()!.text).messageType, "RINGING");

  const plain = new Target({ hasTls: true, ims: "10.0.0.5" });
  plain.roap(plain.open("carol", "roap.ims", true), offer("sips:bob@ims.example"));
  assert.equal(JSON.parse(plain.told.pop()!.text).status, 416);
});

Deno.test("a call over TLS that is no sips call says transport=tls", () => {
  const target = new Target({ hasTls: true, ims: "sip:10.0.0.5;transport=tls" });
  target.roap(target.open("alice"), offer("sip:bob@ims.example"));
  const [sent] = target.sent.splice(0);
  assert.deepEqual(sent!.hop, { transport: "tls", host: "10.0.0.5", port: 5061, flow: 0 });
  assert.match(value(sent!.text, "Contact"), /^<sip:alice@[\d.]+:5061;transport=tls>$/);
});
