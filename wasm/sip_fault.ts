// What the faults of a SIP message or URI mean: words for a person, and the status that answers such a request.

import * as codes from "./assembly/codes.ts";

export interface Fault {
  readonly text: string;
  /** 0 = a message with this fault cannot be answered. */
  readonly status: number;
}

const faults = new Map<number, Fault>([
  [codes.FAULT_TOO_LONG, { text: "Message too long", status: 513 }],
  [codes.FAULT_CONTROL_CHARACTER, { text: "Control character", status: 400 }],
  [codes.FAULT_NOT_UTF8, { text: "Not UTF-8", status: 400 }],
  [codes.FAULT_EMPTY, { text: "Empty message", status: 0 }],
  [codes.FAULT_BAD_START_LINE, { text: "Malformed start line", status: 400 }],
  [codes.FAULT_BAD_METHOD, { text: "Malformed method", status: 400 }],
  [codes.FAULT_BAD_REQUEST_URI, { text: "Malformed Request-URI", status: 400 }],
  [codes.FAULT_BAD_VERSION, { text: "SIP version not supported", status: 505 }],
  [codes.FAULT_BAD_STATUS, { text: "Malformed status code", status: 0 }],
  [codes.FAULT_BARE_LINE_BREAK, { text: "CR or LF that ends no line", status: 400 }],
  [codes.FAULT_BAD_HEADER_LINE, { text: "Malformed header line", status: 400 }],
  [codes.FAULT_TOO_MANY_HEADERS, { text: "Too many header lines", status: 513 }],
  [codes.FAULT_NO_BLANK_LINE, { text: "No blank line after the headers", status: 400 }],
  [codes.FAULT_MISSING_HEADER, { text: "Missing header", status: 400 }],
  [codes.FAULT_DUPLICATE_HEADER, { text: "Repeated header", status: 400 }],
  [codes.FAULT_BAD_HEADER, { text: "Malformed header", status: 400 }],
  [codes.FAULT_BAD_NUMBER, { text: "Number malformed or out of range", status: 400 }],
  [codes.FAULT_METHOD_MISMATCH, { text: "CSeq method differs from the request's", status: 400 }],
  [codes.FAULT_BODY_TRUNCATED, { text: "Body shorter than Content-Length", status: 400 }],
  [codes.FAULT_CONTENT_LENGTH_CONFLICT, { text: "Conflicting Content-Length", status: 400 }],
  [codes.FAULT_NO_CONTENT_LENGTH, { text: "Missing Content-Length", status: 400 }],
  [codes.FAULT_URI_TOO_LONG, { text: "URI too long", status: 414 }],
  [codes.FAULT_URI_CHARACTER, { text: "Character not allowed in a URI", status: 400 }],
  [codes.FAULT_URI_ESCAPE, { text: "Malformed escape in URI", status: 400 }],
  [codes.FAULT_URI_SCHEME, { text: "Malformed URI scheme", status: 400 }],
  [codes.FAULT_URI_USER, { text: "Malformed user part of URI", status: 400 }],
  [codes.FAULT_URI_HOST, { text: "Malformed host of URI", status: 400 }],
  [codes.FAULT_URI_PORT, { text: "Malformed port of URI", status: 400 }],
  [codes.FAULT_URI_PARAMETER, { text: "Malformed URI parameter", status: 400 }],
  [codes.FAULT_URI_HEADER, { text: "Malformed header part of URI", status: 400 }],
  [codes.FAULT_URI_NUMBER, { text: "Malformed telephone number", status: 400 }],
]);

export function sipFault(code: number): Fault | undefined {
  return faults.get(code);
}
