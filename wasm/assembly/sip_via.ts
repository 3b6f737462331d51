// Via (RFC 3261 20.42, RFC 3581): one value, and its decoded fields when it is the topmost.

import * as codes from "./codes";
import * as layout from "./layout";
import { hostEnd } from "./host";
import {
  endsParam,
  paramIsToken,
  paramName,
  paramNameEnd,
  paramValue,
  paramValueEnd,
  readParam,
} from "./sip_param";
import {
  CLASS_SENT_BY,
  CLASS_TOKEN,
  CLASS_VALUE,
  decimal,
  decimalEnd,
  isWord,
  skip,
  skipSpace,
} from "./scan";
import { firstLine, lineValue, nextLine, span, spanStart } from "./sip_lines";
import { fault, field, put } from "./sip_record";
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
    fault(codes.FAULT_MISSING_HEADER, codes.HEADER_VIA, layout.INPUT);
    return false;
  }
  let count: u32 = 0;
  while (line != 0) {
    let at = spanStart(lineValue(line));
    while (true) {
      const end = readVia(at, count == 0);
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

/** Address of the comma or the line's end behind the value, or 0 when it is malformed; of the topmost, what stands before the fault is decoded then. */
function readVia(start: u32, top: bool): u32 {
  let at = start + 12;
  let transport = load<u64>(start) == SIP_2 && load<u8>(at) > 0x20 ? usualTransport(load<u32>(start, 8)) : 0;
  if (transport == 0) {
    at = skipProtocol(start);
    if (at == 0) return 0;
    const end = skip(at, CLASS_TOKEN);
    if (end == at) return 0;
    transport = transportOf(at, end - at);
    at = skipSpace(end);
    if (at == end) return 0;
  }
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
    const letters = load<u64>(at);
    if (letters == BRANCH_IS && branch == 0) {
      const last = skip(at + 8, CLASS_TOKEN);
      if (last != at + 8 && endsParam(load<u8>(last))) {
        branch = span(at + 8, last);
        at = last;
        continue;
      }
    } else if ((letters & RPORT_MASK) == RPORT && rport == 0 && endsParam((letters >> 48) as u8)) {
      rport = 1;
      at += 6;
      continue;
    } else if (letters == RECEIVE && load<u16>(at, 8) == D_IS) {
      const last = skip(at + 10, CLASS_VALUE);
      if (last != at + 10 && endsParam(load<u8>(last))) {
        at = last;
        continue;
      }
    }
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
