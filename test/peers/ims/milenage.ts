// MILENAGE (3GPP TS 35.206): the functions f1, f1*, f2, f3, f4, f5 and f5* of a SIM card and of its operator.

import { createCipheriv } from "node:crypto";

export interface Subscriber {
  /** 16 bytes, the card's own. */
  readonly k: Uint8Array;
  /** 16 bytes, the operator's. */
  readonly op: Uint8Array;
}

export interface MilenageInput extends Subscriber {
  /** 16 bytes. */
  readonly rand: Uint8Array;
  /** 6 bytes. */
  readonly sqn: Uint8Array;
  /** 2 bytes. */
  readonly amf: Uint8Array;
}

export interface MilenageOutput {
  /** f1, 8 bytes: the network proves itself. */
  readonly macA: Uint8Array;
  /** f1*, 8 bytes: the card proves itself when it asks for resynchronisation. */
  readonly macS: Uint8Array;
  /** f2, 8 bytes: the card's answer. */
  readonly res: Uint8Array;
  /** f3 and f4, 16 bytes each. */
  readonly ck: Uint8Array;
  readonly ik: Uint8Array;
  /** f5 and f5*, 6 bytes each: what conceals the sequence number on either way. */
  readonly ak: Uint8Array;
  readonly akStar: Uint8Array;
}

export function milenage({ k, op, rand, sqn, amf }: MilenageInput): MilenageOutput {
  const opc = xor(aes(k, op), op);
  const temp = aes(k, xor(rand, opc));
  const in1 = Uint8Array.of(...sqn, ...amf, ...sqn, ...amf);
  const out1 = xor(aes(k, xor(temp, rotated(xor(in1, opc), 8))), opc);
  /** OUT2 to OUT5, by the rotation r in bytes and the last byte of the constant c (section 4.1). */
  const out = (r: number, c: number) => {
    const input = rotated(xor(temp, opc), r);
    input[15]! ^= c;
    return xor(aes(k, input), opc);
  };
  const out2 = out(0, 1);
  return {
    macA: out1.slice(0, 8),
    macS: out1.slice(8),
    res: out2.slice(8),
    ck: out(4, 2),
    ik: out(8, 4),
    ak: out2.slice(0, 6),
    akStar: out(12, 8).slice(0, 6),
  };
}

/** Byte by byte, as long as the first one. */
export function xor(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((byte, index) => byte ^ other[index]!);
}

function rotated(block: Uint8Array, bytes: number): Uint8Array {
  return Uint8Array.of(...block.subarray(bytes), ...block.subarray(0, bytes));
}

function aes(key: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
  return Uint8Array.of(...cipher.update(block), ...cipher.final());
}
