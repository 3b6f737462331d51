import assert from "node:assert/strict";
import { hash } from "./hash.ts";

Deno.test("hash gives the digests of RFC 1321 and FIPS 180", () => {
  assert.equal(hash("MD5", "abc"), "900150983cd24fb0d6963f7d28e17f72");
  assert.equal(hash("SHA-256", "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
