// What the runtime lends to core, for tests of core's own that may not look upwards.

import { aes128, hash } from "../runtime/hash.ts";

export const lent = { hash, cipher: aes128 } as const;

/** Bytes out of hexadecimal digits. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
