// Text to the inside of a JSON string (RFC 8259 section 7): runs are copied whole, what must be escaped is, bytes that are
// no UTF-8 are refused. Characters above U+007F stay as they are.

import { OUTPUT_END } from "./layout";
import { BACKSLASH, isPlain, QUOTE, stopMarks } from "./plain_run";
import { BACKSLASHES, SPACE_UP, TWO } from "./scan";
import { sequenceLength } from "./utf8";

/** Answers instead of an address: the text is no UTF-8, the arena is full. */
export const NOT_UTF8: i32 = 0;
export const FULL: i32 = -1;
/** Beyond this address nothing is begun: a step stores a whole block, then one escape. */
export const OUTPUT_LIMIT: i32 = OUTPUT_END - 64;

/** Whether a text since the last clearWide() had characters above U+007F. */
export let wide: bool = false;

/** Where the next character of the text goes. */
let target: i32 = 0;

const LINE_BREAK: u32 = 0x0a0d;
const ESCAPED_LINE_BREAK: u32 = 0x6e5c725c; // \r\n as four characters, little-endian
const ESCAPED_UNIT: u32 = 0x3030755c; // \u00

export function clearWide(): void {
  wide = false;
}

/** Escapes [from, end) to `to`. Answers the address after it, or NOT_UTF8 or FULL. 64 bytes past `end` may be read. */
export function escape(from: i32, end: i32, to: i32): i32 {
  target = to;
  if (ASC_FEATURE_SIMD) {
    // A line break doubles, and nothing else does on the quick way.
    while (target + ((end - from) << 1) < OUTPUT_LIMIT) {
      from = copyLines(from, end, target);
      if (from == end) return target;
      // Words of another script are stops one after the other.
      do {
        from = escapeStop(from, end);
        if (from == 0) return NOT_UTF8;
      } while (from < end && !isPlain(<u32> load<u8>(from)));
    }
  }
  while (target < OUTPUT_LIMIT) {
    while (from < end && target < OUTPUT_LIMIT) {
      const byte = <u32> load<u8>(from);
      if (!isPlain(byte)) break;
      store<u8>(target++, <u8> byte);
      from++;
    }
    if (target >= OUTPUT_LIMIT) return FULL;
    if (from == end) return target;
    from = escapeStop(from, end);
    if (from == 0) return NOT_UTF8;
  }
  return FULL;
}

/**
 * Copies runs and the line breaks between them, escaped, to the first stop of another kind or the end. Its address; `target` is where it goes. What stops a run is
 * marked 64 bytes at a time, so that no step waits for where the one before has ended.
 */
function copyLines(from: i32, end: i32, to: i32): i32 {
  const two = v128.load(TWO);
  const spaceUp = v128.load(SPACE_UP);
  const backslashes = v128.load(BACKSLASHES);
  for (let block = from; block < end; block += 64) {
    let marks = stopMarks(block, two, spaceUp, backslashes);
    if (end - block < 64) marks &= ~(<u64> -1 << <u64> (end - block));
    // A line break's LF may have come into this block.
    if (from > block) marks &= <u64> -2;
    while (marks != 0) {
      const at = block + <i32> ctz(marks);
      to = copyShort(to, from, at - from);
      if (load<u16>(at) != LINE_BREAK || at + 2 > end) {
        target = to;
        return at;
      }
      store<u32>(to, ESCAPED_LINE_BREAK);
      from = at + 2;
      to += 4;
      marks &= marks - 1;
      marks &= marks - 1; // its LF, or there are no more
    }
  }
  target = copyShort(to, from, end - from);
  return end;
}

/** Copies in whole steps of 16 bytes. Answers the address after the copy. */
function copyShort(to: i32, from: i32, length: i32): i32 {
  const end = to + length;
  // The room is there, and whether a line has one step or four is not to be guessed.
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  v128.store(to, v128.load(from, 32), 32);
  for (from += 48, to += 48; to < end; to += 16) {
    v128.store(to, v128.load(from));
    from += 16;
  }
  return end;
}

/** Escapes the character that is not plain. Address behind it, 0 = no UTF-8. */
function escapeStop(from: i32, end: i32): i32 {
  const byte = <u32> load<u8>(from);
  if (byte < 0x80) {
    target = escapeOne(byte, target);
    return from + 1;
  }
  const length = sequenceLength(from, end);
  if (length == 0) return 0;
  wide = true;
  for (let i: i32 = 0; i < length; i++) store<u8>(target + i, load<u8>(from + i));
  target += length;
  return from + length;
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
