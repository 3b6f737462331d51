// Short ASCII texts out of the codec's memory: one call with a fixed number of characters, then cut to length, takes half the time of
// TextDecoder, which costs most of all a view and the way into the engine and back.

/** Up to this length asciiAt() may be asked. */
export const shortAscii = 32;

const half = 16;
const lastAscii = 0x7f;

/** The text, or "" where the bytes, or those behind them that are looked at too, are not all ASCII. 32 bytes behind `at` are readable. */
export function asciiAt(bytes: Uint8Array, at: number, length: number): string {
  return length <= half ? upTo16(bytes, at, length) : upTo32(bytes, at, length);
}

function upTo16(bytes: Uint8Array, at: number, length: number): string {
  const b0 = bytes[at]!;
  const b1 = bytes[at + 1]!;
  const b2 = bytes[at + 2]!;
  const b3 = bytes[at + 3]!;
  const b4 = bytes[at + 4]!;
  const b5 = bytes[at + 5]!;
  const b6 = bytes[at + 6]!;
  const b7 = bytes[at + 7]!;
  const b8 = bytes[at + 8]!;
  const b9 = bytes[at + 9]!;
  const b10 = bytes[at + 10]!;
  const b11 = bytes[at + 11]!;
  const b12 = bytes[at + 12]!;
  const b13 = bytes[at + 13]!;
  const b14 = bytes[at + 14]!;
  const b15 = bytes[at + 15]!;
  if (
    (
      b0 | b1 | b2 | b3 | b4 | b5 | b6 | b7 | b8 | b9 | b10 | b11 |
      b12 | b13 | b14 | b15
    ) > lastAscii
  ) return "";
  return String.fromCharCode(
    b0,
    b1,
    b2,
    b3,
    b4,
    b5,
    b6,
    b7,
    b8,
    b9,
    b10,
    b11,
    b12,
    b13,
    b14,
    b15,
  ).slice(0, length);
}

function upTo32(bytes: Uint8Array, at: number, length: number): string {
  const b0 = bytes[at]!;
  const b1 = bytes[at + 1]!;
  const b2 = bytes[at + 2]!;
  const b3 = bytes[at + 3]!;
  const b4 = bytes[at + 4]!;
  const b5 = bytes[at + 5]!;
  const b6 = bytes[at + 6]!;
  const b7 = bytes[at + 7]!;
  const b8 = bytes[at + 8]!;
  const b9 = bytes[at + 9]!;
  const b10 = bytes[at + 10]!;
  const b11 = bytes[at + 11]!;
  const b12 = bytes[at + 12]!;
  const b13 = bytes[at + 13]!;
  const b14 = bytes[at + 14]!;
  const b15 = bytes[at + 15]!;
  const b16 = bytes[at + 16]!;
  const b17 = bytes[at + 17]!;
  const b18 = bytes[at + 18]!;
  const b19 = bytes[at + 19]!;
  const b20 = bytes[at + 20]!;
  const b21 = bytes[at + 21]!;
  const b22 = bytes[at + 22]!;
  const b23 = bytes[at + 23]!;
  const b24 = bytes[at + 24]!;
  const b25 = bytes[at + 25]!;
  const b26 = bytes[at + 26]!;
  const b27 = bytes[at + 27]!;
  const b28 = bytes[at + 28]!;
  const b29 = bytes[at + 29]!;
  const b30 = bytes[at + 30]!;
  const b31 = bytes[at + 31]!;
  if (
    (
      b0 | b1 | b2 | b3 | b4 | b5 | b6 | b7 | b8 | b9 | b10 | b11 |
      b12 | b13 | b14 | b15 | b16 | b17 | b18 | b19 | b20 | b21 | b22 | b23 |
      b24 | b25 | b26 | b27 | b28 | b29 | b30 | b31
    ) > lastAscii
  ) return "";
  return String.fromCharCode(
    b0,
    b1,
    b2,
    b3,
    b4,
    b5,
    b6,
    b7,
    b8,
    b9,
    b10,
    b11,
    b12,
    b13,
    b14,
    b15,
    b16,
    b17,
    b18,
    b19,
    b20,
    b21,
    b22,
    b23,
    b24,
    b25,
    b26,
    b27,
    b28,
    b29,
    b30,
    b31,
  ).slice(0, length);
}
