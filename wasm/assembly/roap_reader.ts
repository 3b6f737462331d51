// Reads one ROAP message (draft-jennings-rtcweb-signaling-01) in one walk over its JSON, unescaping as it goes. Liberal:
// other spellings, unknown members and the envelopes of clients in the field are taken; a member met twice is not.

import { FAULT_TOO_LONG } from "./codes";
import { clear64 } from "./copy";
import { envelopeFromRoap } from "./envelope";
import { skipColon, skipSpace, skipValue } from "./json";
import { ROAP } from "./layout";
import * as code from "./roap_codes";
import { refuse, setMember } from "./roap_fault";
import * as layout from "./roap_layout";
import { acceptText, isPresent, readMember, refuseType, word } from "./roap_member";
import { memberOf } from "./roap_names";
import { loneSurrogate, setEnd, textEnd, unescape } from "./unescape";
import { windowStart } from "./window";

const MESSAGE_LIMIT: i32 = 65536;
const PREFIX: u32 = 0x0a504453; // SDP and a line feed

// The names that most messages have, each with its closing quote, the first letter lowest.
const THREE: u64 = 0xffffff;
const FOUR: u64 = 0xffffffff;
const TO: u64 = 0x226f74; // to"
const SDP: u64 = 0x22706473; // sdp"
const SEQ: u64 = 0x22716573; // seq"
const MESSAGE_T: u64 = 0x546567617373656d;
const YPE: u32 = 0x22657079; // ype"
const OFFERER_S: u64 = 0x537265726566666f;
const ESSION_ID: u64 = 0x64496e6f69737365;
const ANSWERER: u64 = 0x7265726577736e61;
const SESSION_I: u64 = 0x496e6f6973736553;
const D: u16 = 0x2264; // d"
const TIE_BREAK: u64 = 0x6b61657242656974;
const ER: u32 = 0x227265; // er"

/** Whether the message holds its ROAP message in an object of its own, and where the outer addresses are (0 = absent). */
let enveloped: bool = false;
let origStart: i32 = 0;
let origEnd: i32 = 0;
let destStart: i32 = 0;
let destEnd: i32 = 0;

/**
 * Reads the message of this many bytes in the window and makes the envelope of it. Answers 0 or a FAULT_*; the record at ROAP
 * has the rest.
 */
export function readRoap(length: i32): i32 {
  readMessage(length);
  envelopeFromRoap();
  return load<i32>(ROAP, layout.ROAP_FAULT << 2);
}

function readMessage(length: i32): void {
  const start = <i32> windowStart();
  clear64(ROAP);
  clear64(ROAP + 64);
  clear64(ROAP + 128);
  setMember(0);
  enveloped = false;
  origStart = 0;
  destStart = 0;
  if (length < 0 || length > MESSAGE_LIMIT) {
    refuse(FAULT_TOO_LONG, start);
    return;
  }
  store<u32>(ROAP, length, layout.ROAP_LENGTH << 2);
  const end = start + length;
  store<u64>(end, 0);
  store<u64>(end, 0, 8);
  setEnd(end);
  let at = start;
  if (load<u32>(at) == PREFIX) at += 4;
  at = skipSpace(at);
  if (load<u8>(at) != 0x7b) {
    refuse(code.FAULT_NOT_OBJECT, at);
    return;
  }
  at = readObject(at + 1, 1, layout.SCOPE_OUTER);
  if (at == 0) return;
  setMember(0);
  at = skipSpace(at);
  if (at < end) refuse(code.FAULT_TRAILING_TEXT, at);
  if (enveloped) takeOuterAddresses();
  requireMembers(end);
}

/** Members up to the closing brace; `at` is behind the opening one. `depth` is 1 for the message, `scope` the object's SCOPE_*. */
function readObject(at: i32, depth: i32, scope: i32): i32 {
  at = skipSpace(at);
  if (load<u8>(at) == 0x7d) return at + 1;
  while (true) {
    setMember(0);
    if (load<u8>(at) != 0x22) return refuse(code.FAULT_NOT_JSON, at);
    const name = at + 1;
    const word = load<u64>(name);
    let member: i32 = 0;
    // Where a name ends is known by what it is, and not by a look for its quote that all behind it would wait for.
    if (scope == layout.SCOPE_INFO) {
      at = 0;
    } else if ((word & FOUR) == SDP) {
      member = layout.MEMBER_SDP;
      at = name + 4;
    } else if ((word & FOUR) == SEQ) {
      member = layout.MEMBER_SEQ;
      at = name + 4;
    } else if (word == MESSAGE_T && load<u32>(name, 8) == YPE) {
      member = layout.MEMBER_MESSAGE_TYPE;
      at = name + 12;
    } else if (word == OFFERER_S && load<u64>(name, 8) == ESSION_ID && load<u8>(name, 16) == 0x22) {
      member = layout.MEMBER_OFFERER_SESSION_ID;
      at = name + 17;
    } else if (word == ANSWERER && load<u64>(name, 8) == SESSION_I && load<u16>(name, 16) == D) {
      member = layout.MEMBER_ANSWERER_SESSION_ID;
      at = name + 18;
    } else if (word == TIE_BREAK && (load<u32>(name, 8) & <u32> THREE) == ER) {
      member = layout.MEMBER_TIE_BREAKER;
      at = name + 11;
    } else if ((word & THREE) == TO) {
      member = layout.MEMBER_TO;
      at = name + 3;
    } else {
      at = 0;
    }
    if (at == 0) {
      at = unescape(name);
      if (at == 0) return 0;
      if (loneSurrogate == 0) member = memberOf(name, textEnd - name, scope);
    }
    at = skipColon(at);
    if (at == 0) return 0;
    at = member == 0 ? skipValue(at, depth) : readOnce(member, at, depth);
    if (at == 0) return 0;
    let byte = load<u8>(at);
    if (byte <= 0x20) {
      at = skipSpace(at);
      byte = load<u8>(at);
    }
    if (byte == 0x7d) return at + 1;
    if (byte != 0x2c) return refuse(code.FAULT_NOT_JSON, at);
    at++;
    if (load<u8>(at) != 0x22) at = skipSpace(at);
  }
}

function readOnce(member: i32, at: i32, depth: i32): i32 {
  const seen = load<u32>(ROAP, layout.ROAP_SEEN << 2);
  setMember(member);
  if ((seen & (1 << member)) != 0) {
    refuse(code.FAULT_DUPLICATE_MEMBER, at);
    return skipValue(at, depth);
  }
  store<u32>(ROAP, seen | (1 << member), layout.ROAP_SEEN << 2);
  if (member < layout.MEMBER_INFO) return readMember(member, at, depth);
  if (member <= layout.MEMBER_ROAP) {
    if (load<u8>(at) != 0x7b) return load<u8>(at) == 0x6e ? skipValue(at, depth) : refuseType(at, depth);
    if (member == layout.MEMBER_INFO) return readObject(at + 1, depth + 1, layout.SCOPE_INFO);
    enveloped = true;
    return readObject(at + 1, depth + 1, layout.SCOPE_INNER);
  }
  return readOuterAddress(member, at, depth);
}

/** Kept aside: only in an envelope does it mean anything. */
function readOuterAddress(member: i32, at: i32, depth: i32): i32 {
  const isText = load<u8>(at) == 0x22;
  const after = skipValue(at, depth);
  if (after == 0 || !isText || loneSurrogate != 0) return after;
  if (member == layout.MEMBER_ORIG) {
    origStart = at + 1;
    origEnd = textEnd;
  } else {
    destStart = at + 1;
    destEnd = textEnd;
  }
  return after;
}

function takeOuterAddresses(): void {
  if (origStart != 0 && !isPresent(layout.MEMBER_FROM)) {
    setMember(layout.MEMBER_FROM);
    acceptText(layout.MEMBER_FROM, origStart, origEnd);
  }
  if (destStart != 0 && !isPresent(layout.MEMBER_TO)) {
    setMember(layout.MEMBER_TO);
    acceptText(layout.MEMBER_TO, destStart, destEnd);
  }
}

function requireMembers(end: i32): void {
  const present = load<u32>(ROAP, layout.ROAP_PRESENT << 2);
  const type = word(layout.MEMBER_MESSAGE_TYPE);
  // What answers a request of its own has neither session nor seq.
  const isOwn = type == code.ROAP_OK && (present & (1 << layout.MEMBER_TRANSACTION_ID)) != 0;
  const missing = isOwn ? 0 : required(type) & ~present;
  if (missing == 0) return;
  setMember(ctz(missing));
  refuse(code.FAULT_MISSING_MEMBER, end);
}

/** Bits of the members that a message type cannot do without. */
function required(type: i32): u32 {
  const offerer: u32 = 1 << layout.MEMBER_OFFERER_SESSION_ID;
  const seq: u32 = 1 << layout.MEMBER_SEQ;
  const sdp: u32 = 1 << layout.MEMBER_SDP;
  switch (type) {
    case 0:
      return 1 << layout.MEMBER_MESSAGE_TYPE;
    case code.ROAP_OFFER:
      return offerer | seq | sdp;
    case code.ROAP_ANSWER:
      return offerer | seq | sdp | (1 << layout.MEMBER_ANSWERER_SESSION_ID);
    case code.ROAP_OK:
    case code.ROAP_SHUTDOWN:
    case code.ROAP_WAITING:
    case code.ROAP_RINGING:
    case code.ROAP_PRANSWER:
    case code.ROAP_OFFER_REQUEST:
      return offerer | seq;
    case code.ROAP_ERROR:
      return 1 << layout.MEMBER_ERROR_TYPE;
    case code.ROAP_CANDIDATE:
    case code.ROAP_INFO:
    case code.ROAP_REFER:
      return offerer;
    default:
      return 0;
  }
}
