// The value of one known member: checked, decoded and noted in the ROAP record. A value of the wrong kind is noted as a
// fault and skipped, so that ids and seq behind it can still be read for the ERROR.

import { FAULT_CONTROL_CHARACTER } from "./codes";
import { isFalse, isNull, isTrue, numberFits, numberValue, readNumber, skipValue } from "./json";
import { ROAP } from "./layout";
import * as code from "./roap_codes";
import { refuse } from "./roap_fault";
import * as layout from "./roap_layout";
import { errorTypeOfText, OFFLINE, typeOf } from "./roap_names";
import { ONE, SPACE_UP } from "./scan";
import { loneSurrogate, textEnd, unescape } from "./unescape";
import { windowStart } from "./window";

const ID_LIMIT: i32 = 256;
const ADDRESS_LIMIT: i32 = 1024;
const SIX: u64 = 0xffffffffffff;
const OFFER: u64 = 0x22524546464f; // OFFER"
const TEMPORARILY_UNAVAILABLE: u32 = 480;

/** Notes a member's value. */
export function setWord(member: i32, word: u32): void {
  store<u32>(ROAP + ((layout.ROAP_MEMBERS + member) << 2), word);
  store<u32>(ROAP, load<u32>(ROAP, layout.ROAP_PRESENT << 2) | (1 << member), layout.ROAP_PRESENT << 2);
}

export function word(member: i32): u32 {
  return load<u32>(ROAP + ((layout.ROAP_MEMBERS + member) << 2));
}

export function isPresent(member: i32): bool {
  return (load<u32>(ROAP, layout.ROAP_PRESENT << 2) & (1 << member)) != 0;
}

/** Reads the value at an address. Answers the address after it, 0 = not JSON. */
export function readMember(member: i32, at: i32, depth: i32): i32 {
  if (isNull(at)) return at + 4;
  switch (member) {
    case layout.MEMBER_MESSAGE_TYPE:
      return readType(at, depth);
    case layout.MEMBER_ERROR_TYPE:
      return readErrorType(at, depth);
    case layout.MEMBER_SEQ:
    case layout.MEMBER_STATUS:
      return readInteger(member, at, depth);
    case layout.MEMBER_TIE_BREAKER:
    case layout.MEMBER_DURATION:
      return load<u8>(at) == 0x22 ? readDecimal(member, at) : readInteger(member, at, depth);
    case layout.MEMBER_MORE_COMING:
    case layout.MEMBER_PRIVACY:
      return readBoolean(member, at, depth);
    default:
      return readText(member, at, depth);
  }
}

/** Notes a text if it keeps to the member's limits. */
export function acceptText(member: i32, start: i32, end: i32): void {
  if (end == start) return;
  if (member != layout.MEMBER_SDP && member != layout.MEMBER_CONTENT) {
    const limit = member == layout.MEMBER_TO || member == layout.MEMBER_FROM ? ADDRESS_LIMIT : ID_LIMIT;
    if (end - start > limit) {
      refuse(code.FAULT_MEMBER_TOO_LONG, start);
      return;
    }
    const control = findControl(start, end);
    if (control < end) {
      refuse(FAULT_CONTROL_CHARACTER, control);
      return;
    }
  }
  setWord(member, ((<u32> start - windowStart()) << 16) | <u32> (end - start));
}

function readText(member: i32, at: i32, depth: i32): i32 {
  if (load<u8>(at) != 0x22) {
    const isId = member == layout.MEMBER_OFFERER_SESSION_ID || member == layout.MEMBER_ANSWERER_SESSION_ID ||
      member == layout.MEMBER_SIGNAL;
    const first = load<u8>(at);
    if (!isId || first == 0x7b || first == 0x5b || isTrue(at) || isFalse(at)) return refuseType(at, depth);
    const after = readNumber(at);
    if (after != 0) acceptText(member, at, after);
    return after;
  }
  const after = unescape(at + 1);
  if (after == 0) return 0;
  if (loneSurrogate != 0) refuse(code.FAULT_BAD_ESCAPE, loneSurrogate);
  else acceptText(member, at + 1, textEnd);
  return after;
}

function readType(at: i32, depth: i32): i32 {
  const first = load<u8>(at);
  if (first == 0x22) {
    if ((load<u64>(at, 1) & SIX) == OFFER) {
      setWord(layout.MEMBER_MESSAGE_TYPE, code.ROAP_OFFER);
      return at + 7;
    }
    const after = unescape(at + 1);
    if (after == 0) return 0;
    const type = typeOf(at + 1, textEnd - at - 1);
    if (type == 0) refuse(code.FAULT_UNKNOWN_TYPE, at);
    else setWord(layout.MEMBER_MESSAGE_TYPE, type);
    return after;
  }
  if (first != 0x2d && <u32> first - 0x30 > 9) return refuseType(at, depth);
  const after = readNumber(at);
  if (after == 0) return 0;
  const type = numberFits ? numericType(numberValue) : 0;
  if (type == 0) refuse(code.FAULT_UNKNOWN_TYPE, at);
  else setWord(layout.MEMBER_MESSAGE_TYPE, type);
  return after;
}

function readErrorType(at: i32, depth: i32): i32 {
  const first = load<u8>(at);
  let errorType: i32 = 0;
  let after: i32 = 0;
  if (first == 0x22) {
    after = unescape(at + 1);
    if (after == 0 || textEnd == at + 1) return after;
    errorType = errorTypeOfText(at + 1, textEnd - at - 1);
  } else if (first == 0x2d || <u32> first - 0x30 <= 9) {
    after = readNumber(at);
    if (after == 0) return 0;
    if (numberFits) errorType = numericErrorType(numberValue);
  } else {
    return refuseType(at, depth);
  }
  if (errorType == 0) {
    refuse(code.FAULT_UNKNOWN_ERROR_TYPE, at);
  } else if (errorType == OFFLINE) {
    setWord(layout.MEMBER_ERROR_TYPE, code.ERROR_TYPE_FAILED);
    if (!isPresent(layout.MEMBER_STATUS)) setWord(layout.MEMBER_STATUS, TEMPORARILY_UNAVAILABLE);
  } else {
    setWord(layout.MEMBER_ERROR_TYPE, errorType);
  }
  return after;
}

/** Numbers that the client with the numeric envelope gives its message types. */
function numericType(value: u32): i32 {
  switch (value) {
    case 1:
      return code.ROAP_OFFER;
    case 2:
      return code.ROAP_ANSWER;
    case 3:
      return code.ROAP_OK;
    case 4:
      return code.ROAP_CANDIDATE;
    case 5:
      return code.ROAP_SHUTDOWN;
    case 6:
      return code.ROAP_ERROR;
    case 7:
      return code.ROAP_MESSAGE;
    default:
      return 0;
  }
}

function numericErrorType(value: u32): i32 {
  switch (value) {
    case 1:
      return OFFLINE;
    case 2:
      return code.ERROR_TYPE_TIMEOUT;
    case 3:
      return code.ERROR_TYPE_NOMATCH;
    case 4:
      return code.ERROR_TYPE_REFUSED;
    case 5:
      return code.ERROR_TYPE_CONFLICT;
    case 6:
      return code.ERROR_TYPE_DOUBLECONFLICT;
    case 7:
    case 8:
      return code.ERROR_TYPE_FAILED;
    default:
      return 0;
  }
}

function readInteger(member: i32, at: i32, depth: i32): i32 {
  const first = load<u8>(at);
  if (first != 0x2d && <u32> first - 0x30 > 9) return refuseType(at, depth);
  const after = readNumber(at);
  if (after == 0) return 0;
  const isStatus = member == layout.MEMBER_STATUS;
  if (!numberFits || (isStatus && numberValue - 100 > 599)) refuse(code.FAULT_MEMBER_NUMBER, at);
  else setWord(member, numberValue);
  return after;
}

/** A number in quotes, digits only. */
function readDecimal(member: i32, at: i32): i32 {
  const after = unescape(at + 1);
  if (after == 0 || textEnd == at + 1) return after;
  let value: u64 = 0;
  let fits = textEnd - at - 1 <= 10;
  for (let next = at + 1; fits && next < textEnd; next++) {
    const digit = <u32> load<u8>(next) - 0x30;
    value = value * 10 + digit;
    fits = digit <= 9;
  }
  if (!fits || value > 0xffffffff) refuse(code.FAULT_MEMBER_NUMBER, at);
  else setWord(member, <u32> value);
  return after;
}

function readBoolean(member: i32, at: i32, depth: i32): i32 {
  if (isTrue(at) || isFalse(at)) {
    const yes = isTrue(at);
    setWord(member, yes ? 1 : 0);
    return yes ? at + 4 : at + 5;
  }
  if (load<u8>(at) != 0x22) return refuseType(at, depth);
  const after = unescape(at + 1);
  if (after == 0) return 0;
  const length = textEnd - at - 1;
  if (length == 4 && isTrue(at + 1)) setWord(member, 1);
  else if (length == 5 && isFalse(at + 1)) setWord(member, 0);
  else if (length != 0) refuse(code.FAULT_MEMBER_TYPE, at);
  return after;
}

/** Skips a value of the wrong kind. */
export function refuseType(at: i32, depth: i32): i32 {
  const after = skipValue(at, depth);
  if (after != 0) refuse(code.FAULT_MEMBER_TYPE, at);
  return after;
}

/** First control character (C0, DEL, C1) or line separator (U+2028, U+2029), `end` when there is none. */
function findControl(start: i32, end: i32): i32 {
  let at = start;
  if (ASC_FEATURE_SIMD) {
    // Whole blocks of printable ASCII, and what the last of them has too much.
    while (at < end) {
      const low = i8x16.lt_s(i8x16.add(v128.load(at), v128.load(ONE)), v128.load(SPACE_UP));
      const left = end - at;
      const mask: u32 = i8x16.bitmask(low) & (left < 16 ? (1 << left) - 1 : 0xffff);
      if (mask != 0) break;
      at += 16;
    }
  }
  for (; at < end; at++) {
    const byte = <u32> load<u8>(at);
    if (byte < 0x20 || byte == 0x7f) return at;
    if (byte == 0xc2 && <u32> load<u8>(at, 1) < 0xa0) return at;
    if (byte == 0xe2 && load<u8>(at, 1) == 0x80 && (load<u8>(at, 2) & 0xfe) == 0xa8) return at;
  }
  return end;
}
