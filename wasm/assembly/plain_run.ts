// Plain text of a JSON string: what stands the same escaped and unescaped, and is a character a byte.

import { BACKSLASHES, SPACE_UP, TWO } from "./scan";

export const QUOTE: u32 = 0x22;
export const BACKSLASH: u32 = 0x5c;

/**
 * One bit for each of the 16 bytes at an address that is not plain: control characters and (negative when signed) parts of
 * longer sequences, quote, backslash.
 */
export function stopMask(at: i32): i32 {
  const block = v128.load(at);
  // With bit 1 turned a quote is as a space, and no other character comes down to it.
  return i8x16.bitmask(v128.or(
    i8x16.lt_s(v128.xor(block, v128.load(TWO)), v128.load(SPACE_UP)),
    i8x16.eq(block, v128.load(BACKSLASHES)),
  ));
}

/** The same of the 64 bytes at an address, for a loop that has the constants at hand. */
export function stopMarks(at: i32, two: v128, spaceUp: v128, backslashes: v128): u64 {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const c = v128.load(at, 32);
  const d = v128.load(at, 48);
  const low: u32 = i8x16.bitmask(v128.or(i8x16.lt_s(v128.xor(a, two), spaceUp), i8x16.eq(a, backslashes))) |
    (i8x16.bitmask(v128.or(i8x16.lt_s(v128.xor(b, two), spaceUp), i8x16.eq(b, backslashes))) << 16);
  const high: u32 = i8x16.bitmask(v128.or(i8x16.lt_s(v128.xor(c, two), spaceUp), i8x16.eq(c, backslashes))) |
    (i8x16.bitmask(v128.or(i8x16.lt_s(v128.xor(d, two), spaceUp), i8x16.eq(d, backslashes))) << 16);
  return <u64> low | (<u64> high << 32);
}

export function isPlain(byte: u32): bool {
  return byte >= 0x20 && byte < 0x80 && byte != QUOTE && byte != BACKSLASH;
}
