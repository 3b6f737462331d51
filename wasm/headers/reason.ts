// One value of Reason (RFC 3326).

import { HEADER_REASON } from "../assembly/codes.ts";
import type { Span } from "../memory.ts";
import { type Cursor, type Malformed, numberOf, type Params } from "./cursor.ts";

export interface Reason {
  /** "SIP", "Q.850", … as it is written. */
  readonly protocol: string;
  /** -1 = none. */
  readonly cause: number;
  /** "" = none. */
  readonly text: string;
  readonly params: Params;
}

export function readReason(cursor: Cursor, value: Span): Reason | Malformed {
  cursor.open(value);
  const protocol = cursor.token();
  const found = protocol === "" ? undefined : cursor.params();
  const cause = numberOf(found?.get("cause"));
  if (found === undefined || cause === undefined) return cursor.malformed(HEADER_REASON);
  return { protocol, cause, text: found.get("text") ?? "", params: found };
}
