// A call's number in messages: `c` and ten digits wherever an id of ours stands, so that whatever comes back names its call.

export const DIGITS = 10;
const ZERO = 48;
const LETTER = 99;

/** Writes ten digits. */
export function writeNumber(bytes: Uint8Array, at: number, number: number): void {
  // In two halves: division of small integers is the fast one.
  let high = Math.floor(number / 100_000);
  let low = number - high * 100_000;
  for (let i = 4; i >= 0; i--) {
    bytes[at + i] = ZERO + high % 10;
    bytes[at + 5 + i] = ZERO + low % 10;
    high = high / 10 | 0;
    low = low / 10 | 0;
  }
}

/** The number of `cDDDDDDDDDD` at a place, -1 = there is none. */
export function numberAt(bytes: Uint8Array, at: number, end: number, letter = LETTER): number {
  if (end - at < DIGITS + 1 || bytes[at] !== letter) return -1;
  let number = 0;
  for (let i = at + 1; i <= at + DIGITS; i++) {
    const digit = bytes[i]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** The first number of a call between two places, -1 = there is none. */
export function findNumber(bytes: Uint8Array, start: number, end: number, letter = LETTER): number {
  for (let at = start; at + DIGITS < end; at++) {
    if (bytes[at] !== letter) continue;
    const number = numberAt(bytes, at, end, letter);
    if (number >= 0) return number;
  }
  return -1;
}
