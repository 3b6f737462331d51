// Milenage, the functions f1 to f5* of a subscriber's key: 3GPP TS 35.206 section 4.
//
//   TEMP = E[RAND ⊕ OPc]          E is AES-128 under K
//   f1, f1*   E[TEMP ⊕ rot(IN1 ⊕ OPc, r1) ⊕ c1] ⊕ OPc     IN1 = SQN ‖ AMF ‖ SQN ‖ AMF; the first and the last 8 bytes
//   OUTn      E[rot(TEMP ⊕ OPc, rn) ⊕ cn] ⊕ OPc           n = 2: f5 (6 bytes), f2 (last 8); 5: f5* (6 bytes)
//
// f3 and f4 give keys of IPsec and TLS, which AKAv1-MD5 has no use for.

import type { BlockCipher } from "../hash.ts";

/** K and OPc, 16 bytes each. */
export interface SubscriberKey {
  readonly k: Uint8Array;
  readonly opc: Uint8Array;
}

/** What the key makes of one RAND, as far as no sequence number is in it. */
export interface AkaAnswer {
  /** f2, 8 bytes: RES. */
  readonly res: Uint8Array;
  /** f5, 6 bytes: what SQN is hidden by in AUTN. */
  readonly ak: Uint8Array;
  /** f5*, 6 bytes: what SQN is hidden by in AUTS. */
  readonly akStar: Uint8Array;
}

const BLOCK = 16;
// Bytes: r2 = 0, r5 = 96 bits, r1 = 64 bits.
const R1 = 8;
const R2 = 0;
const R5 = 12;
const C2 = 1;
const C5 = 8;

/** OPc from the operator's OP (section 4.1). */
export function opcOf(cipher: BlockCipher, { k, op }: { k: Uint8Array; op: Uint8Array }): Uint8Array {
  return xor(cipher(k, op), op);
}

/** f2, f5 and f5* of a challenge. */
export function answerOf(cipher: BlockCipher, key: SubscriberKey, rand: Uint8Array): AkaAnswer {
  const out2 = output(cipher, { key, rand, rotation: R2, constant: C2 });
  const out5 = output(cipher, { key, rand, rotation: R5, constant: C5 });
  return { res: out2.slice(8), ak: out2.slice(0, 6), akStar: out5.slice(0, 6) };
}

/** f1 (MAC-A) and f1* (MAC-S), 8 bytes each, over a sequence number of 6 bytes and an AMF of 2. */
export function macOf(
  cipher: BlockCipher,
  key: SubscriberKey,
  { rand, sqn, amf }: { rand: Uint8Array; sqn: Uint8Array; amf: Uint8Array },
): { a: Uint8Array; s: Uint8Array } {
  const temp = cipher(key.k, xor(rand, key.opc));
  const in1 = Uint8Array.of(...sqn, ...amf, ...sqn, ...amf);
  const out1 = xor(cipher(key.k, xor(temp, rotated(xor(in1, key.opc), R1))), key.opc);
  return { a: out1.slice(0, 8), s: out1.slice(8) };
}

/** Byte by byte, for as many as the first has. */
export function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, at) => byte ^ right[at]!);
}

function output(
  cipher: BlockCipher,
  { key, rand, rotation, constant }: {
    key: SubscriberKey;
    rand: Uint8Array;
    rotation: number;
    constant: number;
  },
): Uint8Array {
  const mixed = rotated(xor(cipher(key.k, xor(rand, key.opc)), key.opc), rotation);
  mixed[BLOCK - 1]! ^= constant;
  return xor(cipher(key.k, mixed), key.opc);
}

/** Cyclically, towards the most significant byte. */
function rotated(block: Uint8Array, bytes: number): Uint8Array {
  return Uint8Array.of(...block.subarray(bytes), ...block.subarray(0, bytes));
}
