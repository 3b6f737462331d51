// Retry-After (RFC 3261 20.33).

import { HEADER_RETRY_AFTER } from "../assembly/codes.ts";
import { type Span, spanText } from "../codec.ts";
import { takeComment } from "../codec.wasm";
import { type Malformed, malformed, number, numberOf, open, params } from "./cursor.ts";

export interface RetryAfter {
  readonly seconds: number;
  /** With its parentheses; "" = none. */
  readonly comment: string;
  /** How long it will be reachable then, in seconds; -1 = not said. */
  readonly duration: number;
}

export function readRetryAfter(value: Span): RetryAfter | Malformed {
  open(value);
  const seconds = number();
  const comment = seconds < 0 ? 0 : takeComment();
  const found = seconds < 0 ? undefined : params();
  const duration = numberOf(found?.get("duration"));
  if (found === undefined || duration === undefined) return malformed(HEADER_RETRY_AFTER);
  return { seconds, comment: comment === 0 ? "" : spanText(comment), duration };
}
