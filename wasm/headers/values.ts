// The values of a header, whichever lines they stand on (RFC 3261 7.3.1).

import { OCCURS_LIST } from "../assembly/header_codes.ts";
import type { Span } from "../codec.ts";
import { headerOccurs, takeElement } from "../codec.wasm";
import { sip } from "../sip.ts";
import { type Malformed, malformed, open } from "./cursor.ts";

/** Comma-joined values apart where the header is a list, else one value for each line. In the message's order. */
export function headerValues(header: number): Span[] | Malformed {
  const values: Span[] = [];
  const isList = headerOccurs(header) === OCCURS_LIST;
  for (let nth = 0, line = sip.value(header); line !== 0; line = sip.value(header, ++nth)) {
    if (!isList) {
      values.push(line);
      continue;
    }
    open(line);
    for (let value = takeElement(); value !== 0; value = takeElement()) {
      if (value === 1) return malformed(header);
      values.push(value >>> 0); // the codec's numbers are signed where it hands them over
    }
  }
  return values;
}
