// One header value read piece by piece, on demand: openValue() puts the cursor at its beginning, each take moves it behind what it found and the white
// space there. Nothing found: nothing moves. A piece never reaches past the value's end, whatever stands behind it.

import { address, display, readAddress } from "./sip_address";
import {
  CLASS_TOKEN,
  CLASS_VALUE,
  CLASS_WORD,
  decimal,
  decimalEnd,
  skip,
  skipQuoted,
  skipSpace,
} from "./scan";
import { span, spanEnd, spanStart } from "./sip_lines";
import { paramName, paramNameEnd, paramValue, paramValueEnd, readParam } from "./sip_param";
import { trimmed } from "./sip_via";
import { windowStart } from "./window";

const COMMA: u8 = 0x2c;
const SEMICOLON: u8 = 0x3b;

/** What takeParam() and takeAddress() found besides what they answer. */
let second: u32 = 0;
let at: u32 = 0;
let end: u32 = 0;

export function openValue(value: u32): void {
  at = spanStart(value);
  end = spanEnd(value);
  move(at);
}

/** Offset of the cursor in the message. */
export function valueOffset(): u32 {
  return at - windowStart();
}

export function valueDone(): bool {
  return at >= end;
}

/** Moves behind one character. False when it is not the one that stands here. */
export function takeCharacter(character: u32): bool {
  if (at >= end || load<u8>(at) != character) return false;
  move(at + 1);
  return true;
}

/** Span of a token. 0 = none here. */
export function takeToken(): u32 {
  return take(skip(at, CLASS_TOKEN));
}

/** Span of a token, or a host with its port. */
export function takeHost(): u32 {
  return take(skip(at, CLASS_VALUE));
}

/** Span of a Call-ID: `word` or `word@word`. */
export function takeCallId(): u32 {
  let stop = skip(at, CLASS_WORD);
  if (stop > at && load<u8>(stop) == 0x40 && skip(stop + 1, CLASS_WORD) > stop + 1) {
    stop = skip(stop + 1, CLASS_WORD);
  }
  return take(stop);
}

/** A decimal number up to `limit`. -1 = none here, or too large. */
export function takeNumber(limit: u32): f64 {
  if (at >= end) return -1;
  const number = decimal(at, limit as u64);
  if (number < 0 || decimalEnd > end) return -1;
  move(decimalEnd);
  return number as f64;
}

/** Span of a quoted string with its quotes. 0 = none here, or without end. */
export function takeQuoted(): u32 {
  if (at >= end || load<u8>(at) != 0x22) return 0;
  return take(skipQuoted(at + 1));
}

/** Span of a comment with its parentheses, comments in it included (RFC 3261 25.1). 0 = none here, or without end. */
export function takeComment(): u32 {
  if (at >= end || load<u8>(at) != 0x28) return 0;
  let depth = 0;
  let stop = at;
  while (stop < end) {
    const character = load<u8>(stop);
    if (character == 0x5c) stop++;
    else if (character == 0x28) depth++;
    else if (character == 0x29) depth--;
    stop++;
    if (depth == 0) return take(stop);
  }
  return 0;
}

/** Moves behind `;name` or `;name=value`. Span of the name, 0 = none here, 1 = malformed. takenSecond(): the value with its quotes, 0 = none. */
export function takeParam(): u32 {
  if (at >= end || load<u8>(at) != 0x3b) return 0;
  return takePair(readParam(at));
}

/** The same for `name=value` of a challenge, without a separator before it. */
export function takeAuthParam(): u32 {
  if (at >= end) return 0;
  return takePair(readParam(at - 1));
}

/** Moves behind a name-addr or addr-spec. Span of the URI, 0 = malformed. takenSecond(): the display name as it stands, 0 = none. */
export function takeAddress(): u32 {
  const stop = at >= end ? 0 : readAddress(at);
  if (stop == 0 || trimmed(stop) > end) return 0;
  second = display;
  move(stop);
  return address;
}

export function takenSecond(): u32 {
  return second;
}

/**
 * Moves behind the next value of a comma-joined list and its comma: commas in quotes and <> are none. Span of the value, 0 = there is no more,
 * 1 = a quote or bracket without end. Empty elements are passed over: the lists of RFC 3261 have none, those of HTTP do.
 */
export function takeElement(): u32 {
  while (at < end && load<u8>(at) == COMMA) move(at + 1);
  if (at >= end) return 0;
  const stop = skipUnquoted(COMMA);
  if (stop == 0) return 1;
  const found = span(at, trimmed(stop));
  move(stop < end ? stop + 1 : stop);
  return found;
}

/** Moves behind everything before the first parameter. Span of it, 0 = nothing, 1 = a quote or bracket without end. */
export function takeHead(): u32 {
  const stop = skipUnquoted(SEMICOLON);
  if (stop == 0) return 1;
  if (stop == at) return 0;
  const found = span(at, trimmed(stop));
  move(stop);
  return found;
}

/** Address of the first such character outside quotes and <>, or of the value's end. 0 = a quote or bracket without end. */
function skipUnquoted(character: u8): u32 {
  let stop = at;
  while (stop < end) {
    const passed = load<u8>(stop);
    if (passed == character) break;
    if (passed == 0x22) {
      stop = skipQuoted(stop + 1);
      if (stop == 0 || stop > end) return 0;
    } else if (passed == 0x3c) {
      while (stop < end && load<u8>(stop) != 0x3e) stop++;
      if (stop >= end) return 0;
      stop++;
    } else {
      stop++;
    }
  }
  return stop;
}

/** Span of [at, stop) when that is something and lies within the value; the cursor goes behind it. */
function take(stop: u32): u32 {
  if (stop <= at || stop > end) return 0;
  const found = span(at, stop);
  move(stop);
  return found;
}

function takePair(stop: u32): u32 {
  if (stop == 0 || paramNameEnd > end || (paramValue != 0 && paramValueEnd > end)) return 1;
  second = paramValue == 0 ? 0 : span(paramValue, paramValueEnd);
  move(stop);
  return span(paramName, paramNameEnd);
}

function move(to: u32): void {
  at = skipSpace(to);
  if (at > end) at = end;
}
