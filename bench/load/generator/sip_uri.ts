// Name-addresses and the addresses in them: what a caller needs of Contact and Record-Route (RFC 3261 section 12.1.2).

import type { Span } from "./arena.ts";

const COMMA = 44;
const OPEN = 60;
const CLOSE = 62;
const QUOTE = 34;
const SEMICOLON = 59;
const AT = 64;
const DOT = 46;
const COLON = 58;

/** Where an address is; one object for all of them. */
export class Address {
  host = 0;
  port = 0;
}

/** The URI in a header's value: between angle brackets, or what stands before parameters. */
export function uriIn(bytes: Uint8Array, start: number, end: number): Span {
  for (let at = start; at < end; at++) {
    if (bytes[at] !== OPEN) continue;
    let close = at;
    while (close < end && bytes[close] !== CLOSE) close++;
    return { start: at + 1, end: close };
  }
  let last = start;
  while (last < end && bytes[last] !== SEMICOLON && bytes[last]! > 32) last++;
  return { start, end: last };
}

/** The values of a header line, which commas outside quotes and brackets separate. */
export function valuesIn(bytes: Uint8Array, start: number, end: number): Span[] {
  const values: Span[] = [];
  let [from, isQuoted, depth] = [start, false, 0];
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (byte === OPEN) depth++;
    else if (byte === CLOSE) depth--;
    else if (byte === COMMA && depth === 0) {
      values.push(trimmed(bytes, from, at));
      from = at + 1;
    }
  }
  values.push(trimmed(bytes, from, end));
  return values;
}

/** The IPv4 address and port of a SIP URI, 5060 without one. False: it has a name, or an address of another kind. */
export function addressIn(bytes: Uint8Array, { start, end }: Span, address: Address): boolean {
  let at = start;
  while (at < end && bytes[at] !== COLON) at++;
  at++;
  for (let i = at; i < end && bytes[i] !== SEMICOLON; i++) if (bytes[i] === AT) at = i + 1;
  address.host = 0;
  for (let part = 0; part < 4; part++) {
    const first = at;
    let number = 0;
    for (; at < end && isDigit(bytes[at]!); at++) number = number * 10 + bytes[at]! - 48;
    if (at === first || number > 255 || (part < 3 && bytes[at++] !== DOT)) return false;
    address.host = address.host * 256 + number;
  }
  address.port = 5060;
  if (bytes[at] !== COLON || at >= end) return true;
  address.port = 0;
  for (at++; at < end && isDigit(bytes[at]!); at++) address.port = address.port * 10 + bytes[at]! - 48;
  return address.port > 0 && address.port < 65_536;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

function trimmed(bytes: Uint8Array, start: number, end: number): Span {
  while (start < end && bytes[start]! <= 32) start++;
  while (end > start && bytes[end - 1]! <= 32) end--;
  return { start, end };
}
