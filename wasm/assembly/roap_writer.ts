// Writes one ROAP message: members sorted by name, no white space, every text escaped.
//
// The control text lies at TEXT: six fields one behind the other, in the order in which their members are written, behind them the reason, which may be
// any text, and behind that the five fields that only requests of their own have; their lengths are in FIELD_LENGTHS. A field that holds a control character is a
// fault of ours.
//
// Where the next byte goes is handed from step to step: a global would be stored and loaded anew in each.

import { copyDecimal } from "./copy";
import { clearWide, escape, FULL, OUTPUT_LIMIT, wide } from "./escape";
import { FIELD_LENGTHS, TEXT } from "./layout";
import { stopMask } from "./plain_run";
import { ROAP_INFO, ROAP_MESSAGE, ROAP_NOTIFY, ROAP_PUBLISH, ROAP_REFER, ROAP_SUBSCRIBE } from "./roap_codes";
import * as layout from "./roap_layout";
import { errorTypeEntry, memberEntry, typeEntry } from "./roap_names";
import { DELETE } from "./scan";

/** Answered instead of an address: this minus MEMBER_* of the first field that holds a control character. */
export const BROKEN_FIELD: i32 = -100;

const QUOTE: u8 = 0x22;

// Numbers of the fields behind the reason.
const REASON: i32 = 6;
const CONTENT_TYPE: i32 = 7;
const INFO_TYPE: i32 = 8;
const SIGNAL: i32 = 9;
const REFER_TOKEN: i32 = 10;
const TRANSACTION_ID: i32 = 11;

/** The next field. */
let field: i32 = 0;
let failed: bool = false;
let failure: i32 = 0;

/**
 * Writes from `start` on. Answers the address after the message, with ROAP_WIDE when it is not all ASCII, or NOT_UTF8 (the body), FULL, BROKEN_FIELD. seq and
 * tieBreaker below 0, moreComing, errorType, status and body 0 are left out, as are empty fields. There is a type always. `extended`: there are fields behind the
 * reason, and a duration unless it is below 0.
 */
export function writeRoap(
  start: i32,
  type: i32,
  seq: f64,
  tieBreaker: f64,
  moreComing: i32,
  errorType: i32,
  status: i32,
  body: i32,
  bodyLength: i32,
  extended: i32,
  duration: f64,
): i32 {
  field = TEXT;
  failed = false;
  clearWide();
  if (start >= OUTPUT_LIMIT) return FULL;
  let to = start;
  to = putField(to, layout.MEMBER_ANSWERER_SESSION_ID, 0);
  if (isContent(type)) to = putText(to, layout.MEMBER_CONTENT, body, bodyLength);
  if (extended != 0) to = putExtra(to, layout.MEMBER_CONTENT_TYPE, CONTENT_TYPE);
  if (errorType != 0) to = putEntry(to, layout.MEMBER_ERROR_TYPE, errorTypeEntry(errorType));
  to = putField(to, layout.MEMBER_FROM, 1);
  if (extended != 0) to = putInfo(to, duration);
  to = putEntry(to, layout.MEMBER_MESSAGE_TYPE, typeEntry(type));
  if (moreComing != 0) to = putTrue(to, layout.MEMBER_MORE_COMING);
  to = putField(to, layout.MEMBER_OFFERER_SESSION_ID, 2);
  to = putText(to, layout.MEMBER_REASON, startOf(REASON), fieldLength(REASON));
  if (extended != 0) to = putExtra(to, layout.MEMBER_REFER_TOKEN, REFER_TOKEN);
  to = putField(to, layout.MEMBER_RESPONSE_TOKEN, 3);
  if (!isContent(type)) to = putText(to, layout.MEMBER_SDP, body, bodyLength);
  to = putNumber(to, layout.MEMBER_SEQ, seq);
  to = putField(to, layout.MEMBER_SESSION_TOKEN, 4);
  if (status != 0) to = putNumber(to, layout.MEMBER_STATUS, status);
  to = putNumber(to, layout.MEMBER_TIE_BREAKER, tieBreaker);
  to = putField(to, layout.MEMBER_TO, 5);
  if (extended != 0) to = putExtra(to, layout.MEMBER_TRANSACTION_ID, TRANSACTION_ID);
  if (failed) return failure;
  store<u8>(start, 0x7b); // in place of the first member's comma
  store<u8>(to, 0x7d);
  return wide ? (to + 1) | layout.ROAP_WIDE : to + 1;
}

/** Types whose body is no session description. */
function isContent(type: i32): bool {
  return type == ROAP_INFO || type == ROAP_MESSAGE || type == ROAP_SUBSCRIBE || type == ROAP_NOTIFY ||
    type == ROAP_PUBLISH || type == ROAP_REFER;
}

function fieldLength(number: i32): i32 {
  return load<i32>(FIELD_LENGTHS + (number << 2));
}

function startOf(number: i32): i32 {
  let at: i32 = TEXT;
  for (let i: i32 = 0; i < number; i++) at += fieldLength(i);
  return at;
}

/** The object `info`, where there is anything in it. */
function putInfo(to: i32, duration: f64): i32 {
  if (duration < 0 && fieldLength(INFO_TYPE) == 0 && fieldLength(SIGNAL) == 0) return to;
  const start = putName(to, layout.MEMBER_INFO);
  to = putNumber(start, layout.MEMBER_DURATION, duration);
  to = putExtra(to, layout.MEMBER_SIGNAL, SIGNAL);
  to = putExtra(to, layout.MEMBER_INFO_TYPE, INFO_TYPE);
  store<u8>(start, 0x7b); // in place of the first member's comma
  store<u8>(to, 0x7d);
  return to + 1;
}

/** A field behind the reason. */
function putExtra(to: i32, member: i32, number: i32): i32 {
  const length = fieldLength(number);
  if (length == 0) return to;
  const start = startOf(number);
  if (hasControl(start, start + length)) fail(BROKEN_FIELD - member);
  return putText(to, member, start, length);
}

function fail(code: i32): void {
  if (failed) return;
  failed = true;
  failure = code;
}

/** Comma, name and colon. Leaves room for a number or the text of an entry; once the arena is full all that follows goes over what has been written there. */
function putName(to: i32, member: i32): i32 {
  if (to >= OUTPUT_LIMIT) {
    fail(FULL);
    return OUTPUT_LIMIT;
  }
  store<u16>(to, 0x222c);
  to = copyEntry(to + 2, memberEntry(member));
  store<u16>(to, 0x3a22);
  return to + 2;
}

function copyEntry(to: i32, entry: i32): i32 {
  store<u64>(to, load<u64>(entry));
  store<u64>(to, load<u64>(entry, 8), 8);
  store<u64>(to, load<u64>(entry, 16), 16);
  return to + load<u8>(entry, layout.ENTRY_LENGTH);
}

function putEntry(to: i32, member: i32, entry: i32): i32 {
  to = putName(to, member);
  store<u8>(to, QUOTE);
  to = copyEntry(to + 1, entry);
  store<u8>(to, QUOTE);
  return to + 1;
}

function putTrue(to: i32, member: i32): i32 {
  to = putName(to, member);
  store<u32>(to, 0x65757274);
  return to + 4;
}

function putNumber(to: i32, member: i32, number: f64): i32 {
  return number < 0 ? to : copyDecimal(putName(to, member), <u32> number);
}

function putText(to: i32, member: i32, start: i32, length: i32): i32 {
  if (length == 0 || failed) return to;
  to = putName(to, member);
  store<u8>(to, QUOTE);
  const after = escape(start, start + length, to + 1);
  if (after <= 0) {
    fail(after);
    return to;
  }
  store<u8>(after, QUOTE);
  return after + 1;
}

/** The next field of the control text. */
function putField(to: i32, member: i32, number: i32): i32 {
  const length = fieldLength(number);
  if (length == 0) return to;
  const start = field;
  field = start + length;
  if (ASC_FEATURE_SIMD) {
    // Most are short and plain.
    const bytes = v128.load(start);
    const stops = stopMask(start) | i8x16.bitmask(i8x16.eq(bytes, v128.load(DELETE)));
    if (length <= 16 && (stops & ((1 << length) - 1)) == 0) {
      to = putName(to, member);
      store<u8>(to, QUOTE);
      v128.store(to, bytes, 1);
      to += length + 1;
      store<u8>(to, QUOTE);
      return to + 1;
    }
  }
  if (hasControl(start, field)) fail(BROKEN_FIELD - member);
  return putText(to, member, start, length);
}

function hasControl(at: i32, end: i32): bool {
  if (ASC_FEATURE_SIMD) {
    for (; at < end; at += 16) {
      const bytes = v128.load(at);
      const mask = i8x16.bitmask(
        v128.or(i8x16.lt_u(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, v128.load(DELETE))),
      );
      if (mask != 0) return at + ctz(mask) < end;
    }
    return false;
  }
  for (; at < end; at++) {
    const byte = <u32> load<u8>(at);
    if (byte < 0x20 || byte == 0x7f) return true;
  }
  return false;
}
