// Plain text of a JSON string: what stands the same escaped and unescaped, and is a character a byte.

export const QUOTE: u32 = 0x22;
export const BACKSLASH: u32 = 0x5c;

/**
 * One bit for each of the 16 bytes at an address that is not plain: control characters and (negative when signed) parts of
 * longer sequences, quote, backslash.
 */
export function stopMask(at: i32): i32 {
  const block = v128.load(at);
  return i8x16.bitmask(v128.or(
    i8x16.lt_s(block, i8x16.splat(0x20)),
    v128.or(i8x16.eq(block, i8x16.splat(<i8> QUOTE)), i8x16.eq(block, i8x16.splat(<i8> BACKSLASH))),
  ));
}

export function isPlain(byte: u32): bool {
  return byte >= 0x20 && byte < 0x80 && byte != QUOTE && byte != BACKSLASH;
}
