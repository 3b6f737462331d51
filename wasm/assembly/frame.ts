// A look at a stretch of a stream: does it begin with a whole message (RFC 3261 18.3, 20.14)? Nothing is kept between looks but what the caller passes.

import * as codes from "./codes";
import * as layout from "./layout";
import { CLASS_TOKEN, decimal, decimalEnd, skip, skipSpace } from "./scan";
import { headerOf } from "./sip_names";

const CRLF: u32 = 0x0a0d;
const BLANK: u32 = 0x0a0d0a0d;

/** Length of the `length` bytes at BODY up to the end of the first blank line, or 0 when there is none. */
export function findHead(length: u32): u32 {
  const end: u32 = layout.BODY + length;
  let at: u32 = layout.BODY;
  memory.fill(end, 0, 16);
  if (ASC_FEATURE_SIMD) {
    while (at < end) {
      let breaks: u32 = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(0x0d)));
      while (breaks != 0) {
        const here = at + ctz(breaks);
        if (load<u32>(here) == BLANK && here + 4 <= end) return here + 4 - layout.BODY;
        breaks &= breaks - 1;
      }
      at += 16;
    }
    return 0;
  }
  while (at + 4 <= end) {
    if (load<u32>(at) == BLANK) return at + 4 - layout.BODY;
    at++;
  }
  return 0;
}

/** Content-Length of the headers in the `length` bytes at BODY, or -FAULT_*: absent, malformed, or two that differ. */
export function headLength(length: u32): i32 {
  const end: u32 = layout.BODY + length;
  let at: u32 = layout.BODY;
  let found: i64 = -1;
  while (true) {
    at = nextLine(at, end);
    if (at >= end) break;
    const nameEnd = skip(at, CLASS_TOKEN);
    if (nameEnd == at || headerOf(at, nameEnd - at) != codes.HEADER_CONTENT_LENGTH) continue;
    const colon = skipSpace(nameEnd);
    if (load<u8>(colon) != 0x3a) continue;
    const digits = skipFolded(colon + 1);
    const number = decimal(digits, 0x7fffffff);
    if (number < 0 || load<u16>(skipFolded(decimalEnd)) != CRLF) return -codes.FAULT_BAD_NUMBER;
    if (found >= 0 && found != number) return -codes.FAULT_CONTENT_LENGTH_CONFLICT;
    found = number;
  }
  return found < 0 ? -codes.FAULT_NO_CONTENT_LENGTH : found as i32;
}

/** Address behind the next CRLF, or `end`. */
function nextLine(at: u32, end: u32): u32 {
  while (at < end) {
    if (ASC_FEATURE_SIMD) {
      const breaks: u32 = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(0x0d)));
      if (breaks == 0) {
        at += 16;
        continue;
      }
      at += ctz(breaks);
    }
    if (load<u16>(at) == CRLF && at + 2 <= end) return at + 2;
    at++;
  }
  return end;
}

/** White space, folds among it. */
function skipFolded(at: u32): u32 {
  while (true) {
    at = skipSpace(at);
    if (load<u16>(at) != CRLF || (load<u8>(at, 2) != 0x20 && load<u8>(at, 2) != 0x09)) return at;
    at += 2;
  }
}
