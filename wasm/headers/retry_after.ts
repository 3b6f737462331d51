// Retry-After (RFC 3261 20.33).

import { HEADER_RETRY_AFTER } from "../assembly/codes.ts";
import type { Span } from "../memory.ts";
import { type Cursor, type Malformed, numberOf } from "./cursor.ts";

export interface RetryAfter {
  readonly seconds: number;
  /** With its parentheses; "" = none. */
  readonly comment: string;
  /** How long it will be reachable then, in seconds; -1 = not said. */
  readonly duration: number;
}

export function readRetryAfter(cursor: Cursor, value: Span): RetryAfter | Malformed {
  cursor.open(value);
  const seconds = cursor.number();
  const comment = seconds < 0 ? "" : cursor.comment();
  const found = seconds < 0 ? undefined : cursor.params();
  const duration = numberOf(found?.get("duration"));
  if (found === undefined || duration === undefined) return cursor.malformed(HEADER_RETRY_AFTER);
  return { seconds, comment, duration };
}
