import assert from "node:assert/strict";
import { Addresses } from "./addresses.ts";

const udp = { transport: "udp", host: "192.0.2.1", port: 5060 } as const;
const tls = { transport: "tls", host: "192.0.2.1", port: 5061 } as const;
const addresses = new Addresses({ domain: "relay.example", listeners: [udp, tls] });
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
  const hop = { transport: "tls", host: "192.0.2.7", port: 5061, flow: 0 } as const;
  assert.equal(addresses.via(hop, "z9hG4bK1"), "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1;rport");
  assert.equal(addresses.contact("bob", "tls"), "<sip:bob@192.0.2.1:5061;transport=tls>");
  // RFC 5630 section 3.1: sips says TLS already.
  assert.equal(addresses.contact("bob", "tls", true), "<sips:bob@192.0.2.1:5061>");
  assert.equal(addresses.contact("", "loop", true), "<sips:192.0.2.1:5061>");
  assert.equal(addresses.contact("bob", "udp"), "<sip:bob@192.0.2.1:5060>");
});
