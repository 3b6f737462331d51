// The plain way through the header lines: names in the list or tokens, a colon and one space, values of printable ASCII, one line each. All that is
// usual is of this kind; at the first line that is not, the strict way (sip_lines.ts) takes over and answers for it.
//
//  marks   of 16 bytes; bit n is set when byte n is a control character, DEL or part of a longer one
//  line    [at, cr); the four bytes at cr - 1 say how it ends: last of the value, CR, LF, first of the next line

import * as codes from "./codes";
import * as layout from "./layout";
import { OCCURS_ONCE } from "./header_codes";
import { headerOccurs } from "./sip_headers";
import { fault } from "./sip_record";
import { CASE, COLON, ONE, SPACE_UP } from "./scan";
import { FOLDED, nameAt, quickSlot } from "./sip_names";
import { windowShifted } from "./window";

const CHAINS: u32 = layout.SIP + (layout.SIP_CHAINS << 2);
const LINES: u32 = layout.SIP + (layout.SIP_LINES << 2);
const LINES_END: u32 = LINES + ((layout.SIP_LINE_LIMIT * layout.SIP_LINE_WORDS) << 2);
const CRLF_BEHIND: u32 = 0x0a0d00; // a character, CR, LF, a character
const LAST_PRINTABLE: u32 = 0x20ffffff; // at most this: white space or a line break behind them
const BLANK: u32 = 0x0a0d0a0d;
const SPACE_PRINTABLE: u32 = 0x20ff; // more than this: no second white space behind the colon
const NUMBERS: u32 = 0x10001; // a line's number in both halves

/** Set by plainLines: lines that it has added, and whether the blank line came behind them. */
export let plainCount: u32 = 0;
export let plainEnd = false;

/** Adds the plain lines from `at` on. Address of the first line that is not plain, or behind the blank line. */
export function plainLines(at: u32): u32 {
  const one = v128.load(ONE);
  const limit = v128.load(SPACE_UP);
  const colons = v128.load(COLON);
  const fold = v128.load(CASE);
  const base = windowShifted(); // span() with the window at hand
  let numbers: u32 = 0;
  let line = LINES;
  plainEnd = false;
  while (line != LINES_END) {
    const letters = v128.load(at);
    // One up, DEL and longer characters are below zero, and controls are at most a space.
    let marks: u32 = i8x16.bitmask(i8x16.lt_s(i8x16.add(letters, one), limit));
    let cr = at;
    while (marks == 0) {
      cr += 16;
      marks = i8x16.bitmask(i8x16.lt_s(i8x16.add(v128.load(cr), one), limit));
    }
    cr += ctz(marks);
    const end = load<u32>(cr - 1);
    if ((end & 0xffff00) != CRLF_BEHIND) return stopAt(at, numbers);
    if ((end & 0xff) <= 0x20) return stopAt(at, numbers);
    if (end <= LAST_PRINTABLE && load<u32>(cr) != BLANK) return stopAt(at, numbers);

    const colon: u32 = i8x16.bitmask(i8x16.eq(letters, colons));
    const folded = v128.or(letters, fold);
    let length: u32 = ctz(colon);
    let header: u32 = load<u8>(quickSlot(i32x4.extract_lane(folded, 0), length));
    const equal: u32 = i8x16.bitmask(i8x16.eq(folded, v128.load(FOLDED + (header << 5))));
    // The name and its colon, so the lengths are equal; without a colon there is more wanted than can be.
    const wanted = colon ^ (colon - 1);
    if ((equal & wanted) != wanted) {
      const name = nameAt(at);
      length = name >>> 8;
      if (name == 0 || load<u8>(at + length) != 0x3a) return stopAt(at, numbers);
      header = name & 0xff;
      if (header == codes.HEADER_OTHER) store<u32>(line, (at << 16) + length - base, 8);
    }
    const behind: u32 = load<u16>(at + length, 1);
    if ((behind & 0xff) != 0x20) return stopAt(at, numbers);
    if (behind <= SPACE_PRINTABLE) return stopAt(at, numbers);
    const value = at + length + 2;

    numbers += NUMBERS;
    store<u64>(line, (header as u64) | (((value * 0xffff + cr - base) as u64) << 32));
    line += layout.SIP_LINE_WORDS << 2;
    const chain = CHAINS + (header << 2);
    if (load<u32>(chain) == 0) store<u32>(chain, numbers);
    else linkLine(header, numbers & 0xffff, value);
    at = cr + 2;
    if (end <= LAST_PRINTABLE) {
      plainEnd = true;
      return stopAt(at + 2, numbers);
    }
  }
  return stopAt(at, numbers);
}

function stopAt(at: u32, numbers: u32): u32 {
  plainCount = numbers & 0xffff;
  return at;
}

/** Makes a line, by its number, the last of a header that has others. */
export function linkLine(header: u32, number: u32, value: u32): void {
  const chain = CHAINS + (header << 2);
  const last: u32 = load<u16>(chain, 2);
  // Two lengths that differ have a fault of their own.
  if (headerOccurs(header) == OCCURS_ONCE && header != codes.HEADER_CONTENT_LENGTH) {
    fault(codes.FAULT_DUPLICATE_HEADER, header, value);
  }
  store<u16>(LINES + (((last - 1) * layout.SIP_LINE_WORDS) << 2), number, 2);
  store<u16>(chain, number, 2);
}
