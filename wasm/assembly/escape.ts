// Text to the inside of a JSON string (RFC 8259 section 7): runs are copied whole, what must be escaped is, bytes that are
// no UTF-8 are refused. Characters above U+007F stay as they are.

import { OUTPUT_END } from "./layout";
import { BACKSLASH, isPlain, QUOTE, stopMask } from "./plain_run";
import { sequenceLength } from "./utf8";

/** Answers instead of an address: the text is no UTF-8, the arena is full. */
export const NOT_UTF8: i32 = 0;
export const FULL: i32 = -1;
/** Beyond this address nothing is begun: a step stores a whole block, then one escape. */
export const OUTPUT_LIMIT: i32 = OUTPUT_END - 64;

const LINE_BREAK: u32 = 0x0a0d;
const ESCAPED_LINE_BREAK: u32 = 0x6e5c725c; // \r\n as four characters, little-endian
const ESCAPED_UNIT: u32 = 0x3030755c; // \u00

/** Escapes [from, end) to `to`. Answers the address after it, or NOT_UTF8 or FULL. 16 bytes past `end` may be read. */
export function escape(from: i32, end: i32, to: i32): i32 {
  while (to < OUTPUT_LIMIT) {
    if (ASC_FEATURE_SIMD) {
      const block = v128.load(from);
      const left = end - from;
      let mask = stopMask(from);
      if (left < 16) mask |= 1 << left;
      v128.store(to, block);
      if (mask == 0) {
        from += 16;
        to += 16;
        continue;
      }
      const run = ctz(mask);
      from += run;
      to += run;
    } else {
      while (from < end && to < OUTPUT_LIMIT) {
        const byte = <u32> load<u8>(from);
        if (!isPlain(byte)) break;
        store<u8>(to++, <u8> byte);
        from++;
      }
      if (to >= OUTPUT_LIMIT) return FULL;
    }
    if (from == end) return to;
    const byte = <u32> load<u8>(from);
    if (byte >= 0x80) {
      do {
        const length = sequenceLength(from, end);
        if (length == 0) return NOT_UTF8;
        for (let i: i32 = 0; i < length; i++) store<u8>(to + i, load<u8>(from + i));
        from += length;
        to += length;
      } while (from < end && load<u8>(from) >= 0x80 && to < OUTPUT_LIMIT);
    } else if (load<u16>(from) == LINE_BREAK && from + 2 <= end) {
      store<u32>(to, ESCAPED_LINE_BREAK);
      from += 2;
      to += 4;
    } else {
      to = escapeOne(byte, to);
      from++;
    }
  }
  return FULL;
}

function escapeOne(byte: u32, to: i32): i32 {
  const short = shortEscape(byte);
  if (short != 0) {
    store<u8>(to, <u8> BACKSLASH);
    store<u8>(to, <u8> short, 1);
    return to + 2;
  }
  const low = byte & 0x0f;
  store<u32>(to, ESCAPED_UNIT);
  store<u8>(to, <u8> (0x30 + (byte >> 4)), 4);
  store<u8>(to, <u8> (low < 10 ? 0x30 + low : 0x57 + low), 5);
  return to + 6;
}

/** The letter that stands for a byte behind a backslash, 0 = there is none. */
function shortEscape(byte: u32): u32 {
  switch (byte) {
    case QUOTE:
    case BACKSLASH:
      return byte;
    case 0x08:
      return 0x62;
    case 0x09:
      return 0x74;
    case 0x0a:
      return 0x6e;
    case 0x0c:
      return 0x66;
    case 0x0d:
      return 0x72;
    default:
      return 0;
  }
}
