// Writes SIP requests and responses. The caller's fields lie in TEXT, parted by LF, in the order in which they are written. Each is looked at before it is
// copied: no control character, whole lines begin with a name. So no text can become a line, however it came here.

import * as codes from "./codes";
import * as layout from "./layout";
import { copyDecimal, copyRun } from "./copy";
import { CLASS_TOKEN, skip } from "./scan";
import { skipText } from "./sip_lines";
import { headerName, headerNameLength, headerOf, methodName, methodNameLength } from "./sip_names";

// What a write answers in place of the end's address: a violation << 12 | the field's number, which is below any address of OUTPUT.
const LINE_BREAK: u32 = 1;
const CONTROL: u32 = 2;
const NO_HEADER: u32 = 3;
const EMPTY: u32 = 4;
const SPACE: u32 = 5;
const FULL: u32 = 6;
/** Room for names, numbers and line breaks of a message apart from its text, and for steps of 16 bytes past its end. */
const SLACK: u32 = 1024;

let text: u32 = 0; // next field
let textEnd: u32 = 0;
let fieldEnd: u32 = 0;
let fields: u32 = 0; // fields read so far
let violation: u32 = 0; // the first
let cursor: u32 = 0;

/** Fields: Request-URI, Via, Route, From, To, Call-ID, Contact, lines, Content-Type. */
export function writeSipRequest(
  start: u32,
  textLength: u32,
  method: u32,
  cseqMethod: u32,
  maxForwards: u32,
  cseq: u32,
  lines: u32,
  body: u32,
  bodyLength: u32,
): u32 {
  if (!begin(start, textLength, lines, bodyLength)) return violation;
  copyMethod(method);
  byte(0x20);
  nextField();
  if (fieldEnd == text) refuse(EMPTY);
  copyField();
  for (let at = text; at < fieldEnd; at++) if (load<u8>(at) == 0x20 || load<u8>(at) == 0x09) refuse(SPACE);
  store<u64>(cursor, 0x302e322f50495320); // " SIP/2.0"
  cursor += 8;
  lineBreak();
  mandatory(codes.HEADER_VIA);
  name(codes.HEADER_MAX_FORWARDS);
  cursor = copyDecimal(cursor, maxForwards);
  lineBreak();
  optional(codes.HEADER_ROUTE);
  mandatory(codes.HEADER_FROM);
  mandatory(codes.HEADER_TO);
  mandatory(codes.HEADER_CALL_ID);
  name(codes.HEADER_CSEQ);
  cursor = copyDecimal(cursor, cseq);
  byte(0x20);
  copyMethod(cseqMethod);
  lineBreak();
  optional(codes.HEADER_CONTACT);
  copyLines(lines);
  return finish(body, bodyLength);
}

/** Fields: reason, `kept` whole lines, To, Contact, `lines` whole lines, Content-Type. */
export function writeSipResponse(
  start: u32,
  textLength: u32,
  status: u32,
  kept: u32,
  lines: u32,
  body: u32,
  bodyLength: u32,
): u32 {
  if (!begin(start, textLength, kept + lines, bodyLength)) return violation;
  store<u64>(cursor, 0x20302e322f504953); // "SIP/2.0 "
  cursor = copyDecimal(cursor + 8, status);
  byte(0x20);
  nextField();
  copyField();
  lineBreak();
  copyLines(kept);
  mandatory(codes.HEADER_TO);
  optional(codes.HEADER_CONTACT);
  copyLines(lines);
  return finish(body, bodyLength);
}

function begin(start: u32, textLength: u32, lines: u32, bodyLength: u32): bool {
  text = layout.TEXT;
  textEnd = layout.TEXT + textLength;
  fieldEnd = text - 1;
  store<u8>(textEnd, 0x0a);
  fields = 0;
  violation = 0;
  cursor = start;
  if (start + textLength + lines + bodyLength + SLACK > (layout.OUTPUT_END as u32)) violation = FULL << 12;
  return violation == 0;
}

/** Content-Type if there is a body, Content-Length, the body. Address of the message's end, or the first violation. */
function finish(body: u32, bodyLength: u32): u32 {
  nextField();
  if (fieldEnd != textEnd) refuse(LINE_BREAK);
  if (bodyLength != 0 && fieldEnd != text) {
    name(codes.HEADER_CONTENT_TYPE);
    copyField();
    lineBreak();
  }
  name(codes.HEADER_CONTENT_LENGTH);
  cursor = copyDecimal(cursor, bodyLength);
  lineBreak();
  lineBreak();
  if (violation != 0) return violation;
  return copyRun(cursor, body, bodyLength);
}

/** Moves to the next field: [text, fieldEnd). */
function nextField(): void {
  fields++;
  if (fieldEnd >= textEnd) {
    text = fieldEnd;
    refuse(LINE_BREAK);
    return;
  }
  text = fieldEnd + 1;
  let at = text;
  while (true) {
    at = skipText(at);
    const character = load<u8>(at);
    if (character == 0x0a || at >= textEnd) break;
    if (character != 0x09) refuse(CONTROL);
    at++;
  }
  fieldEnd = at;
}

function mandatory(header: u32): void {
  nextField();
  if (fieldEnd == text) refuse(EMPTY);
  name(header);
  copyField();
  lineBreak();
}

function optional(header: u32): void {
  nextField();
  if (fieldEnd == text) return;
  name(header);
  copyField();
  lineBreak();
}

/** Whole lines: `token: value`. What the writer itself says of the body, no line may say. */
function copyLines(count: u32): void {
  while (count != 0) {
    count--;
    nextField();
    const end = skip(text, CLASS_TOKEN);
    if (end == text || load<u8>(end) != 0x3a || load<u8>(end, 1) != 0x20) refuse(NO_HEADER);
    else if (headerOf(text, end - text) == codes.HEADER_CONTENT_LENGTH) refuse(NO_HEADER);
    copyField();
    lineBreak();
  }
}

/** A field counts from 0 in the caller's order. */
function refuse(what: u32): void {
  if (violation == 0) violation = (what << 12) | ((fields - 1) & 0xfff);
}

function name(header: u32): void {
  cursor = copyRun(cursor, headerName(header), headerNameLength(header));
  store<u16>(cursor, 0x203a);
  cursor += 2;
}

function copyMethod(method: u32): void {
  cursor = copyRun(cursor, methodName(method), methodNameLength(method));
}

function copyField(): void {
  if (violation == 0) cursor = copyRun(cursor, text, fieldEnd - text);
}

function lineBreak(): void {
  store<u16>(cursor, 0x0a0d);
  cursor += 2;
}

function byte(value: u8): void {
  store<u8>(cursor, value);
  cursor++;
}
