import assert from "node:assert/strict";
import { type Network, peerList, readNetwork } from "./peer_list.ts";

function listOf(...texts: string[]) {
  return peerList(texts.map((text) => readNetwork(text) as Network));
}

Deno.test("readNetwork reads networks and addresses", () => {
  assert.deepEqual(readNetwork("10.0.0.0/8"), { address: "10.0.0.0", bits: 8 });
  assert.deepEqual(readNetwork("192.0.2.1"), { address: "192.0.2.1", bits: 32 });
  assert.deepEqual(readNetwork("2001:db8::/32"), { address: "2001:db8::", bits: 32 });
  assert.deepEqual(readNetwork("[::1]"), { address: "::1", bits: 128 });
  assert.equal(readNetwork("10.0.0.0/33"), "has more than 32 bits");
  for (const text of ["", "10.0", "10.0.0.0/", "10.0.0.0/-1", "a/8", "10.0.0.0/8/8", "127.0.0.1x"]) {
    assert.equal(readNetwork(text), "is not ADDRESS/BITS", text);
  }
});

Deno.test("peerList goes by bits, not by text", () => {
  const has = listOf("10.1.0.0/15", "192.0.2.1", "2001:db8::/33");
  for (const host of ["10.0.0.1", "10.1.255.255", "192.0.2.1", "2001:db8:0::1", "::ffff:192.0.2.1"]) {
    assert.ok(has(host), host);
    assert.ok(has(host), `${host} again`);
  }
  for (const host of ["10.2.0.0", "10.10.0.1", "192.0.2.10", "192.0.2.11", "2001:db8:8000::1", "", "name"]) {
    assert.ok(!has(host), host);
  }
  assert.ok(!listOf()("127.0.0.1"));
  assert.ok(listOf("::ffff:10.0.0.0/104")("10.9.9.9"));
});

Deno.test("peerList remembers no more than it may", () => {
  const has = listOf("10.0.0.0/8");
  for (let at = 0; at < 10_000; at++) assert.equal(has(`11.0.${at >> 8}.${at & 255}`), false);
  assert.ok(has("10.0.0.1"));
});
