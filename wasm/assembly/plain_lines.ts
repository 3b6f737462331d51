// The plain way through the header lines: names in the list or tokens, a colon and one space, values of printable ASCII, one line each. All that is
// usual is of this kind; at the first line that is not, the strict way (sip_lines.ts) takes over and answers for it.
//
//  block   64 bytes; bit n of `marks` is set when byte n is a control character, DEL or part of a longer one
//  line    [start, cr); the eight bytes at cr - 1 say how it ends: last of the value, CR, LF, first two of the next line

import * as codes from "./codes";
import * as layout from "./layout";
import { OCCURS_ONCE } from "./header_codes";
import { headerOccurs } from "./sip_headers";
import { fault } from "./sip_record";
import { CASE, CLASS_TOKEN, COLON, ONE, skip, SPACE_UP } from "./scan";
import { FOLDED, headerOf, longName, quickSlot } from "./sip_names";

const CHAINS: u32 = layout.SIP + (layout.SIP_CHAINS << 2);
const LINES: u32 = layout.SIP + (layout.SIP_LINES << 2);
const LINES_END: u32 = LINES + ((layout.SIP_LINE_LIMIT * layout.SIP_LINE_WORDS) << 2);
const CRLF: u32 = 0x0a0d;
const BLANK: u32 = 0x0a0d0a0d;
const COLON_SPACE: u32 = 0x203a;
const COLON_SPACE_PRINTABLE: u32 = 0x20203a;
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
  let numbers: u32 = 0;
  let line = LINES;
  let block = at - 64;
  let marks: u64 = 0;
  let ends: u64 = 0;
  plainEnd = false;
  while (line < LINES_END) {
    while (ends == 0) {
      block += 64;
      const before = marks >>> 63;
      // One up, DEL and longer characters are below zero, and controls are at most a space.
      const a: u32 = i8x16.bitmask(i8x16.lt_s(i8x16.add(v128.load(block), one), limit));
      const b: u32 = i8x16.bitmask(i8x16.lt_s(i8x16.add(v128.load(block, 16), one), limit));
      const c: u32 = i8x16.bitmask(i8x16.lt_s(i8x16.add(v128.load(block, 32), one), limit));
      const d: u32 = i8x16.bitmask(i8x16.lt_s(i8x16.add(v128.load(block, 48), one), limit));
      marks = ((a | (b << 16)) as u64) | (((c | (d << 16)) as u64) << 32);
      ends = marks & ~((marks << 1) | before);
    }
    const cr = block + (ctz(ends) as u32);
    ends &= ends - 1;
    const end = load<u64>(cr - 1);
    const next = ((end >>> 24) as u32) & 0xff;
    const isLast = ((end >>> 8) as u32) == BLANK;
    if ((((end >>> 8) as u32) & 0xffff) != CRLF || (end & 0xff) <= 0x20) break;
    if (next - 0x21 >= 0x5e && !isLast) break;

    const letters = v128.load(at);
    const colon: u32 = i8x16.bitmask(i8x16.eq(letters, colons));
    let nameEnd = at + (ctz(colon) as u32);
    let header: u32 = load<u8>(quickSlot(load<u32>(nameEnd - 4), nameEnd - at));
    const equal: u32 = i8x16.bitmask(i8x16.eq(v128.or(letters, fold), v128.load(FOLDED + (header << 5))));
    const wanted = colon ^ (colon - 1); // the name and its colon, so the lengths are equal
    if ((equal & wanted) != wanted) {
      const long = colon == 0 ? longName(at) : 0;
      if (long != 0) {
        nameEnd = at + (long & 0xff);
        header = long >> 8;
      } else {
        nameEnd = skip(at, CLASS_TOKEN);
        if (nameEnd == at) break;
        header = headerOf(at, nameEnd - at);
      }
    }
    const behind = load<u32>(nameEnd) & 0xffffff;
    if ((behind & 0xffff) != COLON_SPACE || behind <= COLON_SPACE_PRINTABLE) break;

    const value = nameEnd + 2;
    numbers += NUMBERS;
    store<u64>(line, (header as u64) | (((((value - layout.INPUT) << 16) | (cr - value)) as u64) << 32));
    if (header == codes.HEADER_OTHER) store<u32>(line, ((at - layout.INPUT) << 16) | (nameEnd - at), 8);
    line += layout.SIP_LINE_WORDS << 2;
    const chain = CHAINS + (header << 2);
    if (load<u32>(chain) == 0) store<u32>(chain, numbers);
    else linkLine(header, numbers & 0xffff, value);
    at = cr + 2;
    if (isLast) {
      at += 2;
      plainEnd = true;
      break;
    }
  }
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
