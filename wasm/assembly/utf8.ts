// UTF-8, RFC 3629.

/**
 * Length of the well-formed sequence of two to four bytes at an address, 0 when it is none: overlong, a surrogate,
 * above U+10FFFF, cut short by `end`. Bytes past `end` may be read.
 */
export function sequenceLength(at: i32, end: i32): i32 {
  const first = <u32> load<u8>(at);
  const second = <u32> load<u8>(at, 1);
  if (first < 0xc2 || (second & 0xc0) != 0x80) return 0;
  if (first < 0xe0) return at + 2 <= end ? 2 : 0;
  if ((<u32> load<u8>(at, 2) & 0xc0) != 0x80) return 0;
  if (first < 0xf0) {
    if (first == 0xe0 && second < 0xa0) return 0;
    if (first == 0xed && second > 0x9f) return 0;
    return at + 3 <= end ? 3 : 0;
  }
  if (first > 0xf4 || (<u32> load<u8>(at, 3) & 0xc0) != 0x80) return 0;
  if (first == 0xf0 && second < 0x90) return 0;
  if (first == 0xf4 && second > 0x8f) return 0;
  return at + 4 <= end ? 4 : 0;
}
