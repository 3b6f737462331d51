// The hashes and the cipher that core's authentication asks for (RFC 8760, 3GPP TS 35.206), from the crypto library that Deno carries.

import { createCipheriv, hash as digest } from "node:crypto";
import type { Algorithm } from "../core/hash.ts";

const NAMES: Readonly<Record<Algorithm, string>> = {
  "MD5": "md5",
  "SHA-256": "sha256",
  "SHA-512-256": "sha512-256",
};

/** Lower-case hexadecimal digest of the bytes, or of the text's UTF-8. */
export function hash(algorithm: Algorithm, data: string | Uint8Array): string {
  return digest(NAMES[algorithm], data, "hex");
}

/** AES-128 of one block. */
export function aes128(key: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
  return new Uint8Array(cipher.update(block));
}
