// JSON strings (RFC 8259 section 7), unescaped where they stand: the text never grows, so it stays inside its quotes.
//
//   "v=0\r\no=- 1 …"     the string as it came
//   "v=0␍␊o=- 1 …__"     unescaped: [start, textEnd), what lies between textEnd and the quote is stale

import { FAULT_CONTROL_CHARACTER, FAULT_NOT_UTF8 } from "./codes";
import { BACKSLASH, isPlain, QUOTE, stopMarks, stopMask } from "./plain_run";
import { FAULT_BAD_ESCAPE, FAULT_NOT_JSON } from "./roap_codes";
import { refuse } from "./roap_fault";
import { BACKSLASHES, SPACE_UP, TWO } from "./scan";
import { sequenceLength } from "./utf8";

const ESCAPED_LINE_BREAK: u32 = 0x6e5c725c; // \r\n as four characters, little-endian

const LINE_BREAK: u16 = 0x0a0d;

/** End of the text that the last unescape() made. */
export let textEnd: i32 = 0;
/** Where the last unescape() met half a surrogate pair, 0 = nowhere. Such a text is no UTF-8 and must not be used. */
export let loneSurrogate: i32 = 0;

/** From so many bytes on a line may be moved in blocks without a look at where they end. */
const FAR: i32 = 32;

let end: i32 = 0;
/** Where the next character of the text goes. */
let target: i32 = 0;

/** The message's end. A zero byte must lie there, and 16 bytes after it must be readable. */
export function setEnd(address: i32): void {
  end = address;
}

/** Unescapes the string whose first character is at `start`. Answers the address after its closing quote, 0 = fault. */
export function unescape(start: i32): i32 {
  loneSurrogate = 0;
  if (ASC_FEATURE_SIMD) {
    // Most strings are short and plain.
    let at = start;
    let mask = stopMask(at);
    if (mask == 0) {
      at += 16;
      mask = stopMask(at);
    }
    at += ctz(mask);
    if (mask != 0 && load<u8>(at) == QUOTE) {
      textEnd = at;
      return at + 1;
    }
    return unescapeLines(start);
  }
  let from = start;
  target = start;
  while (true) {
    let byte = <u32> load<u8>(from);
    while (isPlain(byte)) {
      store<u8>(target++, <u8> byte);
      byte = <u32> load<u8>(++from);
    }
    if (byte == QUOTE) break;
    from = takeStop(from, byte);
    if (from == 0) return 0;
  }
  textEnd = target;
  return from + 1;
}

/** Lines by the quick way, whatever else stops a run by the careful one. */
function unescapeLines(start: i32): i32 {
  let from = start;
  target = start;
  while (true) {
    from = moveLines(from, target);
    let byte = <u32> load<u8>(from);
    // Letters of another script are stops one after the other.
    while (!isPlain(byte) && byte != QUOTE) {
      from = takeStop(from, byte);
      if (from == 0) return 0;
      byte = <u32> load<u8>(from);
    }
    if (byte != QUOTE) continue;
    textEnd = target;
    return from + 1;
  }
}

/**
 * Moves lines down to the first stop that is no line break, whose address it answers; `target` is where it goes. What stops a line is marked
 * 64 bytes at a time, so that no step waits for where the one before has ended. Nothing is called here, which would cost the engine its registers.
 */
function moveLines(from: i32, to: i32): i32 {
  const two = v128.load(TWO);
  const spaceUp = v128.load(SPACE_UP);
  const backslashes = v128.load(BACKSLASHES);
  let block = from;
  while (true) {
    let marks = stopMarks(block, two, spaceUp, backslashes);
    // A line break's second backslash may have come into this block.
    if (from > block) marks &= <u64> -1 << <u64> (from - block);
    while (marks != 0) {
      const at = block + <i32> ctz(marks);
      const length = at - from;
      to = from - to >= FAR ? moveBlocks(to, from, length) : moveRun(to, from, length);
      if (load<u32>(at) != ESCAPED_LINE_BREAK) {
        target = to;
        return at;
      }
      store<u16>(to, LINE_BREAK);
      from = at + 4;
      to += 2;
      marks &= marks - 1;
      marks &= marks - 1; // its second backslash, or there are no more
    }
    block += 64;
  }
}

/** Copies a run down by FAR or more. Answers the address after it. */
function moveBlocks(to: i32, from: i32, length: i32): i32 {
  const end = to + length;
  do {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    from += 32;
    to += 32;
  } while (to < end);
  return end;
}

/** Copies a run down by less: what is stored behind its end must not reach what is still to be read. Answers the address after it. */
function moveRun(to: i32, from: i32, length: i32): i32 {
  const end = to + length;
  if (from == to) return end;
  if (from - to >= 16) {
    for (; to < end; to += 16) {
      v128.store(to, v128.load(from));
      from += 16;
    }
    return end;
  }
  if (length >= 16) {
    // Loaded before a block is stored over it.
    const last = v128.load(from + length - 16);
    for (; to + 16 < end; to += 16) {
      v128.store(to, v128.load(from));
      from += 16;
    }
    v128.store(end - 16, last);
  } else if (length >= 8) {
    const last = load<u64>(from + length - 8);
    store<u64>(to, load<u64>(from));
    store<u64>(end - 8, last);
  } else {
    for (; to < end; to++) store<u8>(to, load<u8>(from++));
  }
  return end;
}

/** Copies what the byte that is not plain begins: an escape, a longer character. Address behind it, 0 = fault. */
function takeStop(from: i32, byte: u32): i32 {
  if (byte == BACKSLASH) return takeEscape(from);
  if (byte < 0x20) return refuse(from >= end ? FAULT_NOT_JSON : FAULT_CONTROL_CHARACTER, from);
  const length = sequenceLength(from, end);
  if (length == 0) return refuse(FAULT_NOT_UTF8, from);
  for (let i: i32 = 0; i < length; i++) store<u8>(target + i, load<u8>(from + i));
  target += length;
  return from + length;
}

function takeEscape(from: i32): i32 {
  const escaped = <u32> load<u8>(from, 1);
  if (escaped != 0x75) {
    const plain = plainEscape(escaped);
    if (plain == 0) return refuse(FAULT_BAD_ESCAPE, from);
    store<u8>(target++, <u8> plain);
    return from + 2;
  }
  const unit = hexUnit(from + 2);
  if (unit < 0) return refuse(FAULT_BAD_ESCAPE, from);
  let code = <u32> unit;
  let size: i32 = 6;
  if ((code & 0xf800) == 0xd800) {
    const low = (code & 0x0400) == 0 && load<u16>(from, 6) == 0x755c ? hexUnit(from + 8) : -1;
    if (low >= 0xdc00 && low <= 0xdfff) {
      code = 0x10000 + ((code & 0x3ff) << 10) + (<u32> low & 0x3ff);
      size = 12;
    } else if (loneSurrogate == 0) {
      loneSurrogate = from;
    }
  }
  target = encode(target, code);
  return from + size;
}

/** What a backslash and this character mean, 0 = nothing. */
function plainEscape(byte: u32): u32 {
  switch (byte) {
    case 0x22:
    case 0x5c:
    case 0x2f:
      return byte;
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return 0;
  }
}

/** Value of four hexadecimal digits, -1 when they are not. */
function hexUnit(at: i32): i32 {
  let unit: i32 = 0;
  for (let i: i32 = 0; i < 4; i++) {
    const byte = <i32> load<u8>(at + i);
    let digit = byte - 0x30;
    if (<u32> digit > 9) {
      digit = (byte | 0x20) - 0x61;
      if (<u32> digit > 5) return -1;
      digit += 10;
    }
    unit = (unit << 4) | digit;
  }
  return unit;
}

/** Writes a code point, half a surrogate pair too (three bytes that are no UTF-8). Answers the address after it. */
function encode(to: i32, code: u32): i32 {
  if (code < 0x80) {
    store<u8>(to, <u8> code);
    return to + 1;
  }
  if (code < 0x800) {
    store<u8>(to, <u8> (0xc0 | (code >> 6)));
    store<u8>(to, <u8> (0x80 | (code & 0x3f)), 1);
    return to + 2;
  }
  if (code < 0x10000) {
    store<u8>(to, <u8> (0xe0 | (code >> 12)));
    store<u8>(to, <u8> (0x80 | ((code >> 6) & 0x3f)), 1);
    store<u8>(to, <u8> (0x80 | (code & 0x3f)), 2);
    return to + 3;
  }
  store<u8>(to, <u8> (0xf0 | (code >> 18)));
  store<u8>(to, <u8> (0x80 | ((code >> 12) & 0x3f)), 1);
  store<u8>(to, <u8> (0x80 | ((code >> 6) & 0x3f)), 2);
  store<u8>(to, <u8> (0x80 | (code & 0x3f)), 3);
  return to + 4;
}
