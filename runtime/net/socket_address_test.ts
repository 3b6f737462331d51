import assert from "node:assert/strict";
import fc from "fast-check";
import { readAddress, writeAddress } from "./socket_address.ts";

Deno.test("writeAddress and readAddress are each other's way back", () => {
  for (const host of ["127.0.0.1", "0.0.0.0", "255.1.2.3", "::1", "::", "2001:db8::a:0:1", "fe80::1:2:3:4"]) {
    assert.deepEqual(readAddress(writeAddress({ host, port: 5060 })), { host, port: 5060 });
  }
  fc.assert(fc.property(fc.ipV6(), fc.integer({ min: 0, max: 65_535 }), (host, port) => {
    const read = readAddress(writeAddress({ host, port }));
    assert.equal(read.port, port);
    assert.deepEqual(readAddress(writeAddress(read)), read);
  }));
});

Deno.test("readAddress shows an IPv4 address in IPv6's clothes as what it is", () => {
  assert.deepEqual(readAddress(writeAddress({ host: "::ffff:192.0.2.7", port: 1 })), {
    host: "192.0.2.7",
    port: 1,
  });
});

Deno.test("writeAddress lays an address out as the C library has it", () => {
  assert.deepEqual([...writeAddress({ host: "192.0.2.1", port: 0x1234 })], [
    2,
    0,
    0x12,
    0x34,
    192,
    0,
    2,
    1,
    ...new Array(8).fill(0),
  ]);
  const bytes = writeAddress({ host: "2001:db8::1", port: 80 });
  assert.deepEqual([...bytes.subarray(0, 12)], [10, 0, 0, 80, 0, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8]);
  assert.equal(bytes.length, 28);
  assert.equal(bytes[23], 1);
});

Deno.test("writeAddress takes no names", () => {
  assert.throws(() => writeAddress({ host: "localhost", port: 1 }), TypeError);
});
