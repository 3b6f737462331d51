// Names of members and texts of messageType and errorType, set out once when the module starts: members in a hash table,
// since each message asks for ten or more of them; the others, one a message, in a list. The writer takes its names from here.

import { ROAP } from "./layout";
import * as code from "./roap_codes";
import * as layout from "./roap_layout";

/** OFFLINE of a client in the field has no error type of its own: it is FAILED, and this status tells why. */
export const OFFLINE: i32 = 0x20 | code.ERROR_TYPE_FAILED;
/** What the list's ids of error types are told from message types by. */
const ERROR: i32 = 0x40;
const ID_MASK: i32 = 0x3f;

let values: i32 = 0;

member(layout.MEMBER_MESSAGE_TYPE, "messageType");
member(layout.MEMBER_OFFERER_SESSION_ID, "offererSessionId");
member(layout.MEMBER_ANSWERER_SESSION_ID, "answererSessionId");
member(layout.MEMBER_SEQ, "seq");
member(layout.MEMBER_TIE_BREAKER, "tieBreaker");
member(layout.MEMBER_MORE_COMING, "moreComing");
member(layout.MEMBER_ERROR_TYPE, "errorType");
member(layout.MEMBER_STATUS, "status");
member(layout.MEMBER_TO, "to");
member(layout.MEMBER_FROM, "from");
member(layout.MEMBER_SET_SESSION_TOKEN, "setSessionToken");
member(layout.MEMBER_SET_RESPONSE_TOKEN, "setResponseToken");
member(layout.MEMBER_SESSION_TOKEN, "sessionToken");
member(layout.MEMBER_RESPONSE_TOKEN, "responseToken");
member(layout.MEMBER_SDP, "sdp");
member(layout.MEMBER_CONTENT, "content");
member(layout.MEMBER_TRANSACTION_ID, "transactionId");
member(layout.MEMBER_CONTENT_TYPE, "contentType");
member(layout.MEMBER_REPLACES, "replaces");
member(layout.MEMBER_REFER_TOKEN, "referToken");
member(layout.MEMBER_INFO, "info");
member(layout.MEMBER_INFO_TYPE, "type", layout.SCOPE_INFO);
member(layout.MEMBER_SIGNAL, "signal", layout.SCOPE_INFO);
member(layout.MEMBER_DURATION, "duration", layout.SCOPE_INFO);
member(layout.MEMBER_REASON, "reason", layout.SCOPE_NONE);
member(layout.MEMBER_PRIVACY, "privacy");
// Other spellings in the field.
member(layout.MEMBER_OFFERER_SESSION_ID, "offerSessionId");
member(layout.MEMBER_ANSWERER_SESSION_ID, "answerSessionId");
member(layout.MEMBER_TIE_BREAKER, "tiebreaker");
member(layout.MEMBER_MORE_COMING, "moreComingFlag");
member(layout.MEMBER_ROAP, "roap", layout.SCOPE_OUTER);
member(layout.MEMBER_ORIG, "orig", layout.SCOPE_OUTER);
member(layout.MEMBER_DEST, "dest", layout.SCOPE_OUTER);
member(layout.MEMBER_MESSAGE_TYPE, "type", layout.SCOPE_INNER);
member(layout.MEMBER_ERROR_TYPE, "error", layout.SCOPE_INNER);
member(layout.MEMBER_CONTENT, "msgContent", layout.SCOPE_INNER);

// The first entries stand in the order of their codes: the writer finds them by number.
value(code.ROAP_OFFER, "OFFER");
value(code.ROAP_ANSWER, "ANSWER");
value(code.ROAP_OK, "OK");
value(code.ROAP_SHUTDOWN, "SHUTDOWN");
value(code.ROAP_ERROR, "ERROR");
value(code.ROAP_WAITING, "WAITING");
value(code.ROAP_RINGING, "RINGING");
value(code.ROAP_PRANSWER, "PRANSWER");
value(code.ROAP_CANDIDATE, "CANDIDATE");
value(code.ROAP_INFO, "INFO");
value(code.ROAP_MESSAGE, "MESSAGE");
value(code.ROAP_SUBSCRIBE, "SUBSCRIBE");
value(code.ROAP_NOTIFY, "NOTIFY");
value(code.ROAP_PUBLISH, "PUBLISH");
value(code.ROAP_OFFER_REQUEST, "OFFER_REQUEST");
value(code.ROAP_REFER, "REFER");
value(ERROR | code.ERROR_TYPE_NOMATCH, "NOMATCH");
value(ERROR | code.ERROR_TYPE_TIMEOUT, "TIMEOUT");
value(ERROR | code.ERROR_TYPE_REFUSED, "REFUSED");
value(ERROR | code.ERROR_TYPE_CONFLICT, "CONFLICT");
value(ERROR | code.ERROR_TYPE_DOUBLECONFLICT, "DOUBLECONFLICT");
value(ERROR | code.ERROR_TYPE_FAILED, "FAILED");
// The answer to a request for an offer is an offer.
value(code.ROAP_OFFER, "OFFER_RESPONSE");
value(ERROR | OFFLINE, "OFFLINE");
value(ERROR | code.ERROR_TYPE_NOMATCH, "OUT_OF_ORDER");
value(ERROR | code.ERROR_TYPE_FAILED, "INVALID_STATE");
value(ERROR | code.ERROR_TYPE_FAILED, "RETRY");

const FIRST_ERROR: i32 = code.ROAP_REFER;

/** MEMBER_* of a name in an object of this SCOPE_*, 0 = not known there. */
export function memberOf(name: i32, length: i32, scope: i32): i32 {
  if (length == 0 || length > layout.ENTRY_LENGTH) return 0;
  let slot = hash(name, length);
  while (true) {
    const entry = ROAP + layout.NAMES_OFFSET + slot * layout.ENTRY_SIZE;
    // Length, id and scope at once.
    const known = load<i32>(entry, layout.ENTRY_LENGTH);
    if (known == 0) return 0;
    if ((known & 0xff) == length && sameText(entry, name, length)) {
      const where = known >>> 16;
      const isAny = where == layout.SCOPE_ANY && scope != layout.SCOPE_INFO;
      // One name may mean one thing here and another there: each has an entry of its own.
      if (where == scope || isAny) return (known >>> 8) & 0xff;
    }
    slot = (slot + 1) & (layout.NAMES_COUNT - 1);
  }
}

/** ROAP_* of a text, 0 = unknown. */
export function typeOf(text: i32, length: i32): i32 {
  return find(text, length, 0);
}

/** ERROR_TYPE_* of a text or OFFLINE, 0 = unknown. */
export function errorTypeOfText(text: i32, length: i32): i32 {
  return find(text, length, ERROR);
}

/** Entry of a member, with the draft's spelling. */
export function memberEntry(id: i32): i32 {
  return load<i32>(ROAP + ((layout.ROAP_ENTRIES + id) << 2));
}

/** Entry of a ROAP_* code: its text is at the entry, its length at ENTRY_LENGTH. */
export function typeEntry(type: i32): i32 {
  return ROAP + layout.VALUES_OFFSET + (type - 1) * layout.ENTRY_SIZE;
}

/** Entry of an ERROR_TYPE_* code. */
export function errorTypeEntry(errorType: i32): i32 {
  return ROAP + layout.VALUES_OFFSET + (FIRST_ERROR + errorType - 1) * layout.ENTRY_SIZE;
}

function find(text: i32, length: i32, kind: i32): i32 {
  for (let i: i32 = 0; i < values; i++) {
    const entry = ROAP + layout.VALUES_OFFSET + i * layout.ENTRY_SIZE;
    const id = <i32> load<u8>(entry, layout.ENTRY_ID);
    if (load<u8>(entry, layout.ENTRY_LENGTH) != length || (id & ERROR) != kind) continue;
    if (sameText(entry, text, length)) return id & ID_MASK;
  }
  return 0;
}

/** `entry` is a table's, of the length: at most 24 bytes, at least one. */
function sameText(entry: i32, text: i32, length: i32): bool {
  if (ASC_FEATURE_SIMD) {
    const unlike = i8x16.bitmask(i8x16.ne(v128.load(entry), v128.load(text)));
    if (length <= 16) return (unlike << (32 - length)) == 0;
    return unlike == 0 && load<u64>(entry + length - 8) == load<u64>(text + length - 8);
  }
  if (length < 8) {
    return ((load<u64>(entry) ^ load<u64>(text)) << <u64> (64 - (length << 3))) == 0;
  }
  if (load<u64>(entry) != load<u64>(text)) return false;
  if (length > 16 && load<u64>(entry, 8) != load<u64>(text, 8)) return false;
  return load<u64>(entry + length - 8) == load<u64>(text + length - 8);
}

function hash(name: i32, length: i32): i32 {
  const mixed = <i32> load<u8>(name) * 5 + <i32> load<u8>(name + length - 1) + <i32> length * 9;
  return mixed & (layout.NAMES_COUNT - 1);
}

function member(id: i32, name: string, scope: i32 = layout.SCOPE_ANY): void {
  const names = ROAP + layout.NAMES_OFFSET;
  // The name is set down beyond the table's use to be hashed, then copied to its slot.
  const draft = ROAP + layout.VALUES_OFFSET + (layout.VALUES_COUNT - 1) * layout.ENTRY_SIZE;
  memory.fill(draft, 0, layout.ENTRY_SIZE);
  setEntry(draft, id, name);
  store<u8>(draft, scope, layout.ENTRY_SCOPE);
  let slot = hash(draft, name.length);
  while (load<u8>(names + slot * layout.ENTRY_SIZE, layout.ENTRY_LENGTH) != 0) {
    slot = (slot + 1) & (layout.NAMES_COUNT - 1);
  }
  const entry = names + slot * layout.ENTRY_SIZE;
  memory.copy(entry, draft, layout.ENTRY_SIZE);
  if (memberEntry(id) == 0) store<i32>(ROAP + ((layout.ROAP_ENTRIES + id) << 2), entry);
  memory.fill(draft, 0, layout.ENTRY_SIZE);
}

function value(id: i32, text: string): void {
  setEntry(ROAP + layout.VALUES_OFFSET + values * layout.ENTRY_SIZE, id, text);
  values++;
}

function setEntry(entry: i32, id: i32, text: string): void {
  for (let i = 0; i < text.length; i++) store<u8>(entry + i, <u8> text.charCodeAt(i));
  store<u8>(entry, <u8> text.length, layout.ENTRY_LENGTH);
  store<u8>(entry, <u8> id, layout.ENTRY_ID);
}
