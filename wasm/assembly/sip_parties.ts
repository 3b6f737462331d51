// From, To, Contact, Route and Record-Route (RFC 3261 20.10, 20.20, 20.30, 20.34, 20.39).

import * as codes from "./codes";
import * as layout from "./layout";
import { address, bracketed, display, readAddress } from "./sip_address";
import { CLASS_TOKEN, decimal, decimalEnd, isWord, skip, skipSpace } from "./scan";
import { firstLine, lineValue, nextLine, span, spanEnd, spanStart } from "./sip_lines";
import { single } from "./sip_fields";
import { fault, field, put } from "./sip_record";
import { paramIsToken, paramName, paramNameEnd, paramValue, paramValueEnd, readParam } from "./sip_param";
import { trimmed } from "./sip_via";
import { WORD_EXPIRES, WORD_TAG } from "./words";

const COMMA: u8 = 0x2c;
const TAG_IS: u64 = 0x3d6761743b; // ";tag="
const TAG_FOLD: u64 = 0x20202000; // its letters
const TAG_MASK: u64 = 0xffffffffff;

export function readFrom(): void {
  readParty(codes.HEADER_FROM, layout.SIP_FROM);
}

export function readTo(): void {
  readParty(codes.HEADER_TO, layout.SIP_TO);
}

/** Words from `word` on: whole value, display, URI, tag. */
function readParty(header: u32, word: u32): void {
  const value = single(header, true);
  if (value == 0) return;
  const start = spanStart(value);
  const end = start + (value & 0xffff);
  let at = readAddress(start);
  let tag: u32 = 0;
  // Usually a tag is all there is behind the address, or nothing.
  if (((load<u64>(at) | TAG_FOLD) & TAG_MASK) == TAG_IS) {
    const last = skip(at + 5, CLASS_TOKEN);
    if (last == end && last != at + 5) {
      tag = span(at + 5, last);
      at = last;
    }
  }
  if (at == end) {
    const record = layout.SIP + (word << 2);
    store<u64>(record, (value as u64) | ((display as u64) << 32));
    store<u64>(record, (address as u64) | ((tag as u64) << 32), 8);
    return;
  }
  put(word, value);
  if (at != 0) {
    put(word + 1, display);
    put(word + 2, address);
    while (at != 0 && load<u8>(at) == 0x3b) {
      at = readParam(at);
      if (at == 0 || paramNameEnd - paramName != 3 || !isWord(paramName, 3, WORD_TAG)) continue;
      if (tag != 0 || !paramIsToken()) at = 0;
      else tag = span(paramValue, paramValueEnd);
    }
    put(word + 3, tag);
  }
  if (at < end) fault(codes.FAULT_BAD_HEADER, header, start);
}

/** Decodes the first value, checks and counts all. */
export function readContacts(): void {
  let count: u32 = 0;
  let star = false;
  for (let line = firstLine(codes.HEADER_CONTACT); line != 0; line = nextLine(line)) {
    const value = lineValue(line);
    let at = spanStart(value);
    if (load<u8>(at) == 0x2a && at + 1 == spanEnd(value)) {
      if (count != 0) {
        fault(codes.FAULT_BAD_HEADER, codes.HEADER_CONTACT, at);
        break;
      }
      star = true;
      count++;
      continue;
    }
    while (true) {
      const end = star ? 0 : readContactValue(at, count == 0);
      if (end == 0) {
        fault(codes.FAULT_BAD_HEADER, codes.HEADER_CONTACT, at);
        put(layout.SIP_CONTACT_COUNT, count);
        put(layout.SIP_CONTACT_SELECTABLE, star ? 0 : count);
        return;
      }
      if (count == 0) keepSelected(0, line, end);
      count++;
      if (load<u8>(end) != COMMA) break;
      at = skipSpace(end + 1);
    }
  }
  put(layout.SIP_CONTACT_STAR, star ? 1 : 0);
  put(layout.SIP_CONTACT_COUNT, count);
  put(layout.SIP_CONTACT_SELECTABLE, star ? 0 : count);
}

/**
 * Moves the decoded fields to the nth value, from 0. False when there is none. The way there begins behind the value that was selected last, so that
 * a walk over all of them reads each once.
 */
export function selectContact(nth: u32): bool {
  if (nth >= field(layout.SIP_CONTACT_SELECTABLE)) return false;
  let count = field(layout.SIP_CONTACT_SELECTED);
  if (nth == count) return true;
  let line = field(layout.SIP_CONTACT_LINE);
  let end = field(layout.SIP_CONTACT_END);
  if (nth < count) {
    line = 0;
    end = 0;
    count = -1;
  }
  while (true) {
    let at = skipSpace(end + 1);
    if (end == 0 || load<u8>(end) != COMMA) {
      line = line == 0 ? firstLine(codes.HEADER_CONTACT) : nextLine(line);
      at = spanStart(lineValue(line));
    }
    count++;
    end = readContactValue(at, count == nth);
    // Only when another message was put into the window since the read.
    if (end == 0) return false;
    if (count == nth) {
      keepSelected(nth, line, end);
      return true;
    }
  }
}

function keepSelected(nth: u32, line: u32, end: u32): void {
  put(layout.SIP_CONTACT_SELECTED, nth);
  put(layout.SIP_CONTACT_LINE, line);
  put(layout.SIP_CONTACT_END, end);
}

function readContactValue(start: u32, chosen: bool): u32 {
  let at = readAddress(start);
  if (at == 0) return 0;
  const uri = address;
  const name = display;
  let expires: i64 = -1;
  while (load<u8>(at) == 0x3b) {
    at = readParam(at);
    if (at == 0) return 0;
    if (paramNameEnd - paramName == 7 && isWord(paramName, 7, WORD_EXPIRES) && paramValue != 0) {
      const seconds = decimal(paramValue, 0xffffffff);
      if (decimalEnd == paramValueEnd) expires = seconds;
    }
  }
  const last = load<u8>(at);
  if (last != COMMA && last != 0x0d && last != 0) return 0;
  if (chosen) {
    put(layout.SIP_CONTACT, span(start, trimmed(at)));
    put(layout.SIP_CONTACT_DISPLAY, name);
    put(layout.SIP_CONTACT_URI, uri);
    put(layout.SIP_CONTACT_EXPIRES, expires > 0x7fffffff ? 0x7fffffff : expires as u32);
  }
  return at;
}

/** Checks all Route and Record-Route values: a dialog will repeat them. Keeps the topmost Route's URI. */
export function readRoutes(): void {
  readRouteLines(codes.HEADER_ROUTE);
  readRouteLines(codes.HEADER_RECORD_ROUTE);
}

function readRouteLines(header: u32): void {
  let top = header == codes.HEADER_ROUTE;
  for (let line = firstLine(header); line != 0; line = nextLine(line)) {
    let at = spanStart(lineValue(line));
    while (true) {
      const end = readRoute(at);
      if (end == 0) {
        fault(codes.FAULT_BAD_HEADER, header, at);
        return;
      }
      if (top) put(layout.SIP_ROUTE_URI, address);
      top = false;
      if (load<u8>(end) != COMMA) break;
      at = skipSpace(end + 1);
    }
  }
}

/** Address of the comma or the line's end behind the value, or 0 when it is malformed. */
export function readRoute(at: u32): u32 {
  at = readAddress(at);
  if (at == 0 || !bracketed) return 0;
  while (load<u8>(at) == 0x3b) {
    at = readParam(at);
    if (at == 0) return 0;
  }
  const last = load<u8>(at);
  return last == COMMA || last == 0x0d || last == 0 ? at : 0;
}
