// Texts made of the SIP message in the window, written to TEXT: transaction keys, the lines that a response keeps, route sets.

import * as codes from "./codes";
import * as layout from "./layout";
import { CLASS_SENT_BY, isWord, skip, skipSpace } from "./scan";
import { firstLine, lineValue, nextLine, span, spanEnd, spanStart } from "./sip_lines";
import { headerName, headerNameLength, methodName, methodNameLength } from "./sip_names";
import { paramName, paramNameEnd, readParam } from "./sip_param";
import { readRoute } from "./sip_parties";
import { field } from "./sip_record";
import { trimmed } from "./sip_via";
import { WORD_COOKIE, WORD_RECEIVED, WORD_RPORT } from "./words";

const IP_SIZE: u32 = 64; // the source address lies at the beginning of TEXT
const VALUES: u32 = layout.BODY; // spans of the values to reverse

let cursor: u32 = 0;

/** RFC 3261 17.2.3. Length of the key, which is at TEXT. `asInvite`: of the INVITE that this request is about. */
export function serverKey(asInvite: i32): u32 {
  cursor = layout.TEXT;
  const branch = field(layout.SIP_BRANCH);
  const invite = asInvite != 0 || field(layout.SIP_METHOD) == codes.METHOD_ACK;
  if ((branch & 0xffff) > 7 && isWord(spanStart(branch), 7, WORD_COOKIE)) {
    copySpan(branch);
    byte(0x20);
    const host = field(layout.SIP_VIA_HOST);
    for (let at = spanStart(host); at < spanEnd(host); at++) {
      const letter = load<u8>(at);
      byte(letter >= 0x41 && letter <= 0x5a ? letter | 0x20 : letter);
    }
    byte(0x3a);
    const port = field(layout.SIP_VIA_PORT);
    const secure = field(layout.SIP_VIA_TRANSPORT) == codes.TRANSPORT_TLS;
    number(port != 0 ? port : secure ? 5061 : 5060);
    byte(0x20);
    copyMethod(invite);
  } else {
    number(field(layout.SIP_CSEQ));
    byte(0x20);
    copyMethod(invite);
    byte(0x20);
    copySpan(field(layout.SIP_REQUEST_URI));
    byte(0x20);
    copySpan(field(layout.SIP_FROM_TAG));
    byte(0x20);
    copySpan(field(layout.SIP_CALL_ID));
    byte(0x20);
    copySpan(field(layout.SIP_VIA));
  }
  return cursor - layout.TEXT;
}

/** RFC 3261 17.1.3. Length of the key, which is at TEXT. */
export function clientKey(): u32 {
  cursor = layout.TEXT;
  copySpan(field(layout.SIP_BRANCH));
  byte(0x20);
  copyMethod(false);
  return cursor - layout.TEXT;
}

/**
 * The lines of RFC 3261 8.2.6.2 but To. What the request lacks has a stand-in: an answer without From or Call-ID would be no SIP message, and the
 * client finds its transaction by Via and CSeq. The source address is at TEXT; the lines come IP_SIZE behind. Their length.
 */
export function responseLines(ipLength: u32, port: u32): u32 {
  cursor = layout.TEXT + IP_SIZE;
  for (let line = firstLine(codes.HEADER_VIA); line != 0; line = nextLine(line)) {
    name(codes.HEADER_VIA);
    const value = lineValue(line);
    let at = spanStart(value);
    if (line == firstLine(codes.HEADER_VIA)) at = topVia(ipLength, port);
    copy(at, spanEnd(value));
  }
  for (let line = firstLine(codes.HEADER_RECORD_ROUTE); line != 0; line = nextLine(line)) {
    name(codes.HEADER_RECORD_ROUTE);
    copySpan(lineValue(line));
  }
  name(codes.HEADER_FROM);
  const from = field(layout.SIP_FROM);
  if ((from & 0xffff) == 0) literal("<sip:missing.invalid>");
  else copySpan(from);
  name(codes.HEADER_CALL_ID);
  const callId = field(layout.SIP_CALL_ID);
  if ((callId & 0xffff) == 0) literal("missing");
  else copySpan(callId);
  name(codes.HEADER_CSEQ);
  copySpan(lineValue(firstLine(codes.HEADER_CSEQ)));
  return cursor - layout.TEXT - IP_SIZE;
}

/** Record-Route values joined by ", ". Length of the text, which is at TEXT. */
export function routeSet(reversed: i32): u32 {
  let count: u32 = 0;
  for (let line = firstLine(codes.HEADER_RECORD_ROUTE); line != 0; line = nextLine(line)) {
    let at = spanStart(lineValue(line));
    while (true) {
      const end = readRoute(at);
      if (end == 0) break;
      store<u32>(VALUES + (count << 2), span(at, trimmed(end)));
      count++;
      if (load<u8>(end) != 0x2c) break;
      at = skipSpace(end + 1);
    }
  }
  cursor = layout.TEXT;
  for (let i: u32 = 0; i < count; i++) {
    if (i != 0) {
      byte(0x2c);
      byte(0x20);
    }
    copySpan(load<u32>(VALUES + ((reversed != 0 ? count - 1 - i : i) << 2)));
  }
  return cursor - layout.TEXT;
}

/** Writes the topmost Via with what we know of its sender (RFC 3261 18.2.1, RFC 3581 4). Address of the rest of the line. */
function topVia(ipLength: u32, port: u32): u32 {
  const value = field(layout.SIP_VIA);
  const end = spanEnd(value);
  const host = field(layout.SIP_VIA_HOST);
  let at = skipSpace(spanEnd(host));
  if (load<u8>(at) == 0x3a) at = skip(skipSpace(at + 1), CLASS_SENT_BY);
  copy(spanStart(value), at);
  at = skipSpace(at);
  while (at < end && load<u8>(at) == 0x3b) {
    const start = at;
    at = readParam(at);
    const length = paramNameEnd - paramName;
    const ours = length == 8 && isWord(paramName, 8, WORD_RECEIVED) ||
      length == 5 && isWord(paramName, 5, WORD_RPORT);
    if (!ours) copy(start, trimmed(at));
  }
  const rport = field(layout.SIP_VIA_RPORT) != 0;
  if (rport || !isHost(host, ipLength)) {
    literal(";received=");
    copy(layout.TEXT, layout.TEXT + ipLength);
  }
  if (rport) {
    literal(";rport=");
    number(port);
  }
  return end;
}

/** Whether the sent-by host, without the brackets of IPv6, is the source address. */
function isHost(host: u32, ipLength: u32): bool {
  let start = spanStart(host);
  let end = spanEnd(host);
  if (load<u8>(start) == 0x5b) {
    start++;
    end--;
  }
  return end - start == ipLength && memory.compare(start, layout.TEXT, ipLength) == 0;
}

/** A line's name, behind the line break that parts it from the line before. */
function name(header: u32): void {
  if (cursor != layout.TEXT + IP_SIZE) byte(0x0a);
  const start = headerName(header);
  copy(start, start + headerNameLength(header));
  byte(0x3a);
  byte(0x20);
}

function copyMethod(invite: bool): void {
  if (!invite) {
    copySpan(field(layout.SIP_METHOD_TEXT));
    return;
  }
  const start = methodName(codes.METHOD_INVITE);
  copy(start, start + methodNameLength(codes.METHOD_INVITE));
}

function copySpan(span: u32): void {
  copy(spanStart(span), spanEnd(span));
}

function copy(start: u32, end: u32): void {
  memory.copy(cursor, start, end - start);
  cursor += end - start;
}

function literal(text: string): void {
  for (let i = 0; i < text.length; i++) byte(text.charCodeAt(i) as u8);
}

function number(value: u32): void {
  let divisor: u32 = 1;
  while (value / divisor > 9) divisor *= 10;
  while (divisor != 0) {
    byte((0x30 + ((value / divisor) % 10)) as u8);
    divisor /= 10;
  }
}

function byte(value: u8): void {
  store<u8>(cursor, value);
  cursor++;
}
