// Request-Line and Status-Line (RFC 3261 7.1, 7.2): single spaces, nothing before or behind.

import * as codes from "./codes";
import * as layout from "./layout";
import { CLASS_DIGIT, CLASS_TOKEN, decimal, decimalEnd, isOf, isWord, skip, skipUtf8 } from "./scan";
import { fault, put } from "./sip_record";
import { span } from "./sip_lines";
import { methodOf } from "./sip_names";
import { isPlainUri, parseUri } from "./uri";
import { WORD_SIP, WORD_VERSION } from "./words";

const REQUEST_URI_RECORD: u32 = layout.URI + (layout.URI_RECORD_WORDS << 2);
const SPACE_VERSION: u64 = 0x302e322f50495320; // " SIP/2.0"
const VERSION: u64 = 0x302e322f504953; // "SIP/2.0"
const VERSION_MASK: u64 = 0xffffffffffffff;
const SPACE: u8 = 0x20;

/** Decodes the line [at, end). What can be read is kept even behind a fault, so that a request can be answered. */
export function readStartLine(at: u32, end: u32): void {
  if (end - at >= 4 && load<u8>(at, 3) == 0x2f && isWord(at, 3, WORD_SIP)) readStatusLine(at, end);
  else readRequestLine(at, end);
}

function readRequestLine(at: u32, end: u32): void {
  const methodEnd = skip(at, CLASS_TOKEN);
  if (methodEnd == at || load<u8>(methodEnd) != SPACE) {
    fault(codes.FAULT_BAD_METHOD, 0, methodEnd);
    return;
  }
  put(layout.SIP_IS_REQUEST, 1);
  put(layout.SIP_METHOD, methodOf(at, methodEnd - at));
  put(layout.SIP_METHOD_TEXT, span(at, methodEnd));

  const uri = methodEnd + 1;
  if (ASC_FEATURE_SIMD) {
    if (load<u64>(end - 8) == SPACE_VERSION && isPlainUri(uri, end - 8)) {
      put(layout.SIP_REQUEST_URI, span(uri, end - 8));
      put(layout.SIP_REQUEST_SCHEME, codes.SCHEME_SIP);
      return;
    }
  }
  let uriEnd = end - uri > 8 && load<u64>(end - 8) == SPACE_VERSION ? end - 7 : end;
  while (uriEnd > uri && load<u8>(uriEnd - 1) != SPACE) uriEnd--;
  const version = uriEnd;
  uriEnd--;
  if (uriEnd <= uri) {
    fault(codes.FAULT_BAD_START_LINE, 0, uri);
    return;
  }
  put(layout.SIP_REQUEST_URI, span(uri, uriEnd));
  if (end - version != 7 || (load<u64>(version) & VERSION_MASK) != VERSION) {
    const other = isVersion(version, end);
    if (!other || !isWord(version, 7, WORD_VERSION) || end - version != 7) {
      fault(other ? codes.FAULT_BAD_VERSION : codes.FAULT_BAD_START_LINE, 0, version);
      return;
    }
  }
  if (parseUri(uri, uriEnd, REQUEST_URI_RECORD) != 0) {
    fault(codes.FAULT_BAD_REQUEST_URI, 0, uri + load<u32>(REQUEST_URI_RECORD));
  } else if (load<u32>(REQUEST_URI_RECORD + (layout.URI_HAS_HEADERS << 2)) != 0) {
    // RFC 3261 19.1.1: no header part in a Request-URI.
    const params = load<u32>(REQUEST_URI_RECORD + (layout.URI_PARAMS << 2));
    fault(codes.FAULT_BAD_REQUEST_URI, 0, uri + (params >>> 16) + (params & 0xffff));
  }
  put(layout.SIP_REQUEST_SCHEME, load<u32>(REQUEST_URI_RECORD + (layout.URI_SCHEME << 2)));
}

function readStatusLine(at: u32, end: u32): void {
  if (end - at < 8 || !isWord(at, 7, WORD_VERSION) || load<u8>(at, 7) != SPACE) {
    fault(codes.FAULT_BAD_VERSION, 0, at);
    return;
  }
  const digits = at + 8;
  const status = decimal(digits, 699) as i32;
  const digitsEnd = decimalEnd;
  if (digitsEnd - digits != 3 || status < 100 || load<u8>(digitsEnd) != SPACE) {
    fault(codes.FAULT_BAD_STATUS, 0, digits);
    return;
  }
  put(layout.SIP_STATUS, status);
  put(layout.SIP_REASON, span(digitsEnd + 1, end));
  const bad = skipUtf8(digitsEnd + 1, end);
  if (bad < end) fault(codes.FAULT_NOT_UTF8, 0, bad);
}

/** `SIP/` digits `.` digits */
function isVersion(at: u32, end: u32): bool {
  if (end - at < 7 || load<u8>(at, 3) != 0x2f || !isWord(at, 3, WORD_SIP)) return false;
  const major = skip(at + 4, CLASS_DIGIT);
  if (major == at + 4 || load<u8>(major) != 0x2e || !isOf(load<u8>(major + 1), CLASS_DIGIT)) return false;
  return skip(major + 1, CLASS_DIGIT) == end;
}
