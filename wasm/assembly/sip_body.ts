// Content-Length and the body (RFC 3261 20.14, 18.3).

import * as codes from "./codes";
import * as layout from "./layout";
import { decimal, decimalEnd, shortDecimal } from "./scan";
import { firstLine, lineValue, nextLine, span, spanEnd, spanStart } from "./sip_lines";
import { fault, field, put } from "./sip_record";

const HEADER: u32 = codes.HEADER_CONTENT_LENGTH;

/** The body is [at, end) or the beginning of it: the rest of a datagram behind Content-Length bytes is ignored. */
export function readBody(at: u32, end: u32): void {
  const only = firstLine(HEADER);
  if (only != 0 && nextLine(only) == 0) {
    const value = lineValue(only);
    const digits = shortDecimal(load<u64>(spanStart(value)));
    const size = digits >>> 3;
    if (digits != 0 && (digits & 7) == (value & 0xffff) && size <= end - at) {
      put(layout.SIP_CONTENT_LENGTH, size);
      if (size != 0) put(layout.SIP_BODY, span(at, at + size));
      return;
    }
  }
  readOddBody(at, end);
}

/** The same where there is no Content-Length, or more than one, or one that does not fit. */
function readOddBody(at: u32, end: u32): void {
  let length: i64 = -1;
  for (let line = firstLine(HEADER); line != 0; line = nextLine(line)) {
    const value = lineValue(line);
    const start = spanStart(value);
    const number = decimal(start, 0x7fffffff);
    if (number < 0 || decimalEnd != spanEnd(value)) {
      fault(codes.FAULT_BAD_NUMBER, HEADER, start);
      return;
    }
    if (length >= 0) {
      fault(
        number == length ? codes.FAULT_DUPLICATE_HEADER : codes.FAULT_CONTENT_LENGTH_CONFLICT,
        HEADER,
        start,
      );
      return;
    }
    length = number;
  }
  put(layout.SIP_CONTENT_LENGTH, length as u32);
  // Written out, a message has this line: then it has to be readable still.
  if (length < 0 && field(layout.SIP_LINE_COUNT) == layout.SIP_LINE_LIMIT) {
    fault(codes.FAULT_TOO_MANY_HEADERS, 0, at);
    return;
  }
  const rest = (end - at) as i64;
  if (length > rest) {
    fault(codes.FAULT_BODY_TRUNCATED, HEADER, at);
    return;
  }
  const size = (length < 0 ? rest : length) as u32;
  if (size != 0) put(layout.SIP_BODY, span(at, at + size));
}
