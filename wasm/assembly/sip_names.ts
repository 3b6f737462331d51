// Names of header fields (the rows are in sip_headers.ts) and methods: tables in memory, filled once at start, and the look-ups in them.
//
//  NAMES    one 32-byte entry for each HEADER_*: name in its own spelling; at 31 its length
//  FOLDED   the same with letters in lower case and a colon behind, for comparing
//  COMPACT  one byte for each letter: HEADER_* of the compact form
//  SLOTS    256 slots of 16 bits, open addressing by length, first and last letter: HEADER_* << 8 | length
//  QUICK    512 bytes, by a hash of the first four letters and the length: HEADER_*, 0 = none. Of names that share a hash, the first
//  METHODS  one 16-byte entry for each METHOD_*: name; at 15 its length

import * as codes from "./codes";
import { CASE, CLASS_TOKEN, COLON, skip } from "./scan";
import { SIP_CHAIN_COUNT, TABLES } from "./layout";

const ENTRIES: u32 = SIP_CHAIN_COUNT;
const NAMES: u32 = TABLES + 0x200;
export const FOLDED: u32 = NAMES + (ENTRIES << 5);
const COMPACT: u32 = FOLDED + (ENTRIES << 5);
const SLOTS: u32 = COMPACT + 32;
const METHODS: u32 = SLOTS + 512;
const QUICK: u32 = METHODS + 256;
export const NAMES_END: u32 = QUICK + 512;

defineMethods();

/** HEADER_* of a name: HEADER_OTHER when it is not in the list. At least 32 bytes behind `at` are readable. */
export function headerOf(at: u32, length: u32): u32 {
  if (length == 1) {
    const letter = ((load<u8>(at) as u32) | 0x20) - 0x61;
    if (letter > 25) return codes.HEADER_OTHER;
    const header: u32 = load<u8>(COMPACT + letter);
    return header == 0 ? codes.HEADER_OTHER : header;
  }
  if (length > 30) return codes.HEADER_OTHER;
  let slot = slotOf(load<u8>(at), load<u8>(at + length - 1), length);
  while (true) {
    const entry: u32 = load<u16>(SLOTS + (slot << 1));
    if (entry == 0) return codes.HEADER_OTHER;
    const header = entry >> 8;
    if ((entry & 255) == length && isName(at, length, FOLDED + (header << 5))) return header;
    slot = (slot + 1) & 255;
  }
}

/** Where the one header may be whose name has this length and these first four letters in lower case (what stands behind a shorter one included). */
export function quickSlot(letters: u32, length: u32): u32 {
  return QUICK + (((letters + length) * 0xfeb89fff) >>> 23);
}

/** Length << 8 | HEADER_* of the name at `at`: of the token there, 0 when there is none. */
export function nameAt(at: u32): u32 {
  if (ASC_FEATURE_SIMD) {
    const long = longName(at);
    if (long != 0) return long;
  }
  const length = skip(at, CLASS_TOKEN) - at;
  return length == 0 ? 0 : (length << 8) | headerOf(at, length);
}

/** The same of a name in the list with 16 to 30 letters and a colon behind. 0 = it is none. */
function longName(at: u32): u32 {
  const fold = v128.load(CASE);
  const colons = v128.load(COLON);
  const letters = v128.load(at);
  const rest = v128.load(at, 16);
  const colon: u32 = i8x16.bitmask(i8x16.eq(rest, colons));
  const length: u32 = 16 + ctz(colon);
  const folded = v128.or(letters, fold);
  const header: u32 = load<u8>(quickSlot(i32x4.extract_lane(folded, 0), length));
  const entry = FOLDED + (header << 5);
  if (i8x16.bitmask(i8x16.eq(folded, v128.load(entry))) != 0xffff) return 0;
  const equal: u32 = i8x16.bitmask(i8x16.eq(v128.or(rest, fold), v128.load(entry, 16)));
  const wanted = colon ^ (colon - 1);
  return (equal & wanted) == wanted ? (length << 8) | header : 0;
}

/** METHOD_* of a token, by case: METHOD_OTHER when it is not in the list. */
export function methodOf(at: u32, length: u32): u32 {
  if (length > 9) return codes.METHOD_OTHER;
  const mask: u64 = length < 8 ? ((1 as u64) << ((length << 3) as u64)) - 1 : ~(0 as u64);
  const letters = load<u64>(at) & mask;
  for (let method: u32 = 1; method < (codes.METHOD_OTHER as u32); method++) {
    const entry = METHODS + (method << 4);
    if (load<u64>(entry) == letters && load<u8>(entry, 15) == length) {
      return length < 9 || load<u8>(entry, 8) == load<u8>(at, 8) ? method : codes.METHOD_OTHER;
    }
  }
  return codes.METHOD_OTHER;
}

/** Address of a method's name. */
export function methodName(method: u32): u32 {
  return METHODS + (method << 4);
}

export function methodNameLength(method: u32): u32 {
  return load<u8>(METHODS + (method << 4), 15);
}

/** Address of a header's name in its usual spelling. */
export function headerName(header: u32): u32 {
  return NAMES + (header << 5);
}

export function headerNameLength(header: u32): u32 {
  return load<u8>(NAMES + (header << 5), 31);
}

/** These factors give nearly every name a slot of its own. */
function slotOf(first: u32, last: u32, length: u32): u32 {
  return ((first | 0x20) * 8 + (last | 0x20) * 91 + length * 11) & 255;
}

/** Setting bit 5 makes letters lower case and leaves "-" as it is; no other byte but a control character becomes either. */
function isName(at: u32, length: u32, entry: u32): bool {
  if (ASC_FEATURE_SIMD) {
    const fold = v128.load(CASE);
    const first: u32 = i8x16.bitmask(i8x16.ne(v128.or(v128.load(at), fold), v128.load(entry)));
    if (length <= 16) return (ctz(first | 0x10000) as u32) >= length;
    const second: u32 = i8x16.bitmask(i8x16.ne(v128.or(v128.load(at, 16), fold), v128.load(entry, 16)));
    return first == 0 && (ctz(second | 0x10000) as u32) >= length - 16;
  }
  for (let i: u32 = 0; i < length; i++) {
    if ((load<u8>(at + i) | 0x20) != load<u8>(entry + i)) return false;
  }
  return true;
}

/** Enters a name, and the letter of its compact form, 0 = none. */
export function defineHeader(header: u32, name: string, compact: u32): void {
  const entry = NAMES + (header << 5);
  const folded = FOLDED + (header << 5);
  const length = name.length as u32;
  for (let i: u32 = 0; i < length; i++) {
    const letter = load<u8>(changetype<usize>(name) + (i << 1));
    store<u8>(entry + i, letter);
    store<u8>(folded + i, letter | 0x20);
  }
  store<u8>(folded + length, 0x3a);
  store<u8>(entry, length, 31);
  store<u8>(folded, length, 31);
  if (compact != 0) store<u8>(COMPACT + compact - 0x61, header);
  let slot = slotOf(load<u8>(entry), load<u8>(entry + length - 1), length);
  while (load<u16>(SLOTS + (slot << 1)) != 0) slot = (slot + 1) & 255;
  store<u16>(SLOTS + (slot << 1), (header << 8) | length);
  const quick = quickSlot(load<u32>(folded) | 0x20202020, length);
  if (load<u8>(quick) == 0) store<u8>(quick, header);
}

function defineMethod(method: u32, name: string): void {
  const entry = METHODS + (method << 4);
  for (let i = 0; i < name.length; i++) store<u8>(entry + i, name.charCodeAt(i));
  store<u8>(entry, name.length, 15);
}

function defineMethods(): void {
  defineMethod(codes.METHOD_INVITE, "INVITE");
  defineMethod(codes.METHOD_ACK, "ACK");
  defineMethod(codes.METHOD_BYE, "BYE");
  defineMethod(codes.METHOD_CANCEL, "CANCEL");
  defineMethod(codes.METHOD_REGISTER, "REGISTER");
  defineMethod(codes.METHOD_OPTIONS, "OPTIONS");
  defineMethod(codes.METHOD_INFO, "INFO");
  defineMethod(codes.METHOD_PRACK, "PRACK");
  defineMethod(codes.METHOD_UPDATE, "UPDATE");
  defineMethod(codes.METHOD_MESSAGE, "MESSAGE");
  defineMethod(codes.METHOD_SUBSCRIBE, "SUBSCRIBE");
  defineMethod(codes.METHOD_NOTIFY, "NOTIFY");
  defineMethod(codes.METHOD_PUBLISH, "PUBLISH");
  defineMethod(codes.METHOD_REFER, "REFER");
}
