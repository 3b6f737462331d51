// Via (RFC 3261 20.42, RFC 3581): one value, and its decoded fields when it is the topmost.

import * as codes from "./codes";
import * as layout from "./layout";
import { hostEnd } from "./host";
import { paramIsToken, paramName, paramNameEnd, paramValue, paramValueEnd, readParam } from "./sip_param";
import {
  CLASS_SENT_BY,
  CLASS_TOKEN,
  CLASS_VALUE,
  decimal,
  decimalEnd,
  isWord,
  shortDecimal,
  skip,
  skipSpace,
} from "./scan";
import { firstLine, lineValue, nextLine, span, spanStart } from "./sip_lines";
import { fault, field, put } from "./sip_record";
import { windowStart } from "./window";
import {
  WORD_BRANCH,
  WORD_MADDR,
  WORD_RPORT,
  WORD_TCP,
  WORD_TLS,
  WORD_UDP,
  WORD_WS,
  WORD_WSS,
} from "./words";

const COMMA: u8 = 0x2c;
const SIP_2: u64 = 0x2f302e322f504953; // "SIP/2.0/"
const UDP: u32 = 0x20504455; // "UDP "
const TCP: u32 = 0x20504354; // "TCP "
const TLS: u32 = 0x20534c54; // "TLS "
const WSS: u32 = 0x20535357; // "WSS "
const RECEIVE: u64 = 0x657669656365723b; // ";receive"
const D_IS: u32 = 0x3d64; // "d="
const BRANCH_IS: u64 = 0x3d68636e6172623b; // ";branch="
const RPORT: u64 = 0x74726f70723b; // ";rport"
const RPORT_MASK: u64 = 0xffffffffffff;

/** Decodes the topmost value and counts all. False when even the topmost's sent-by cannot be read: nobody knows where an answer goes. */
export function readVias(): bool {
  let line = firstLine(codes.HEADER_VIA);
  if (line == 0) {
    fault(codes.FAULT_MISSING_HEADER, codes.HEADER_VIA, windowStart());
    return false;
  }
  let count: u32 = 0;
  while (line != 0) {
    let at = spanStart(lineValue(line));
    while (true) {
      let end = readPlainVia(at, count == 0);
      if (end == 0) end = readVia(at, count == 0);
      if (end == 0) {
        fault(codes.FAULT_BAD_HEADER, codes.HEADER_VIA, at);
        put(layout.SIP_VIA_COUNT, count);
        return field(layout.SIP_VIA_HOST) != 0;
      }
      count++;
      if (load<u8>(end) != COMMA) break;
      at = skipSpace(end + 1);
    }
    line = nextLine(line);
  }
  put(layout.SIP_VIA_COUNT, count);
  return true;
}

/**
 * The same as readVia for the usual kind of value: `SIP/2.0/UDP host`, a port or none, and of the parameters branch, rport and received, all without
 * white space. 0 = another kind, which readVia has the last word on; nothing is decoded then.
 */
function readPlainVia(start: u32, top: bool): u32 {
  if (load<u64>(start) != SIP_2) return 0;
  const transport = usualTransport(load<u32>(start, 8));
  if (transport == 0) return 0;
  const host = start + 12;
  let at = skip(host, CLASS_SENT_BY);
  if (at == host) return 0;
  const hostLast = at;
  let port: u32 = 0;
  let next = load<u64>(at);
  if ((next & 0xff) == 0x3a) {
    const digits = shortDecimal(next >>> 8);
    port = digits >>> 3;
    if (port - 1 >= 65535) return 0;
    at += (digits & 7) + 1;
    next = load<u64>(at);
  }
  let branch: u32 = 0;
  let rport: u32 = 0;
  while ((next & 0xff) == 0x3b) {
    if (next == BRANCH_IS) {
      const token = at + 8;
      at = skip(token, CLASS_TOKEN);
      if (at == token) return 0;
      if (branch != 0) return 0;
      branch = span(token, at);
    } else if ((next & RPORT_MASK) == RPORT) {
      if (rport != 0) return 0;
      rport = 1;
      at += 6;
      if (load<u8>(at) == 0x3d) {
        const digits = shortDecimal(load<u64>(at, 1));
        if ((digits >>> 3) - 1 >= 65535) return 0;
        at += (digits & 7) + 1;
      }
    } else if (next == RECEIVE && load<u16>(at, 8) == D_IS) {
      const address = at + 10;
      at = skip(address, CLASS_VALUE);
      if (at == address) return 0;
    } else {
      return 0;
    }
    next = load<u64>(at);
  }
  const last: u32 = (next & 0xff) as u32;
  if (last != 0x0d && last != COMMA) return 0;
  if (top) {
    put(layout.SIP_VIA, span(start, at));
    put(layout.SIP_VIA_HOST, span(host, hostLast));
    put(layout.SIP_VIA_PORT, port);
    put(layout.SIP_VIA_TRANSPORT, transport);
    put(layout.SIP_VIA_RPORT, rport);
    put(layout.SIP_VIA_MADDR, 0);
    put(layout.SIP_BRANCH, branch);
  }
  return at;
}

/** Address of the comma or the line's end behind the value, or 0 when it is malformed; of the topmost, what stands before the fault is decoded then. */
function readVia(start: u32, top: bool): u32 {
  let at = skipProtocol(start);
  if (at == 0) return 0;
  const transportEnd = skip(at, CLASS_TOKEN);
  if (transportEnd == at) return 0;
  const transport = transportOf(at, transportEnd - at);
  at = skipSpace(transportEnd);
  if (at == transportEnd) return 0;
  const host = at;
  at = load<u8>(at) == 0x5b ? hostEnd(at) : skip(at, CLASS_SENT_BY);
  if (at == 0 || at == host) return 0;
  const hostLast = at;
  let port: i64 = 0;
  at = skipSpace(at);
  if (load<u8>(at) == 0x3a) {
    const digits = skipSpace(at + 1);
    port = decimal(digits, 65535);
    if (port <= 0) return 0;
    at = skipSpace(decimalEnd);
  }
  let branch: u32 = 0;
  let maddr: u32 = 0;
  let rport: u32 = 0;
  let good = true;
  while (good && load<u8>(at) == 0x3b) {
    const next = readParam(at);
    const length = paramNameEnd - paramName;
    if (next == 0) {
      good = false;
    } else if (length == 6 && isWord(paramName, 6, WORD_BRANCH)) {
      good = branch == 0 && paramIsToken();
      if (good) branch = span(paramValue, paramValueEnd);
    } else if (length == 5 && isWord(paramName, 5, WORD_RPORT)) {
      good = rport == 0 && isPort();
      if (good) rport = 1;
    } else if (length == 5 && isWord(paramName, 5, WORD_MADDR)) {
      good = maddr == 0 && paramValue != 0;
      if (good) maddr = span(paramValue, paramValueEnd);
    }
    if (good) at = next;
  }
  if (good) {
    const last = load<u8>(at);
    good = last == COMMA || last == 0x0d || last == 0;
  }
  if (top) {
    put(layout.SIP_VIA, span(start, trimmed(at)));
    put(layout.SIP_VIA_HOST, span(host, hostLast));
    put(layout.SIP_VIA_PORT, port as u32);
    put(layout.SIP_VIA_TRANSPORT, transport);
    put(layout.SIP_VIA_RPORT, rport);
    put(layout.SIP_VIA_MADDR, maddr);
    put(layout.SIP_BRANCH, branch);
  }
  return good ? at : 0;
}

/** `SIP / 2.0 /` with any white space, or another protocol's name and version. Address of the transport, or 0. */
function skipProtocol(at: u32): u32 {
  if (load<u64>(at) == SIP_2) return skipSpace(at + 8);
  for (let part = 0; part < 2; part++) {
    const end = skip(at, CLASS_TOKEN);
    if (end == at) return 0;
    at = skipSpace(end);
    if (load<u8>(at) != 0x2f) return 0;
    at = skipSpace(at + 1);
  }
  return at;
}

/** A request's rport has no value; one that a hop filled in is a port. */
function isPort(): bool {
  return paramValue == 0 ||
    (decimal(paramValue, 65535) > 0 && decimalEnd == paramValueEnd);
}

/** TRANSPORT_* of three letters and a space. 0 = to be looked at more closely. */
function usualTransport(letters: u32): u32 {
  if (letters == UDP) return codes.TRANSPORT_UDP;
  if (letters == TCP) return codes.TRANSPORT_TCP;
  if (letters == TLS) return codes.TRANSPORT_TLS;
  return letters == WSS ? codes.TRANSPORT_WSS : 0;
}

/** TRANSPORT_* of a token. */
export function transportOf(at: u32, length: u32): u32 {
  if (length == 3) {
    if (isWord(at, 3, WORD_UDP)) return codes.TRANSPORT_UDP;
    if (isWord(at, 3, WORD_TCP)) return codes.TRANSPORT_TCP;
    if (isWord(at, 3, WORD_TLS)) return codes.TRANSPORT_TLS;
    if (isWord(at, 3, WORD_WSS)) return codes.TRANSPORT_WSS;
  }
  if (length == 2 && isWord(at, 2, WORD_WS)) return codes.TRANSPORT_WS;
  return codes.TRANSPORT_OTHER;
}

/** Without the white space before `at`. */
export function trimmed(at: u32): u32 {
  while (load<u8>(at - 1) == 0x20 || load<u8>(at - 1) == 0x09) at--;
  return at;
}
