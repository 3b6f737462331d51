// SIP, SIPS and tel URIs (RFC 3261 19.1, 25.1, RFC 3966), strictly: what the grammar does not allow is a fault.

import * as codes from "./codes";
import * as layout from "./layout";
import { clear64 } from "./copy";
import { hostEnd, hostIsIp } from "./host";
import {
  CLASS_LOCAL_PHONE,
  CLASS_PASSWORD,
  CLASS_PHONE,
  CLASS_SCHEME,
  CLASS_TOKEN,
  CLASS_URI,
  CLASS_URI_HEADER,
  CLASS_URI_PARAM,
  CLASS_USER,
  decimal,
  decimalEnd,
  isWord,
  shortDecimal,
  skip,
  skipEscaped,
} from "./scan";
import { transportOf } from "./sip_via";
import {
  WORD_LR,
  WORD_MADDR,
  WORD_NTEXT,
  WORD_PHONE_CO,
  WORD_SIP,
  WORD_SIPS,
  WORD_TEL,
  WORD_TRANSPOR,
} from "./words";

const SIP_COLON: u32 = 0x3a706973; // "sip:"

/** Reads the URI of `length` bytes in URI_TEXT. 0 or FAULT_*. */
export function readUri(length: i32): u32 {
  if (length > layout.URI_TEXT_SIZE) return codes.FAULT_URI_TOO_LONG;
  endText(length);
  return parseUri(layout.URI_TEXT, layout.URI_TEXT + length, layout.URI);
}

/** Reads the URI of `length` bytes that lies in the window. 0 or FAULT_*. */
export function readUriAt(at: u32, length: u32): u32 {
  if (length > (layout.URI_TEXT_SIZE as u32)) return codes.FAULT_URI_TOO_LONG;
  const end = at + length;
  const behind = load<u8>(end);
  // Most stand between quotes or <>. A byte that was just stored would hold up the scans, which load it with its neighbours.
  if (behind == 0x22 || behind == 0x3e || behind <= 0x20) return parseUri(at, end, layout.URI);
  store<u8>(end, 0);
  const fault = parseUri(at, end, layout.URI);
  store<u8>(end, behind);
  return fault;
}

/** Whether the text of `length` bytes in URI_TEXT can be a user part as it is. */
export function checkUser(length: i32): bool {
  endText(length);
  return length > 0 && skipEscaped(layout.URI_TEXT, CLASS_USER) == layout.URI_TEXT + (length as u32);
}

/** Whether the text of `length` bytes in URI_TEXT is a token. */
export function checkToken(length: i32): bool {
  endText(length);
  return length > 0 && skip(layout.URI_TEXT, CLASS_TOKEN) == layout.URI_TEXT + (length as u32);
}

/** Whether [start, end) is a SIP URI of the most usual kind: `sip:`, a user without escapes or none, a host, a port or none. Others may be as good. */
export function isPlainUri(start: u32, end: u32): bool {
  if ((load<u32>(start) | 0x202020) != SIP_COLON) return false;
  let at = start + 4;
  const userEnd = skip(at, CLASS_USER);
  if (load<u8>(userEnd) == 0x40) {
    if (userEnd == at) return false;
    at = userEnd + 1;
  }
  if (load<u8>(at) == 0x5b) return false;
  at = hostEnd(at);
  if (at == end) return true;
  if (at == 0 || load<u8>(at) != 0x3a) return false;
  const digits = shortDecimal(load<u64>(at, 1));
  return at + 1 + (digits & 7) == end && (digits >>> 3) - 1 < 65535;
}

/** Reads [start, end), behind which stands a byte that no URI holds, into a record. 0 or FAULT_*. */
export function parseUri(start: u32, end: u32, record: u32): u32 {
  clear64(record);
  clear64(record + 64);
  let scheme: u32 = codes.SCHEME_SIP;
  let at = start + 4;
  if ((load<u32>(start) | 0x202020) != SIP_COLON) {
    const colon = skip(start, CLASS_SCHEME);
    if (colon == start || load<u8>(colon) != 0x3a || load<u8>(start) < 0x41) {
      return failed(record, codes.FAULT_URI_SCHEME, start, start);
    }
    scheme = schemeOf(start, colon - start);
    at = colon + 1;
  }
  put(record, layout.URI_SCHEME, scheme);
  if (scheme == codes.SCHEME_TEL) return parseTel(start, at, end, record);
  if (scheme == codes.SCHEME_OTHER) {
    const last = skipEscaped(at, CLASS_URI);
    return last == end && last > at ? 0 : failed(record, characterFault(last), start, last);
  }

  const userEnd = skipEscaped(at, CLASS_USER);
  const passwordEnd = load<u8>(userEnd) == 0x3a ? skipEscaped(userEnd + 1, CLASS_PASSWORD) : userEnd;
  if (load<u8>(passwordEnd) == 0x40) {
    if (userEnd == at) return failed(record, codes.FAULT_URI_USER, start, at);
    put(record, layout.URI_USER, spanOf(start, at, userEnd));
    if (passwordEnd > userEnd) put(record, layout.URI_PASSWORD, spanOf(start, userEnd + 1, passwordEnd));
    at = passwordEnd + 1;
  }
  const host = at;
  at = hostEnd(at);
  if (at == 0) return failed(record, codes.FAULT_URI_HOST, start, host);
  put(record, layout.URI_HOST_IS_IP, hostIsIp ? 1 : 0);
  const inner: u32 = load<u8>(host) == 0x5b ? 1 : 0;
  put(record, layout.URI_HOST, spanOf(start, host + inner, at - inner));
  if (load<u8>(at) == 0x3a) {
    const digits = at + 1;
    const port = decimal(digits, 65535);
    at = decimalEnd;
    if (port <= 0) return failed(record, codes.FAULT_URI_PORT, start, digits);
    put(record, layout.URI_PORT, port as u32);
  }
  const params = at;
  while (load<u8>(at) == 0x3b) {
    const last = parseParam(start, at, record);
    if (last == 0) return failed(record, codes.FAULT_URI_PARAMETER, start, at);
    at = last;
  }
  put(record, layout.URI_PARAMS, spanOf(start, params, at));
  if (load<u8>(at) == 0x3f) {
    put(record, layout.URI_HAS_HEADERS, 1);
    const headers = at;
    at = skipHeaders(at);
    if (at == 0) return failed(record, codes.FAULT_URI_HEADER, start, headers);
    put(record, layout.URI_HEADERS, spanOf(start, headers, at));
  }
  return at == end ? 0 : failed(record, characterFault(at), start, at);
}

/** RFC 3966 3: a global number begins with "+"; a local one needs a phone-context. */
function parseTel(start: u32, at: u32, end: u32, record: u32): u32 {
  const number = at;
  const global = load<u8>(at) == 0x2b;
  at = global ? skip(at + 1, CLASS_PHONE) : skip(at, CLASS_LOCAL_PHONE);
  if (!hasDigit(number, at)) return failed(record, codes.FAULT_URI_NUMBER, start, number);
  put(record, layout.URI_USER, spanOf(start, number, at));
  const params = at;
  let context = false;
  while (load<u8>(at) == 0x3b) {
    const name = at + 1;
    const last = parseParam(start, at, record);
    if (last == 0) return failed(record, codes.FAULT_URI_PARAMETER, start, at);
    if (
      last - name > 14 && load<u8>(name, 13) == 0x3d && isWord(name, 8, WORD_PHONE_CO) &&
      isWord(name + 8, 5, WORD_NTEXT)
    ) context = true;
    at = last;
  }
  put(record, layout.URI_PARAMS, spanOf(start, params, at));
  if (at != end) return failed(record, characterFault(at), start, at);
  return global || context ? 0 : failed(record, codes.FAULT_URI_NUMBER, start, number);
}

/** Reads the parameter whose ";" is at `at`. Address behind it, or 0 when malformed or when one of ours is repeated. */
function parseParam(start: u32, at: u32, record: u32): u32 {
  const name = at + 1;
  const nameEnd = skipEscaped(name, CLASS_URI_PARAM);
  if (nameEnd == name) return 0;
  let value: u32 = 0;
  at = nameEnd;
  if (load<u8>(at) == 0x3d) {
    value = at + 1;
    at = skipEscaped(value, CLASS_URI_PARAM);
    if (at == value) return 0;
  }
  const length = nameEnd - name;
  if (length == 2 && isWord(name, 2, WORD_LR)) {
    if (get(record, layout.URI_LR) != 0) return 0;
    put(record, layout.URI_LR, 1);
  } else if (length == 5 && isWord(name, 5, WORD_MADDR)) {
    if (value == 0 || get(record, layout.URI_MADDR) != 0 || hostEnd(value) != at) return 0;
    put(record, layout.URI_MADDR, spanOf(start, value, at));
  } else if (length == 9 && isWord(name, 8, WORD_TRANSPOR) && isWord(name + 8, 1, 0x74)) {
    if (value == 0 || get(record, layout.URI_TRANSPORT) != 0 || skip(value, CLASS_TOKEN) != at) return 0;
    put(record, layout.URI_TRANSPORT, transportOf(value, at - value));
  }
  return at;
}

/** `?name=value&name=value`. Address behind, or 0. */
function skipHeaders(at: u32): u32 {
  while (true) {
    const name = at + 1;
    at = skipEscaped(name, CLASS_URI_HEADER);
    if (at == name || load<u8>(at) != 0x3d) return 0;
    at = skipEscaped(at + 1, CLASS_URI_HEADER);
    if (load<u8>(at) != 0x26) return at;
  }
}

function schemeOf(at: u32, length: u32): u32 {
  if (length == 3 && isWord(at, 3, WORD_SIP)) return codes.SCHEME_SIP;
  if (length == 4 && isWord(at, 4, WORD_SIPS)) return codes.SCHEME_SIPS;
  if (length == 3 && isWord(at, 3, WORD_TEL)) return codes.SCHEME_TEL;
  return codes.SCHEME_OTHER;
}

/** Visual separators alone are no number. */
function hasDigit(at: u32, end: u32): bool {
  while (at < end) {
    const character = load<u8>(at);
    if (character > 0x2f || character == 0x2a || character == 0x23) return true;
    at++;
  }
  return false;
}

function characterFault(at: u32): u32 {
  return load<u8>(at) == 0x25 ? codes.FAULT_URI_ESCAPE : codes.FAULT_URI_CHARACTER;
}

function failed(record: u32, code: u32, start: u32, at: u32): u32 {
  put(record, layout.URI_FAULT_OFFSET, at - start);
  return code;
}

/** No class holds NUL, so a scan of the text ends here. */
function endText(length: i32): void {
  store<u64>(layout.URI_TEXT + length, 0);
  store<u64>(layout.URI_TEXT + length, 0, 8);
}

function spanOf(start: u32, from: u32, to: u32): u32 {
  return ((from - start) << 16) | (to - from);
}

function put(record: u32, word: u32, value: u32): void {
  store<u32>(record + (word << 2), value);
}

function get(record: u32, word: u32): u32 {
  return load<u32>(record + (word << 2));
}
