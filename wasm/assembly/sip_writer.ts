// Writes SIP requests and responses. The caller's fields lie in TEXT one behind the other, in the order in which they are written, and their lengths in
// FIELD_LENGTHS. Each is looked at while it is copied: no control character, whole lines begin with a name. So no text can become a line, however it came here.
//
// Where the next byte goes is handed from step to step: a global would be stored and loaded anew in each.

import * as codes from "./codes";
import * as layout from "./layout";
import { copyDecimal, copyRun } from "./copy";
import { CASE, CLASS_TOKEN, DELETE, LAST_CONTROL, skip } from "./scan";
import { skipText } from "./sip_lines";
import { headerOf, methodName, methodNameLength } from "./sip_names";

// What a write answers in place of the end's address: a violation << 12 | the field's number, which is below any address of OUTPUT.
const CONTROL: u32 = 1;
const NO_HEADER: u32 = 2;
const EMPTY: u32 = 3;
const SPACE: u32 = 4;
const FULL: u32 = 5;
/** Room for names, numbers and line breaks of a message apart from its text, and for steps of 16 bytes past its end. */
const SLACK: u32 = 1024;

const LF: u32 = 0x0a;
const COLON_SPACE: u32 = 0x203a;
const CRLF: u32 = 0x0a0d;

// Labels of fields, the first letter lowest.
const VERSION: u64 = 0x302e322f50495320; // " SIP/2.0"
const BREAK_VIA: u64 = 0x203a6169560a0d; // "\r\nVia: "
const BREAK_MAX: u64 = 0x6f462d78614d0a0d; // "\r\nMax-Fo"
const FORWARDS: u64 = 0x203a736472617772; // "rwards: "
const BREAK_ROUTE: u64 = 0x3a6574756f520a0d; // "\r\nRoute:"
const ROUTE_END: u64 = 0x20; // " "
const BREAK_FROM: u64 = 0x203a6d6f72460a0d; // "\r\nFrom: "
const BREAK_TO: u64 = 0x203a6f540a0d; // "\r\nTo: "
const BREAK_CALL_ID: u64 = 0x492d6c6c61430a0d; // "\r\nCall-I"
const CALL_ID_END: u64 = 0x203a44; // "D: "
const BREAK_CSEQ: u64 = 0x203a716553430a0d; // "\r\nCSeq: "
const BREAK_CONTACT: u64 = 0x6361746e6f430a0d; // "\r\nContac"
const CONTACT_END: u64 = 0x203a74; // "t: "
const CONTENT: u64 = 0x2d746e65746e6f43; // "Content-"
const TYPE: u64 = 0x203a65707954; // "Type: "
const LENGTH: u64 = 0x203a6874676e654c; // "Length: "
const APPLICAT: u64 = 0x746163696c707061; // "applicat"
const ION_SDP: u64 = 0x7064732f6e6f69; // "ion/sdp"
const TWO_BREAKS: u32 = 0xa0d0a0d;

let text: u32 = 0; // the next field
let fields: u32 = 0; // fields taken so far
let violation: u32 = 0; // the first

/**
 * Fields: Request-URI, Via, Route, From, To, Call-ID, Contact, Content-Type, lines. `uri` is the address of To's URI in the window when it is written from
 * there; its field is empty then.
 */
export function writeSipRequest(
  start: u32,
  textLength: u32,
  method: u32,
  cseqMethod: u32,
  maxForwards: u32,
  cseq: u32,
  uri: u32,
  uriLength: u32,
  lines: u32,
  body: u32,
  bodyLength: u32,
): u32 {
  if (!begin(start, textLength, lines, uriLength + bodyLength)) return violation;
  let to = copyMethod(start, method);
  store<u8>(to, 0x20);
  const length = fieldLength(0);
  if (length == 0) refuse(EMPTY);
  else if (hasSpace(text, length)) refuse(SPACE);
  to = takeField(to + 1, length);
  to = mandatory(put(to, VERSION, BREAK_VIA, 15), fieldLength(1));
  to = copyDecimal(put(to, BREAK_MAX, FORWARDS, 16), maxForwards);
  to = optional(to, BREAK_ROUTE, ROUTE_END, 9, fieldLength(2));
  to = mandatory(put(to, BREAK_FROM, 0, 8), fieldLength(3));
  to = put(to, BREAK_TO, 0, 6);
  to = uriLength == 0 ? mandatory(to, fieldLength(4)) : uriOf(to, uri, uriLength);
  to = mandatory(put(to, BREAK_CALL_ID, CALL_ID_END, 11), fieldLength(5));
  to = copyDecimal(put(to, BREAK_CSEQ, 0, 8), cseq);
  store<u8>(to, 0x20);
  to = copyMethod(to + 1, cseqMethod);
  to = optional(to, BREAK_CONTACT, CONTACT_END, 11, fieldLength(6));
  return finish(to, fieldLength(7), lines, body, bodyLength);
}

/** Fields: reason, `kept` whole lines parted by LF, To, Contact, Content-Type, lines. */
export function writeSipResponse(
  start: u32,
  textLength: u32,
  status: u32,
  lines: u32,
  body: u32,
  bodyLength: u32,
): u32 {
  if (!begin(start, textLength, lines, fieldLength(1) + bodyLength)) return violation;
  store<u64>(start, 0x20302e322f504953); // "SIP/2.0 "
  let to = copyDecimal(start + 8, status);
  store<u8>(to, 0x20);
  to = lineBreak(takeField(to + 1, fieldLength(0)));
  // Each label has the line break before it.
  to = copyKept(to, fieldLength(1)) - 2;
  to = mandatory(put(to, BREAK_TO, 0, 6), fieldLength(2));
  to = optional(to, BREAK_CONTACT, CONTACT_END, 11, fieldLength(3));
  return finish(to, fieldLength(4), lines, body, bodyLength);
}

/** Takes the line that TEXT holds, looked at as any other, into a phrase: its length, then itself with its CRLF. 0, or a violation as above. */
export function keepLine(phrase: u32, length: u32): u32 {
  begin(phrase + 4, length, 0, 0);
  const to = copyLine(phrase + 4, length);
  store<u32>(phrase, to - phrase - 4);
  return violation;
}

function begin(start: u32, textLength: u32, lines: u32, more: u32): bool {
  text = layout.TEXT;
  store<u8>(text + textLength, LF as u8); // where a look for the end of a line ends
  fields = 0;
  violation = 0;
  for (let i: u32 = 0; i < lines; i++) {
    const word = lineWord(i);
    more += word < (layout.PHRASES as u32) ? 2 : load<u32>(word);
  }
  if (start + textLength + more + SLACK > (layout.OUTPUT_END as u32)) violation = FULL << 12;
  return violation == 0;
}

/**
 * The line break of the last line, the lines, Content-Type if there is a body (its text lies before that of the lines), Content-Length, the body. The end, or the
 * first violation.
 */
function finish(to: u32, typeLength: u32, lines: u32, body: u32, bodyLength: u32): u32 {
  const isSdp = typeLength == (layout.FIELD_SDP as u32);
  const type = text;
  const number = fields;
  if (!isSdp) text += typeLength;
  fields++;
  to = lineBreak(to);
  for (let i: u32 = 0; i < lines; i++) {
    const word = lineWord(i);
    to = word < (layout.PHRASES as u32) ? copyLine(to, word) : copyRun(to, word + 4, load<u32>(word));
  }
  text = type;
  fields = number;
  if (isSdp) {
    if (bodyLength != 0) {
      put(to, CONTENT, TYPE, 0);
      to = lineBreak(put(to + 14, APPLICAT, ION_SDP, 15));
    }
  } else if (typeLength != 0) {
    const after = lineBreak(takeField(put(to, CONTENT, TYPE, 14), typeLength));
    if (bodyLength != 0) to = after;
  }
  to = copyDecimal(put(to, CONTENT, LENGTH, 16), bodyLength);
  store<u32>(to, TWO_BREAKS);
  return violation != 0 ? violation : copyRun(to + 4, body, bodyLength);
}

function fieldLength(number: u32): u32 {
  return load<u32>(layout.FIELD_LENGTHS + (number << 2));
}

/** Length of a line, or the address of the phrase that it is. */
function lineWord(number: u32): u32 {
  return load<u32>(layout.LINE_LIST + (number << 2));
}

/** Copies the next field. Address behind the copy. */
function takeField(to: u32, length: u32): u32 {
  const shift = to - text;
  let at = text;
  const end = at + length;
  text = end;
  while (at < end) {
    if (ASC_FEATURE_SIMD) {
      const bytes = v128.load(at);
      v128.store(at + shift, bytes);
      const controls = i8x16.bitmask(
        v128.or(i8x16.le_u(bytes, v128.load(LAST_CONTROL)), i8x16.eq(bytes, v128.load(DELETE))),
      );
      // What stands behind the field counts for the next one.
      if (controls != 0) lookAt(at + ctz(controls), min(at + 16, end));
      at += 16;
    } else {
      const character = load<u8>(at);
      if (character < 0x20 || character == 0x7f) lookAt(at, at + 1);
      store<u8>(at + shift, character);
      at++;
    }
  }
  fields++;
  return end + shift;
}

/** Refuses a control character other than HTAB between `at` and `end`. */
function lookAt(at: u32, end: u32): void {
  for (; at < end; at++) {
    const character = load<u8>(at);
    if ((character < 0x20 && character != 0x09) || character == 0x7f) refuse(CONTROL);
  }
}

/** Writes the first bytes of 16 that are a label: its length of them count. */
function put(to: u32, first: u64, second: u64, length: u32): u32 {
  store<u64>(to, first);
  if (second != 0) store<u64>(to, second, 8);
  return to + length;
}

function mandatory(to: u32, length: u32): u32 {
  if (length == 0) refuse(EMPTY);
  return takeField(to, length);
}

function optional(to: u32, first: u64, second: u64, label: u32, length: u32): u32 {
  if (length != 0) return takeField(put(to, first, second, label), length);
  fields++;
  return to;
}

/** A URI that lies in the window, between < and >. */
function uriOf(to: u32, at: u32, length: u32): u32 {
  const next = text;
  text = at;
  store<u8>(to, 0x3c);
  to = takeField(to + 1, length);
  store<u8>(to, 0x3e);
  text = next;
  return to + 1;
}

function hasSpace(at: u32, length: u32): bool {
  const end = at + length;
  if (ASC_FEATURE_SIMD) {
    for (; at < end; at += 16) {
      // A control character is refused either way.
      const spaces = i8x16.bitmask(i8x16.le_u(v128.load(at), v128.load(CASE)));
      if (spaces != 0) return at + ctz(spaces) < end && isSpaced(at + ctz(spaces), end);
    }
    return false;
  }
  return isSpaced(at, end);
}

function isSpaced(at: u32, end: u32): bool {
  for (; at < end; at++) if (load<u8>(at) == 0x20 || load<u8>(at) == 0x09) return true;
  return false;
}

/** Lines parted by LF; none of them may be empty. */
function copyKept(to: u32, length: u32): u32 {
  const end = text + length;
  while (true) {
    let at = skipText(text);
    while (at < end && load<u8>(at) != LF) at = skipText(at + 1);
    at = min(at, end);
    to = copyLine(to, at - text);
    if (at == end) return to;
    text++;
  }
}

/** A whole line: `token: value`. What the writer itself says of the body, no line may say. */
function copyLine(to: u32, length: u32): u32 {
  const line = text;
  to = takeField(to, length);
  const end = skip(line, CLASS_TOKEN);
  if (
    end == line || end + 2 > text || load<u16>(end) != COLON_SPACE ||
    headerOf(line, end - line) == codes.HEADER_CONTENT_LENGTH
  ) {
    fields--;
    refuse(NO_HEADER);
    fields++;
  }
  return lineBreak(to);
}

/** A field counts from 0 in the caller's order. */
function refuse(what: u32): void {
  if (violation == 0) violation = (what << 12) | (fields & 0xfff);
}

function copyMethod(to: u32, method: u32): u32 {
  copyRun(to, methodName(method), 16);
  return to + methodNameLength(method);
}

function lineBreak(to: u32): u32 {
  store<u16>(to, CRLF);
  return to + 2;
}
