// Writes the message in the window out again as it was read: every header line in its place, unknown ones untouched, known ones under their long name in its
// usual spelling. Folded lines are whole, and the last Content-Length says what the body is. So one message has one normal form, however it was spelt.

import * as codes from "./codes";
import { copyDecimal, copyRun } from "./copy";
import * as layout from "./layout";
import { spanStart } from "./sip_lines";
import { headerName, headerNameLength } from "./sip_names";
import { field } from "./sip_record";

const LINES: u32 = layout.SIP + (layout.SIP_LINES << 2);
const CRLF: u32 = 0x0a0d;
const COLON_SPACE: u32 = 0x203a;
/** A line grows by its long name at the most. */
const LINE_SLACK: u32 = 34;
const SLACK: u32 = 64;

let cursor: u32 = 0;

/** Address of the message's end, or 0 when it does not fit behind `start`. */
export function copySip(start: u32): u32 {
  const lines = field(layout.SIP_LINE_COUNT);
  if (start + field(layout.SIP_LENGTH) + lines * LINE_SLACK + SLACK > (layout.OUTPUT_END as u32)) return 0;
  cursor = start;
  copyStartLine();
  let counted = false;
  for (let line: u32 = 0; line < lines; line++) {
    const at = LINES + ((line * layout.SIP_LINE_WORDS) << 2);
    const header: u32 = load<u32>(at) & 0xffff;
    if (header == codes.HEADER_OTHER) copySpan(load<u32>(at, 8));
    else cursor = copyRun(cursor, headerName(header), headerNameLength(header));
    store<u16>(cursor, COLON_SPACE);
    cursor += 2;
    if (header == codes.HEADER_CONTENT_LENGTH) {
      counted = true;
      copyLength();
    } else {
      copySpan(load<u32>(at, 4));
    }
    lineBreak();
  }
  if (!counted) {
    cursor = copyRun(
      cursor,
      headerName(codes.HEADER_CONTENT_LENGTH),
      headerNameLength(codes.HEADER_CONTENT_LENGTH),
    );
    store<u16>(cursor, COLON_SPACE);
    cursor += 2;
    copyLength();
    lineBreak();
  }
  lineBreak();
  copySpan(field(layout.SIP_BODY));
  return cursor;
}

function copyStartLine(): void {
  if (field(layout.SIP_IS_REQUEST) != 0) {
    copySpan(field(layout.SIP_METHOD_TEXT));
    store<u8>(cursor++, 0x20);
    copySpan(field(layout.SIP_REQUEST_URI));
    store<u64>(cursor, 0x302e322f50495320); // " SIP/2.0"
    cursor += 8;
  } else {
    store<u64>(cursor, 0x20302e322f504953); // "SIP/2.0 "
    cursor = copyDecimal(cursor + 8, field(layout.SIP_STATUS));
    store<u8>(cursor++, 0x20);
    copySpan(field(layout.SIP_REASON));
  }
  lineBreak();
}

function copyLength(): void {
  cursor = copyDecimal(cursor, field(layout.SIP_BODY) & 0xffff);
}

function copySpan(span: u32): void {
  cursor = copyRun(cursor, spanStart(span), span & 0xffff);
}

function lineBreak(): void {
  store<u16>(cursor, CRLF);
  cursor += 2;
}
