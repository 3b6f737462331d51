// The fields of a SIP message as places in its bytes, in JavaScript alone. It finds; it checks next to nothing of the grammar.

import { firstLines, idOf, indexLines, lines } from "./plain_index.ts";

const VIA = idOf("Via");
const FROM = idOf("From");
const TO = idOf("To");
const CALL_ID = idOf("Call-ID");
const CSEQ = idOf("CSeq");
const CONTACT = idOf("Contact");
const MAX_FORWARDS = idOf("Max-Forwards");
const CONTENT_TYPE = idOf("Content-Type");
const CONTENT_LENGTH = idOf("Content-Length");
const ALLOW = idOf("Allow");
const SUPPORTED = idOf("Supported");
const USER_AGENT = idOf("User-Agent");

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const LESS = 0x3c;
const GREATER = 0x3e;
const BACKSLASH = 0x5c;
const BRACKET = 0x5d;

const encoder = new TextEncoder();
const VERSION = encoder.encode("SIP/2.0");
const BRANCH = encoder.encode("branch=");
const TAG = encoder.encode("tag=");

/** A message as places: `start << 16 | length` of its bytes, 0 = absent, and numbers. */
export interface PlainMessage {
  start: number;
  requestUri: number;
  callId: number;
  fromUri: number;
  fromTag: number;
  toUri: number;
  toTag: number;
  cseq: number;
  branch: number;
  viaHost: number;
  viaPort: number;
  maxForwards: number;
  contactUri: number;
  contentType: number;
  allow: number;
  supported: number;
  userAgent: number;
  body: number;
}

/** The one message at a time. */
const message: PlainMessage = {
  start: 0,
  requestUri: 0,
  callId: 0,
  fromUri: 0,
  fromTag: 0,
  toUri: 0,
  toTag: 0,
  cseq: 0,
  branch: 0,
  viaHost: 0,
  viaPort: 0,
  maxForwards: 0,
  contactUri: 0,
  contentType: 0,
  allow: 0,
  supported: 0,
  userAgent: 0,
  body: 0,
};

/** Reads a whole message; what it answers is valid until the next call. Undefined when a mandatory field lacks or is wrong. */
export function readPlain(bytes: Uint8Array): PlainMessage | undefined {
  const end = readStart(bytes);
  if (end < 0 || bytes.length > 0xffff) return undefined;
  const body = indexLines(bytes, end + 2);
  if (body < 0) return undefined;
  message.callId = valueOf(CALL_ID);
  message.cseq = numberIn(bytes, CSEQ);
  if (message.callId === 0 || message.cseq < 0) return undefined;
  if (!readVia(bytes) || !readFrom(bytes) || !readTo(bytes)) return undefined;
  readContact(bytes);
  message.maxForwards = numberIn(bytes, MAX_FORWARDS);
  message.contentType = valueOf(CONTENT_TYPE);
  message.allow = valueOf(ALLOW);
  message.supported = valueOf(SUPPORTED);
  message.userAgent = valueOf(USER_AGENT);
  const length = numberIn(bytes, CONTENT_LENGTH);
  const rest = bytes.length - body;
  if (length > rest) return undefined;
  message.body = place(body, body + (length < 0 ? rest : length));
  return message;
}

/** Place from `from` up to `to`. */
function place(from: number, to: number): number {
  return to > from ? (from << 16 | (to - from)) >>> 0 : 0;
}

export function endOf(place: number): number {
  return (place >>> 16) + (place & 0xffff);
}

function valueOf(id: number): number {
  const line = 3 * (firstLines[id] ?? 0);
  return line === 0 ? 0 : place(lines[line - 2] ?? 0, lines[line - 1] ?? 0);
}

/** Digits that a header's value begins with, -1 = there are none. */
function numberIn(bytes: Uint8Array, id: number): number {
  const line = 3 * (firstLines[id] ?? 0);
  return line === 0 ? -1 : numberAt(bytes, lines[line - 2] ?? 0);
}

/** Where the start line ends, -1 = it is none. */
function readStart(bytes: Uint8Array): number {
  let end = 0;
  while (end < bytes.length && bytes[end] !== CR) end++;
  if (bytes[end + 1] !== LF) return -1;
  if (isVersion(bytes, 0)) {
    message.start = place(8, 11);
    message.requestUri = 0;
    return bytes[7] === SPACE ? end : -1;
  }
  let first = 0;
  while (first < end && bytes[first] !== SPACE) first++;
  message.start = place(0, first);
  message.requestUri = place(first + 1, end - 8);
  return bytes[end - 8] === SPACE && isVersion(bytes, end - 7) ? end : -1;
}

function isVersion(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < VERSION.length; i++) if (bytes[at + i] !== VERSION[i]) return false;
  return true;
}

function readVia(bytes: Uint8Array): boolean {
  const value = valueOf(VIA);
  const end = endOf(value);
  let at = value >>> 16;
  while (at < end && bytes[at] !== SPACE) at++;
  const from = at + 1;
  let colon = 0;
  for (; at < end; at++) {
    const code = bytes[at];
    if (code === SEMICOLON) break;
    if (code === COLON) colon = at;
    else if (code === BRACKET) colon = 0;
  }
  message.viaHost = place(from, colon === 0 ? at : colon);
  message.viaPort = colon === 0 ? 0 : numberAt(bytes, colon + 1);
  message.branch = parameter(bytes, { name: BRANCH, from: at, to: end });
  return value !== 0;
}

function readFrom(bytes: Uint8Array): boolean {
  const value = valueOf(FROM);
  message.fromUri = address(bytes, value);
  message.fromTag = parameter(bytes, { name: TAG, from: endOf(message.fromUri), to: endOf(value) });
  return message.fromUri !== 0;
}

function readTo(bytes: Uint8Array): boolean {
  const value = valueOf(TO);
  message.toUri = address(bytes, value);
  message.toTag = parameter(bytes, { name: TAG, from: endOf(message.toUri), to: endOf(value) });
  return message.toUri !== 0;
}

function readContact(bytes: Uint8Array): void {
  message.contactUri = address(bytes, valueOf(CONTACT));
}

/** Place of the addr-spec of a From, To or first Contact value. */
function address(bytes: Uint8Array, value: number): number {
  const from = value >>> 16;
  const to = endOf(value);
  let at = from;
  if (bytes[at] === QUOTE) {
    for (at++; at < to && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
  }
  let end = to;
  for (; at < to; at++) {
    const code = bytes[at];
    if (code === SEMICOLON && end === to) end = at;
    if (code !== LESS) continue;
    const open = at + 1;
    while (at < to && bytes[at] !== GREATER) at++;
    return place(open, at);
  }
  return place(from, end);
}

/** Place of a parameter's value. */
function parameter(
  bytes: Uint8Array,
  { name, from, to }: { name: Uint8Array; from: number; to: number },
): number {
  let at = from;
  while (at < to && bytes[at] !== SEMICOLON) at++;
  while (at < to) {
    at++;
    let same = 0;
    while (same < name.length && bytes[at + same] === name[same]) same++;
    const found = same === name.length;
    const start = at + same;
    while (at < to && bytes[at] !== SEMICOLON) at++;
    if (found) return place(start, at);
  }
  return 0;
}

function numberAt(bytes: Uint8Array, at: number): number {
  let digit = (bytes[at] ?? 0) - 0x30;
  if (digit < 0 || digit > 9) return -1;
  let number = 0;
  for (; digit >= 0 && digit <= 9; digit = (bytes[++at] ?? 0) - 0x30) number = 10 * number + digit;
  return number;
}
