// JSON (RFC 8259): white space, numbers, and values skipped whole. Strict: what the grammar does not say is a fault.
// Every function takes the address where it begins and answers the one after, 0 = fault. The text ends in a zero byte.

import { FAULT_NOT_JSON, FAULT_TOO_DEEP } from "./roap_codes";
import { refuse } from "./roap_fault";
import { unescape } from "./unescape";

export const DEPTH_LIMIT: i32 = 32;

const TRUE: u32 = 0x65757274;
const FALSE_TAIL: u32 = 0x65736c61; // without its f
const NULL: u32 = 0x6c6c756e;

const COLON_SPACE: u32 = 0x20ff; // more than this: no white space behind the first byte

/** The last number's value, and whether it is a whole one that 32 bits hold, however it was written. */
export let numberValue: u32 = 0;
export let numberFits: bool = false;

export function skipSpace(at: i32): i32 {
  let byte = <u32> load<u8>(at);
  while (byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09) byte = <u32> load<u8>(++at);
  return at;
}

export function isTrue(at: i32): bool {
  return load<u32>(at) == TRUE;
}

export function isFalse(at: i32): bool {
  return load<u8>(at) == 0x66 && load<u32>(at, 1) == FALSE_TAIL;
}

export function isNull(at: i32): bool {
  return load<u32>(at) == NULL;
}

/** A member's name, its colon and the white space around. */
export function skipName(at: i32): i32 {
  if (load<u8>(at) != 0x22) return refuse(FAULT_NOT_JSON, at);
  at = unescape(at + 1);
  return at == 0 ? 0 : skipColon(at);
}

export function skipColon(at: i32): i32 {
  const both = <u32> load<u16>(at);
  if ((both & 0xff) == 0x3a && both > COLON_SPACE) return at + 1;
  at = skipSpace(at);
  return load<u8>(at) == 0x3a ? skipSpace(at + 1) : refuse(FAULT_NOT_JSON, at);
}

/** A value of any kind, inside `depth` objects or arrays. Its strings are unescaped on the way, which nobody sees. */
export function skipValue(at: i32, depth: i32): i32 {
  const outside = depth;
  let objects: u64 = 0; // one bit for each open bracket, the innermost lowest: 1 = object
  while (true) {
    const byte = <u32> load<u8>(at);
    if (byte == 0x7b || byte == 0x5b) {
      if (depth == DEPTH_LIMIT) return refuse(FAULT_TOO_DEEP, at);
      depth++;
      objects = (objects << 1) | (byte == 0x7b ? 1 : 0);
      at = skipSpace(at + 1);
      if (<u32> load<u8>(at) != byte + 2) {
        if (byte == 0x7b) at = skipName(at);
        if (at == 0) return 0;
        continue;
      }
    } else {
      at = skipScalar(at);
      if (at == 0) return 0;
    }
    // A value is behind us, or an empty bracket whose closing one is still ahead.
    while (true) {
      if (depth == outside) return at;
      at = skipSpace(at);
      const next = <u32> load<u8>(at);
      if (next == 0x2c) {
        at = skipSpace(at + 1);
        if ((objects & 1) != 0) at = skipName(at);
        if (at == 0) return 0;
        break;
      }
      if (next != ((objects & 1) != 0 ? 0x7d : 0x5d)) return refuse(FAULT_NOT_JSON, at);
      at++;
      depth--;
      objects >>= 1;
    }
  }
}

function skipScalar(at: i32): i32 {
  const byte = <u32> load<u8>(at);
  if (byte == 0x22) return unescape(at + 1);
  if (isTrue(at) || isNull(at)) return at + 4;
  if (isFalse(at)) return at + 5;
  return readNumber(at);
}

/** A number. */
export function readNumber(at: i32): i32 {
  let digit = <u32> load<u8>(at) - 0x30;
  if (digit - 1 > 8) return readAnyNumber(at);
  // Most are a few digits and nothing else.
  let value: u64 = digit;
  let next = at + 1;
  for (; next - at <= 10; next++) {
    digit = <u32> load<u8>(next) - 0x30;
    if (digit > 9) break;
    value = value * 10 + digit;
  }
  const byte = <u32> load<u8>(next);
  if (next - at > 10 || byte == 0x2e || (byte | 0x20) == 0x65) return readAnyNumber(at);
  numberFits = value <= 0xffffffff;
  numberValue = numberFits ? <u32> value : 0;
  return next;
}

/** The same in all its forms. Only digits that count are kept, so no text is too long and no exponent too large. */
function readAnyNumber(at: i32): i32 {
  const start = at;
  const negative = load<u8>(at) == 0x2d;
  if (negative) at++;
  let digit = <u32> load<u8>(at) - 0x30;
  if (digit > 9) return refuse(FAULT_NOT_JSON, start);
  let value: u64 = 0; // first ten significant digits
  let significant: i32 = 0;
  let zeros: i32 = 0; // zeros since the last digit that is none
  let scale: i32 = 0; // value is to be multiplied by ten to this power
  const leadingZero = digit == 0;
  let fraction = false;
  while (true) {
    if (digit == 0) {
      if (significant > 0) zeros++;
    } else {
      significant += zeros + 1;
      if (significant <= 10) {
        while (zeros-- > 0) value *= 10;
        value = value * 10 + digit;
      }
      zeros = 0;
    }
    if (fraction) scale--;
    digit = <u32> load<u8>(++at) - 0x30;
    if (digit <= 9) {
      if (leadingZero && !fraction) return refuse(FAULT_NOT_JSON, start);
      continue;
    }
    if (fraction || load<u8>(at) != 0x2e) break;
    fraction = true;
    digit = <u32> load<u8>(++at) - 0x30;
    if (digit > 9) return refuse(FAULT_NOT_JSON, at);
  }
  scale += zeros;
  if ((load<u8>(at) | 0x20) == 0x65) {
    at++;
    const sign = <u32> load<u8>(at);
    if (sign == 0x2b || sign == 0x2d) at++;
    digit = <u32> load<u8>(at) - 0x30;
    if (digit > 9) return refuse(FAULT_NOT_JSON, at);
    let exponent: i32 = 0;
    while (digit <= 9) {
      if (exponent < 1000000) exponent = exponent * 10 + <i32> digit;
      digit = <u32> load<u8>(++at) - 0x30;
    }
    scale += sign == 0x2d ? -exponent : exponent;
  }
  setNumber(value, significant, scale, negative);
  return at;
}

function setNumber(value: u64, significant: i32, scale: i32, negative: bool): void {
  numberValue = 0;
  numberFits = significant == 0; // minus zero is zero
  if (negative || significant == 0 || significant > 10 || scale < 0 || scale > 9) return;
  for (let i: i32 = 0; i < scale; i++) value *= 10;
  if (value > 0xffffffff) return;
  numberValue = <u32> value;
  numberFits = true;
}
