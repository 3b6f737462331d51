import assert from "node:assert/strict";
import { Addresses } from "./addresses.ts";

const udp = { transport: "udp", host: "192.0.2.1", port: 5060 } as const;
const tls = { transport: "tls", host: "192.0.2.1", port: 5061 } as const;
const addresses = new Addresses({ domain: "relay.example", listeners: [udp, tls] });
const both = new Addresses({
  domain: "relay.example",
  listeners: [
    udp,
    tls,
    { transport: "udp", host: "2001:db8::1", port: 5062 },
    { transport: "tcp", host: "2001:db8::1", port: 5064 },
    { transport: "ws", host: "2001:db8::1", port: 8080 },
  ],
});
const udpPeer = { transport: "udp", host: "192.0.2.7", port: 5060, flow: 0 } as const;
const tlsPeer = { transport: "tls", host: "192.0.2.7", port: 5061, flow: 0 } as const;
const withoutTls = new Addresses({ domain: "relay.example", listeners: [udp] });

Deno.test("Addresses.destination takes sips and transport=tls over TLS, at port 5061 where none is given", () => {
  const hop = { transport: "tls", host: "192.0.2.7", port: 5061, flow: 0 };
  for (
    const uri of ["sips:bob@192.0.2.7", "sips:bob@192.0.2.7;transport=tcp", "sip:bob@192.0.2.7;transport=tls"]
  ) {
    assert.deepEqual(addresses.destination(uri), { type: "hop", hop }, uri);
  }
  assert.deepEqual(addresses.destination("sips:bob@192.0.2.7:7000"), {
    type: "hop",
    hop: { ...hop, port: 7000 },
  });
  const target = { host: "ims.example", port: 0, transport: "tls", secure: true };
  assert.deepEqual(addresses.destination("sips:ims.example"), { type: "name", target });
  assert.deepEqual(addresses.destination("sip:ims.example;transport=tls"), {
    type: "name",
    target: { ...target, secure: false },
  });
  assert.deepEqual(addresses.destination("sip:ims.example"), {
    type: "name",
    target: { host: "ims.example", port: 0, transport: undefined, secure: false },
  });
});

Deno.test("Addresses.destination never takes a sips target over anything else", () => {
  assert.deepEqual(addresses.destination("sips:bob@192.0.2.7;transport=udp"), { type: "none", status: 503 });
  assert.deepEqual(withoutTls.destination("sips:bob@192.0.2.7"), { type: "none", status: 416 });
  assert.deepEqual(withoutTls.destination("sip:bob@192.0.2.7;transport=tls"), { type: "none", status: 503 });
});

Deno.test("Addresses knows itself by a sips URI too", () => {
  for (
    const [uri, host, port] of [
      ["sips:bob@relay.example", "relay.example", 5061],
      ["sips:bob@relay.example:5061", "relay.example", 5061],
      ["sips:bob@192.0.2.1", "192.0.2.1", 5061],
      ["sip:bob@192.0.2.1;transport=tls", "192.0.2.1", 5061],
    ] as const
  ) {
    const hop = { transport: "loop", host, port, flow: 0 };
    assert.deepEqual(addresses.destination(uri), { type: "hop", hop }, uri);
  }
});

Deno.test("Addresses writes Via and Contact for TLS", () => {
  const loop = { transport: "loop", host: "192.0.2.1" } as const;
  assert.equal(addresses.via(tlsPeer, "z9hG4bK1"), "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1;rport");
  assert.equal(addresses.contact("bob", tlsPeer), "<sip:bob@192.0.2.1:5061;transport=tls>");
  // RFC 5630 section 3.1: sips says TLS already.
  assert.equal(addresses.contact("bob", tlsPeer, true), "<sips:bob@192.0.2.1:5061>");
  assert.equal(addresses.contact("", loop, true), "<sips:192.0.2.1:5061>");
  assert.equal(addresses.contact("bob", udpPeer), "<sip:bob@192.0.2.1:5060>");
});

Deno.test("Addresses writes what a peer's IP version can reach, in brackets where that is 6", () => {
  const udp6 = { ...udpPeer, host: "2001:db8::7" };
  const tcp6 = { ...udp6, transport: "tcp" } as const;
  assert.equal(both.via(udpPeer, "z9hG4bK1"), "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport");
  assert.equal(both.via(udp6, "z9hG4bK1"), "SIP/2.0/UDP [2001:db8::1]:5062;branch=z9hG4bK1;rport");
  assert.equal(both.via(tcp6, "z9hG4bK1"), "SIP/2.0/TCP [2001:db8::1]:5064;branch=z9hG4bK1;rport");
  assert.equal(both.contact("bob", udpPeer), "<sip:bob@192.0.2.1:5060>");
  assert.equal(both.contact("bob", udp6), "<sip:bob@[2001:db8::1]:5062>");
  assert.equal(both.contact("bob", tcp6), "<sip:bob@[2001:db8::1]:5064;transport=tcp>");
  assert.equal(both.contact("", tcp6), "<sip:[2001:db8::1]:5064;transport=tcp>");
  // what there is in the other version alone is better than nothing
  assert.equal(both.contact("bob", tlsPeer, true), "<sips:bob@192.0.2.1:5061>");
  assert.equal(both.contact("bob", udp6, true), "<sips:bob@192.0.2.1:5061>");
  assert.equal(
    both.contact("bob", { ...udpPeer, transport: "tcp" }),
    "<sip:bob@[2001:db8::1]:5064;transport=tcp>",
  );
});

Deno.test("Addresses knows itself by every form of its IPv6 address", () => {
  for (const host of ["2001:db8::1", "2001:DB8:0:0::1", "2001:0db8:0000:0000:0000:0000:0000:0001"]) {
    assert.equal(both.isOwn(host, 5062), true, host);
    assert.equal(both.isOwn(host, 5063), false, host);
    assert.equal(both.destination(`sip:bob@[${host}]:5062`).type, "hop", host);
  }
  assert.equal(both.isOwn("2001:db8::2", 5062), false);
});

Deno.test("Addresses lets no way in of browsers stand in for one of phones", () => {
  const listeners = [{ ...udp, host: "::1" }, { transport: "ws", host: "127.0.0.1", port: 8080 } as const];
  const mixed = new Addresses({ domain: "relay.example", listeners });
  assert.equal(mixed.contact("bob", { ...udpPeer, transport: "tcp" }), "<sip:bob@[::1]:5060>");
});
