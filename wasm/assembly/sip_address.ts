// From, To, Contact, Route, Record-Route: name-addr or addr-spec with parameters (RFC 3261 20.10, 25.1).

import {
  CLASS_ADDR_SPEC,
  CLASS_SCHEME,
  CLASS_TOKEN,
  CLASS_URI,
  skip,
  skipEscaped,
  skipQuoted,
  skipSpace,
} from "./scan";
import { span } from "./sip_lines";

const LESS: u8 = 0x3c;
const LESS_SIP: u64 = 0x3a7069733c; // "<sip:"
const LESS_FOLD: u64 = 0x20202000; // letters only: what is to be a colon is one
const LESS_MASK: u64 = 0xffffffffff;

export let display: u32 = 0; // span as it stands, quotes kept; 0 = none
export let address: u32 = 0; // span of the URI without <>
export let bracketed = false;

/** Reads the address at `at`. Address of the first parameter's `;`, the comma or the line's end behind it, or 0 when malformed. */
export function readAddress(at: u32): u32 {
  let less = at;
  display = 0;
  bracketed = true;
  if (load<u8>(at) == 0x22) {
    const end = skipQuoted(at + 1);
    if (end == 0) return 0;
    display = span(at, end);
    less = skipSpace(end);
  }
  if (((load<u64>(less) | LESS_FOLD) & LESS_MASK) == LESS_SIP) {
    const end = skip(less + 5, CLASS_URI);
    if (load<u8>(end) == 0x3e && end != less + 5) {
      address = span(less + 1, end);
      return skipSpace(end + 1);
    }
  }
  if (load<u8>(less) == LESS) return readBracketed(less);
  return less == at ? readUnquoted(at) : 0;
}

/** The same of an address that begins with neither quote nor bracket. */
function readUnquoted(at: u32): u32 {
  const start = at;
  at = skip(at, CLASS_TOKEN);
  if (load<u8>(at) == 0x3a) {
    bracketed = false;
    const end = skipUri(start, CLASS_ADDR_SPEC);
    if (end == 0) return 0;
    address = span(start, end);
    return skipSpace(end);
  }
  let end = at;
  while (load<u8>(at) != LESS) {
    at = skipSpace(at);
    if (load<u8>(at) == LESS) break;
    const word = at;
    at = skip(at, CLASS_TOKEN);
    if (at == word) return 0;
    end = at;
  }
  display = span(start, end);
  return readBracketed(at);
}

function readBracketed(at: u32): u32 {
  const end = skipUri(at + 1, CLASS_URI);
  if (end == 0 || load<u8>(end) != 0x3e) return 0;
  address = span(at + 1, end);
  return skipSpace(end + 1);
}

/** Scheme, colon and at least one more character. Address behind, or 0. */
function skipUri(at: u32, characters: u32): u32 {
  const scheme = skip(at, CLASS_SCHEME);
  if (scheme == at || load<u8>(scheme) != 0x3a || load<u8>(at) < 0x41) return 0;
  const end = skipEscaped(scheme + 1, characters);
  return end == scheme + 1 || load<u8>(end) == 0x25 ? 0 : end;
}
