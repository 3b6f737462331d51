// The index of a SIP message's header lines: a table of lines, and for each known header the chain of its lines.

import * as codes from "./codes";
import * as layout from "./layout";
import { fault, put } from "./sip_record";
import { CLASS_TOKEN, skip, skipSpace, skipUtf8 } from "./scan";
import { headerOf } from "./sip_names";

const CHAINS: u32 = layout.SIP + (layout.SIP_CHAINS << 2);
const LINES: u32 = layout.SIP + (layout.SIP_LINES << 2);
const CRLF: u32 = 0x0a0d;

/** Set by a scan that met a byte from 0x80. */
let wide = false;

/** Indexes the lines from `at` on. Address behind the blank line, or `end` when there is none. */
export function indexLines(at: u32, end: u32): u32 {
  let lines: u32 = 0;
  while (true) {
    if (load<u16>(at) == CRLF) return at + 2;
    if (at >= end) {
      fault(codes.FAULT_NO_BLANK_LINE, 0, at);
      return end;
    }
    const start = at;
    at = lineEnd(at, end, true);
    const stop = at;
    if (at < end) at += 2;

    const nameEnd = skip(start, CLASS_TOKEN);
    const behind = skipSpace(nameEnd);
    if (nameEnd == start || load<u8>(behind) != 0x3a) {
      fault(codes.FAULT_BAD_HEADER_LINE, 0, start);
      continue;
    }
    if (lines == layout.SIP_LINE_LIMIT) {
      fault(codes.FAULT_TOO_MANY_HEADERS, 0, start);
      return end;
    }
    const header = headerOf(start, nameEnd - start);
    const value = skipSpace(behind + 1);
    let valueEnd = stop;
    while (valueEnd > value && isSpace(load<u8>(valueEnd - 1))) valueEnd--;
    if (wide && header != codes.HEADER_OTHER) {
      const bad = skipUtf8(value, valueEnd);
      if (bad < valueEnd) fault(codes.FAULT_NOT_UTF8, header, bad);
    }

    const line = LINES + ((lines * layout.SIP_LINE_WORDS) << 2);
    lines++;
    store<u32>(line, header);
    store<u32>(line, span(start, nameEnd), 4);
    store<u32>(line, span(value, valueEnd), 8);
    const chain = CHAINS + (header << 2);
    const last: u32 = load<u16>(chain, 2);
    if (last == 0) {
      store<u32>(chain, lines | (lines << 16));
    } else {
      store<u16>(LINES + (((last - 1) * layout.SIP_LINE_WORDS) << 2), lines, 2);
      store<u16>(chain, lines, 2);
    }
    put(layout.SIP_LINE_COUNT, lines);
  }
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
  return load<u32>(LINES + (((line - 1) * layout.SIP_LINE_WORDS) << 2), 8);
}

export function span(start: u32, end: u32): u32 {
  return ((start - layout.INPUT) << 16) | (end - start);
}

export function spanStart(span: u32): u32 {
  return layout.INPUT + (span >>> 16);
}

export function spanEnd(span: u32): u32 {
  return layout.INPUT + (span >>> 16) + (span & 0xffff);
}

/**
 * Address of the CRLF that ends the line, or `end`. Joins folded lines by blanking the CRLF between them (RFC 3261 7.3.1). A control character is a fault,
 * and is blanked, so that a value copied into a 400 can never break a line.
 */
export function lineEnd(at: u32, end: u32, folds: bool): u32 {
  wide = false;
  while (true) {
    at = skipText(at);
    const character = load<u8>(at);
    if (character == 0x09) {
      at++;
      continue;
    }
    if (at >= end) return end;
    if (load<u16>(at) == CRLF && at + 1 < end) {
      if (!folds || !isSpace(load<u8>(at, 2))) return at;
      store<u16>(at, 0x2020);
      at += 2;
      continue;
    }
    const lineBreak = character == 0x0d || character == 0x0a;
    fault(lineBreak ? codes.FAULT_BARE_LINE_BREAK : codes.FAULT_CONTROL_CHARACTER, 0, at);
    store<u8>(at, 0x20);
    at++;
  }
}

/** Address of the first control character. */
export function skipText(at: u32): u32 {
  if (ASC_FEATURE_SIMD) {
    let high: u32 = 0;
    while (true) {
      const bytes = v128.load(at);
      const controls = i8x16.bitmask(
        v128.or(i8x16.le_u(bytes, i8x16.splat(0x1f)), i8x16.eq(bytes, i8x16.splat(0x7f))),
      );
      const wides: u32 = i8x16.bitmask(bytes);
      if (controls == 0) {
        high |= wides;
        at += 16;
        continue;
      }
      const count = ctz(controls);
      if ((high | (wides & ((1 << count) - 1))) != 0) wide = true;
      return at + count;
    }
  }
  while (true) {
    const character = load<u8>(at);
    if (character < 0x20 || character == 0x7f) return at;
    if (character >= 0x80) wide = true;
    at++;
  }
}

function isSpace(character: u8): bool {
  return character == 0x20 || character == 0x09;
}
