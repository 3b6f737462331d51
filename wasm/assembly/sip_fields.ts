// Headers that hold one plain value: Call-ID, CSeq, Max-Forwards, Expires, Content-Type (RFC 3261 20).

import * as codes from "./codes";
import * as layout from "./layout";
import { CLASS_TOKEN, CLASS_WORD, decimal, decimalEnd, shortDecimal, skip, skipSpace } from "./scan";
import { isSame } from "./copy";
import { firstLine, lineValue, span, spanEnd, spanStart } from "./sip_lines";
import { methodOf } from "./sip_names";
import { fault, field, put } from "./sip_record";
import { readParam } from "./sip_param";
import { windowStart } from "./window";

// Between them all of the type that nearly every body has.
const APPLICATION: u64 = 0x746163696c707061; // "applicat"
const APPLICATION_SDP: u64 = 0x7064732f6e6f6974; // "tion/sdp"

export function readCallId(): void {
  const value = single(codes.HEADER_CALL_ID, true);
  if (value == 0) return;
  put(layout.SIP_CALL_ID, value);
  const start = spanStart(value);
  let at = skip(start, CLASS_WORD);
  let good = at > start;
  if (load<u8>(at) == 0x40) {
    good = good && skip(at + 1, CLASS_WORD) > at + 1;
    at = skip(at + 1, CLASS_WORD);
  }
  if (!good || at != spanEnd(value)) fault(codes.FAULT_BAD_HEADER, codes.HEADER_CALL_ID, at);
}

/** False when there is no value at all. */
export function readCseq(): bool {
  const value = single(codes.HEADER_CSEQ, true);
  if (value == 0) return false;
  const start = spanStart(value);
  if (readPlainCseq(start, start + (value & 0xffff))) return true;
  const number = decimal(start, 0x7fffffff);
  const digitsEnd = decimalEnd;
  const method = skipSpace(digitsEnd);
  const methodEnd = skip(method, CLASS_TOKEN);
  if (digitsEnd == start || method == digitsEnd || methodEnd == method || methodEnd != spanEnd(value)) {
    fault(codes.FAULT_BAD_HEADER, codes.HEADER_CSEQ, start);
    return value << 16 != 0;
  }
  if (number < 0) {
    fault(codes.FAULT_BAD_NUMBER, codes.HEADER_CSEQ, start);
    return true;
  }
  put(layout.SIP_CSEQ, number as u32);
  const text = field(layout.SIP_METHOD_TEXT);
  if (field(layout.SIP_IS_REQUEST) == 0) {
    put(layout.SIP_METHOD, methodOf(method, methodEnd - method));
    put(layout.SIP_METHOD_TEXT, span(method, methodEnd));
  } else if (
    (text & 0xffff) != methodEnd - method || !isSame(spanStart(text), method, methodEnd - method)
  ) {
    fault(codes.FAULT_METHOD_MISMATCH, codes.HEADER_CSEQ, method);
  }
  return true;
}

/** Up to seven digits, one space and a method that is the request's or in the list. False = another kind: nothing is decoded. */
function readPlainCseq(start: u32, end: u32): bool {
  const digits = shortDecimal(load<u64>(start));
  const method = start + (digits & 7) + 1;
  if (digits == 0 || load<u8>(method - 1) != 0x20) return false;
  const length = end - method;
  if (field(layout.SIP_IS_REQUEST) != 0) {
    const text = field(layout.SIP_METHOD_TEXT);
    if ((text & 0xffff) != length || !isSame(spanStart(text), method, length)) return false;
  } else {
    const known = methodOf(method, length);
    if (known == codes.METHOD_OTHER) return false;
    put(layout.SIP_METHOD, known);
    put(layout.SIP_METHOD_TEXT, span(method, end));
  }
  put(layout.SIP_CSEQ, digits >>> 3);
  return true;
}

export function readMaxForwards(): void {
  const value = single(codes.HEADER_MAX_FORWARDS, false);
  if (value == 0) return;
  const start = spanStart(value);
  const digits = shortDecimal(load<u64>(start));
  if (digits != 0 && (digits & 7) == (value & 0xffff) && digits < 256 << 3) {
    put(layout.SIP_MAX_FORWARDS, digits >>> 3);
    return;
  }
  const number = wholeNumber(value, 255);
  if (number < 0) fault(codes.FAULT_BAD_NUMBER, codes.HEADER_MAX_FORWARDS, start);
  else put(layout.SIP_MAX_FORWARDS, number as u32);
}

/** A malformed value counts as absent (RFC 3261 20.19). */
export function readExpires(): void {
  const line = firstLine(codes.HEADER_EXPIRES);
  if (line == 0) return;
  const number = wholeNumber(lineValue(line), 0xffffffff);
  put(layout.SIP_EXPIRES, number > 0x7fffffff ? 0x7fffffff : number as u32);
}

export function readContentType(): void {
  const value = single(codes.HEADER_CONTENT_TYPE, false);
  if (value == 0) return;
  const start = spanStart(value);
  if ((value & 0xffff) == 15 && load<u64>(start) == APPLICATION && load<u64>(start, 7) == APPLICATION_SDP) {
    put(layout.SIP_CONTENT_TYPE, value);
    return;
  }
  const slash = skipSpace(skip(start, CLASS_TOKEN));
  const subtype = skipSpace(slash + 1);
  const end = skip(subtype, CLASS_TOKEN);
  let at: u32 = 0;
  if (load<u8>(start) != 0x2f && load<u8>(slash) == 0x2f && end != subtype) {
    put(layout.SIP_CONTENT_TYPE, span(start, end));
    at = skipSpace(end);
    while (at != 0 && load<u8>(at) == 0x3b) at = readParam(at);
  }
  if (at == 0 || at < spanEnd(value)) fault(codes.FAULT_BAD_HEADER, codes.HEADER_CONTENT_TYPE, start);
}

/** The header's first value; a second line is a fault already. 0 = absent. */
export function single(header: u32, mandatory: bool): u32 {
  const line = firstLine(header);
  if (line == 0) {
    if (mandatory) fault(codes.FAULT_MISSING_HEADER, header, windowStart());
    return 0;
  }
  return lineValue(line);
}

function wholeNumber(value: u32, limit: u64): i64 {
  const number = decimal(spanStart(value), limit);
  return decimalEnd == spanEnd(value) ? number : -1;
}
