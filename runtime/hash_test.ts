import assert from "node:assert/strict";
import { aes128, hash } from "./hash.ts";

const bytesOf = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

Deno.test("hash gives the digests of RFC 1321 and FIPS 180", () => {
  assert.equal(hash("MD5", "abc"), "900150983cd24fb0d6963f7d28e17f72");
  assert.equal(hash("SHA-256", "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(
    hash("SHA-512-256", "abc"),
    "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
  );
  assert.equal(hash("MD5", new TextEncoder().encode("abc")), hash("MD5", "abc"));
  assert.notEqual(hash("MD5", Uint8Array.of(0xff)), hash("MD5", "\u00ff"));
});

Deno.test("aes128 gives the block of FIPS 197, appendix C.1", () => {
  const block = aes128(
    bytesOf("000102030405060708090a0b0c0d0e0f"),
    bytesOf("00112233445566778899aabbccddeeff"),
  );
  assert.deepEqual(block, bytesOf("69c4e0d86a7b0430d8cdb78070b4c55a"));
});
