// Reads the SIP message in the window: indexes its header lines, decodes what routing needs, checks what RFC 3261 8.1.1 and 20 demand.

import * as codes from "./codes";
import { envelopeFromSip } from "./envelope";
import * as layout from "./layout";
import { clearRun } from "./copy";
import { indexLines, startLineEnd } from "./sip_lines";
import { readBody } from "./sip_body";
import { readContacts, readFrom, readRoutes, readTo } from "./sip_parties";
import { readCallId, readContentType, readCseq, readExpires, readMaxForwards } from "./sip_fields";
import { readStartLine } from "./sip_start_line";
import { readVias } from "./sip_via";
import { clearRecord, fault, field, put } from "./sip_record";
import { windowStart } from "./window";

/** 0 or the first FAULT_*. */
export function readSip(length: i32): u32 {
  const first = readMessage(length);
  envelopeFromSip();
  return first;
}

function readMessage(length: i32): u32 {
  const start = windowStart();
  if (length < 0 || length > 0x10000) {
    clearRecord(0);
    fault(codes.FAULT_TOO_LONG, 0, start);
    return codes.FAULT_TOO_LONG;
  }
  clearRecord(length);
  const end: u32 = start + length;
  // No class holds NUL: no scan sees what an earlier message left here.
  clearRun(end, 32);
  let at: u32 = start;
  while (load<u16>(at) == 0x0a0d) at += 2;
  if (at >= end) {
    fault(codes.FAULT_EMPTY, 0, start);
    return codes.FAULT_EMPTY;
  }
  const lineEnd = startLineEnd(at, end);
  readStartLine(at, lineEnd);
  at = lineEnd < end ? indexLines(lineEnd + 2, end) : end;
  if (lineEnd == end) fault(codes.FAULT_NO_BLANK_LINE, 0, end);

  const via = readVias();
  readFrom();
  readTo();
  readCallId();
  const cseq = readCseq();
  const method = field(layout.SIP_METHOD);
  const answerable = via && cseq && method != codes.METHOD_ACK &&
    field(layout.SIP_IS_REQUEST) != 0;
  put(layout.SIP_ANSWERABLE, answerable ? 1 : 0);
  readMaxForwards();
  readExpires();
  readContacts();
  readRoutes();
  readContentType();
  readBody(at, end);
  return field(layout.SIP_FAULT);
}
