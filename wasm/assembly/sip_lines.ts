// The index of a SIP message's header lines: a table of lines, and for each known header the chain of its lines. Control characters, which line ends are,
// are marked 64 bytes at a time; folded lines (RFC 3261 7.3.1) are joined by blanking the CRLF between them.

import * as codes from "./codes";
import * as layout from "./layout";
import { fault, field, put } from "./sip_record";
import { CLASS_TOKEN, DELETE, LAST_CONTROL, skip, skipSpace, skipUtf8 } from "./scan";
import { linkLine, plainCount, plainEnd, plainLines } from "./plain_lines";
import { nameAt } from "./sip_names";
import { windowShifted, windowStart } from "./window";

const CHAINS: u32 = layout.SIP + (layout.SIP_CHAINS << 2);
const LINES: u32 = layout.SIP + (layout.SIP_LINES << 2);
const CRLF: u32 = 0x0a0d;
const BLANK: u32 = 0x0a0d0a0d;
const COLON_SPACE: u32 = 0x203a;
const COLON_SPACE_PRINTABLE: u32 = 0x20203a; // more than this: a colon, one space, and no third white space

/** Set by a scan that met a byte from 0x80. */
let wide = false;
// How far a line was looked at for quoted-pairs.
let pairLine: u32 = 0;
let pairAt: u32 = 0;
let pairInside = false;

/** Indexes the lines from `at` on. Address behind the blank line, or `end` when there is none. */
export function indexLines(at: u32, end: u32): u32 {
  if (load<u16>(at) == CRLF) return at + 2;
  let lines: u32 = 0;
  if (ASC_FEATURE_SIMD) {
    at = plainLines(at);
    lines = plainCount;
    if (plainEnd) {
      put(layout.SIP_LINE_COUNT, lines);
      return at;
    }
  }
  let block = at;
  wide = false;
  pairLine = 0;
  let marks = controls(block);
  while (true) {
    if (at >= end) {
      fault(codes.FAULT_NO_BLANK_LINE, 0, at);
      break;
    }
    const start = at;
    let next: u32 = 0; // the line's last two bytes and the two behind them
    let folded = false;
    let odd = false; // there is a fault in it that its name should go with
    while (true) {
      while (marks == 0) {
        block += 64;
        marks = controls(block);
      }
      at = block + (ctz(marks) as u32);
      marks &= marks - 1;
      if (at < start) continue;
      next = load<u32>(at);
      if ((next & 0xffff) == CRLF) {
        if (!isSpace((next >> 16) as u8)) break;
        if (!folded && !hasColon(start, at)) {
          fault(codes.FAULT_BAD_HEADER_LINE, 0, at);
          odd = true;
        }
        folded = true;
        store<u16>(at, 0x2020);
      } else if (at >= end) {
        at = end;
        break;
      } else if (isQuotedPair(start, at)) {
        store<u8>(at, 0x20);
      } else if (blank(at)) {
        // The LF of a fold, blanked before it was met, is none: whether it is met depends on where its block begins.
        odd = true;
      }
    }
    if (lines == layout.SIP_LINE_LIMIT) {
      fault(codes.FAULT_TOO_MANY_HEADERS, 0, start);
      at = end;
      break;
    }
    if (addLine(start, at, lines)) {
      if (odd) nameFault(start, at, load<u32>(LINES + ((lines * layout.SIP_LINE_WORDS) << 2)) & 0xffff);
      lines++;
    }
    if (next == BLANK) {
      at += 4;
      break;
    }
    if (at < end) at += 2;
  }
  put(layout.SIP_LINE_COUNT, lines);
  return at;
}

/** Adds the line [start, end) to the table and to its header's chain. False when it has no name. */
function addLine(start: u32, end: u32, lines: u32): bool {
  const name = nameAt(start);
  const nameEnd = start + (name >>> 8);
  let value = nameEnd + 2;
  const behind = load<u32>(nameEnd) & 0xffffff;
  if ((behind & 0xffff) != COLON_SPACE || behind <= COLON_SPACE_PRINTABLE) {
    const colon = skipSpace(nameEnd);
    if (load<u8>(colon) != 0x3a) value = 0;
    else value = skipSpace(colon + 1);
  }
  if (nameEnd == start || value == 0) {
    fault(codes.FAULT_BAD_HEADER_LINE, 0, start);
    return false;
  }
  const header = name & 0xff;
  let valueEnd = end;
  while (valueEnd > value && isSpace(load<u8>(valueEnd - 1))) valueEnd--;
  if (wide && header != codes.HEADER_OTHER) {
    const bad = skipUtf8(value, valueEnd);
    if (bad < valueEnd) fault(codes.FAULT_NOT_UTF8, header, bad);
  }

  const line = LINES + ((lines * layout.SIP_LINE_WORDS) << 2);
  const number = lines + 1;
  store<u32>(line, header);
  store<u32>(line, span(value, valueEnd), 4);
  if (header == codes.HEADER_OTHER) store<u32>(line, span(start, nameEnd), 8);
  const chain = CHAINS + (header << 2);
  if (load<u32>(chain) == 0) store<u32>(chain, number | (number << 16));
  else linkLine(header, number, value);
  return true;
}

/** Which of the 64 bytes at `at` are control characters: bit n for byte n. */
function controls(at: u32): u64 {
  if (ASC_FEATURE_SIMD) {
    const last = v128.load(LAST_CONTROL);
    const del = v128.load(DELETE);
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    if (i8x16.bitmask(v128.or(v128.or(a, b), v128.or(c, d))) != 0) wide = true;
    const low: u32 = i8x16.bitmask(v128.or(i8x16.le_u(a, last), i8x16.eq(a, del))) |
      (i8x16.bitmask(v128.or(i8x16.le_u(b, last), i8x16.eq(b, del))) << 16);
    const high: u32 = i8x16.bitmask(v128.or(i8x16.le_u(c, last), i8x16.eq(c, del))) |
      (i8x16.bitmask(v128.or(i8x16.le_u(d, last), i8x16.eq(d, del))) << 16);
    return (low as u64) | ((high as u64) << 32);
  }
  let marks: u64 = 0;
  for (let i: u32 = 0; i < 64; i++) {
    const character = load<u8>(at + i);
    if (character < 0x20 || character == 0x7f) marks |= (1 as u64) << (i as u64);
    if (character >= 0x80) wide = true;
  }
  return marks;
}

/** A fault that was found before the line's header was known is that header's. */
function nameFault(start: u32, end: u32, header: u32): void {
  const at = field(layout.SIP_FAULT_OFFSET) + windowStart();
  if (field(layout.SIP_FAULT) != 0 && field(layout.SIP_FAULT_HEADER) == 0 && at >= start && at < end) {
    put(layout.SIP_FAULT_HEADER, header);
  }
}

/** Whether a line's name and colon stand before its first fold: HCOLON has no line break in front of the colon (RFC 3261 25.1). */
function hasColon(start: u32, fold: u32): bool {
  const colon = skipSpace(skip(start, CLASS_TOKEN));
  return colon < fold && load<u8>(colon) == 0x3a;
}

/**
 * Whether the control character at `at` is the second half of a quoted-pair in a quoted string (RFC 3261 25.1), where any but CR and LF may stand. It is
 * read as a space: no name needs it, and nothing that we write may hold it. Each byte of a line is looked at once, however many there are.
 */
function isQuotedPair(start: u32, at: u32): bool {
  const character = load<u8>(at);
  if (load<u8>(at - 1) != 0x5c || character == 0x09 || character == 0x0d || character == 0x0a) return false;
  if (pairLine != start) {
    pairLine = start;
    pairAt = start;
    pairInside = false;
  }
  while (pairAt < at) {
    const passed = load<u8>(pairAt);
    if (passed == 0x22) pairInside = !pairInside;
    pairAt += pairInside && passed == 0x5c ? 2 : 1;
  }
  return pairInside && pairAt > at;
}

/** A control character but HTAB is a fault, and is blanked, so that a value copied into a 400 can never break a line. Whether it was one. */
function blank(at: u32): bool {
  const character = load<u8>(at);
  if (character == 0x09 || (character >= 0x20 && character != 0x7f)) return false;
  const lineBreak = character == 0x0d || character == 0x0a;
  fault(lineBreak ? codes.FAULT_BARE_LINE_BREAK : codes.FAULT_CONTROL_CHARACTER, 0, at);
  store<u8>(at, 0x20);
  return true;
}

/** Address of the CRLF that ends the start line, or `end`. */
export function startLineEnd(at: u32, end: u32): u32 {
  while (true) {
    at = skipText(at);
    if (load<u16>(at) == CRLF && at < end) return at;
    if (at >= end) return end;
    blank(at);
    at++;
  }
}

/** Address of the first control character. */
export function skipText(at: u32): u32 {
  if (ASC_FEATURE_SIMD) {
    const last = v128.load(LAST_CONTROL);
    const del = v128.load(DELETE);
    while (true) {
      const left = v128.load(at);
      const right = v128.load(at, 16);
      const controls: u32 = i8x16.bitmask(v128.or(i8x16.le_u(left, last), i8x16.eq(left, del))) |
        (i8x16.bitmask(v128.or(i8x16.le_u(right, last), i8x16.eq(right, del))) << 16);
      if (controls != 0) return at + ctz(controls);
      at += 32;
    }
  }
  while (load<u8>(at) >= 0x20 && load<u8>(at) != 0x7f) at++;
  return at;
}

function isSpace(character: u8): bool {
  return character == 0x20 || character == 0x09;
}

/** First line of a header, as number + 1. 0 = none. */
export function firstLine(header: u32): u32 {
  return load<u16>(CHAINS + (header << 2));
}

/** The next line of the same header, as number + 1. 0 = none. */
export function nextLine(line: u32): u32 {
  return load<u16>(LINES + (((line - 1) * layout.SIP_LINE_WORDS) << 2), 2);
}

/** Span of a line's value; `line` is number + 1. */
export function lineValue(line: u32): u32 {
  return load<u32>(LINES + (((line - 1) * layout.SIP_LINE_WORDS) << 2), 4);
}

export function span(start: u32, end: u32): u32 {
  // start << 16 and the length added, less the window's start << 16.
  return start * 0xffff + end - windowShifted();
}

export function spanStart(span: u32): u32 {
  return windowStart() + (span >>> 16);
}

export function spanEnd(span: u32): u32 {
  return windowStart() + (span >>> 16) + (span & 0xffff);
}
