// Writes one ROAP message: members sorted by name, no white space, every text escaped.
//
// The control text lies at TEXT: six fields, one line each, in the order in which their members are written, and behind
// them (not counted) the reason, which may be any text. A field that holds a control character is a fault of ours.

import { escape, FULL, OUTPUT_LIMIT } from "./escape";
import { TEXT } from "./layout";
import { ROAP_INFO, ROAP_MESSAGE, ROAP_NOTIFY, ROAP_PUBLISH, ROAP_SUBSCRIBE } from "./roap_codes";
import * as layout from "./roap_layout";
import { errorTypeEntry, memberEntry, typeEntry } from "./roap_names";

/** Answered instead of an address: this minus MEMBER_* of the first field that does not end where it should. */
export const BROKEN_FIELD: i32 = -100;

let to: i32 = 0;
let field: i32 = 0;
let fieldsEnd: i32 = 0;
let failed: bool = false;
let failure: i32 = 0;

/**
 * Writes from `start` on. Answers the address after the message, or NOT_UTF8 (the body), FULL, BROKEN_FIELD. seq and
 * tieBreaker below 0, moreComing, errorType, status, reason and body 0 are left out, as are empty fields.
 */
export function writeRoap(
  start: i32,
  type: i32,
  seq: f64,
  tieBreaker: f64,
  moreComing: i32,
  errorType: i32,
  status: i32,
  fieldsLength: i32,
  reasonLength: i32,
  body: i32,
  bodyLength: i32,
): i32 {
  to = start;
  field = TEXT;
  fieldsEnd = TEXT + fieldsLength;
  failed = false;
  const bodyMember = isContent(type) ? layout.MEMBER_CONTENT : layout.MEMBER_SDP;
  if (to >= OUTPUT_LIMIT) return FULL;
  store<u8>(to++, 0x7b);
  putField(layout.MEMBER_ANSWERER_SESSION_ID);
  if (bodyMember == layout.MEMBER_CONTENT) putText(bodyMember, body, bodyLength);
  if (errorType != 0) putEntry(layout.MEMBER_ERROR_TYPE, errorTypeEntry(errorType));
  putField(layout.MEMBER_FROM);
  putEntry(layout.MEMBER_MESSAGE_TYPE, typeEntry(type));
  if (moreComing != 0) putTrue(layout.MEMBER_MORE_COMING);
  putField(layout.MEMBER_OFFERER_SESSION_ID);
  putText(layout.MEMBER_REASON, fieldsEnd, reasonLength);
  putField(layout.MEMBER_RESPONSE_TOKEN);
  if (bodyMember == layout.MEMBER_SDP) putText(bodyMember, body, bodyLength);
  putNumber(layout.MEMBER_SEQ, seq);
  putField(layout.MEMBER_SESSION_TOKEN);
  if (status != 0) putNumber(layout.MEMBER_STATUS, status);
  putNumber(layout.MEMBER_TIE_BREAKER, tieBreaker);
  putField(layout.MEMBER_TO);
  if (failed) return failure;
  store<u8>(to++, 0x7d);
  return to;
}

/** Types whose body is no session description. */
function isContent(type: i32): bool {
  return type == ROAP_INFO || type == ROAP_MESSAGE || type == ROAP_SUBSCRIBE || type == ROAP_NOTIFY ||
    type == ROAP_PUBLISH;
}

function fail(code: i32): void {
  failed = true;
  failure = code;
}

/** Comma, name and colon. Leaves room for a number or the text of an entry. */
function putName(member: i32): bool {
  if (failed) return false;
  if (to >= OUTPUT_LIMIT) {
    fail(FULL);
    return false;
  }
  if (load<u8>(to - 1) != 0x7b) store<u8>(to++, 0x2c);
  store<u8>(to++, 0x22);
  to = copyEntry(memberEntry(member));
  store<u16>(to, 0x3a22);
  to += 2;
  return true;
}

function copyEntry(entry: i32): i32 {
  store<u64>(to, load<u64>(entry));
  store<u64>(to, load<u64>(entry, 8), 8);
  store<u64>(to, load<u64>(entry, 16), 16);
  return to + load<u8>(entry, layout.ENTRY_LENGTH);
}

function putEntry(member: i32, entry: i32): void {
  if (!putName(member)) return;
  store<u8>(to++, 0x22);
  to = copyEntry(entry);
  store<u8>(to++, 0x22);
}

function putTrue(member: i32): void {
  if (!putName(member)) return;
  store<u32>(to, 0x65757274);
  to += 4;
}

function putNumber(member: i32, number: f64): void {
  if (number < 0 || !putName(member)) return;
  let value = <u32> number;
  let digits = 1;
  for (let rest = value / 10; rest != 0; rest /= 10) digits++;
  to += digits;
  for (let at = to - 1; digits > 0; digits--) {
    store<u8>(at--, <u8> (0x30 + value % 10));
    value /= 10;
  }
}

function putText(member: i32, start: i32, length: i32): void {
  if (length == 0 || !putName(member)) return;
  store<u8>(to++, 0x22);
  const after = escape(start, start + length, to);
  if (after <= 0) {
    fail(after);
    return;
  }
  to = after;
  store<u8>(to++, 0x22);
}

/** The next field of the control text. `to` is the last one and ends with the text, each other one with its line. */
function putField(member: i32): void {
  if (failed) return;
  const start = field;
  const end = controlAt(start);
  if (member == layout.MEMBER_TO ? end < fieldsEnd : end >= fieldsEnd || load<u8>(end) != 0x0a) {
    fail(BROKEN_FIELD - member);
    return;
  }
  field = end + 1;
  putText(member, start, end - start);
}

/** The first control character from here on, `fieldsEnd` when there is none. */
function controlAt(at: i32): i32 {
  if (ASC_FEATURE_SIMD) {
    while (at < fieldsEnd) {
      const block = v128.load(at);
      const mask = i8x16.bitmask(
        v128.or(i8x16.lt_u(block, i8x16.splat(0x20)), i8x16.eq(block, i8x16.splat(0x7f))),
      );
      if (mask != 0) return min(at + ctz(mask), fieldsEnd);
      at += 16;
    }
  } else {
    for (; at < fieldsEnd; at++) {
      const byte = <u32> load<u8>(at);
      if (byte < 0x20 || byte == 0x7f) return at;
    }
  }
  return fieldsEnd;
}
