// One value of Reason (RFC 3326).

import { HEADER_REASON } from "../assembly/codes.ts";
import type { Span } from "../codec.ts";
import { type Malformed, malformed, numberOf, open, type Params, params, token } from "./cursor.ts";

export interface Reason {
  /** "SIP", "Q.850", … as it is written. */
  readonly protocol: string;
  /** -1 = none. */
  readonly cause: number;
  /** "" = none. */
  readonly text: string;
  readonly params: Params;
}

export function readReason(value: Span): Reason | Malformed {
  open(value);
  const protocol = token();
  const found = protocol === "" ? undefined : params();
  const cause = numberOf(found?.get("cause"));
  if (found === undefined || cause === undefined) return malformed(HEADER_REASON);
  return { protocol, cause, text: found.get("text") ?? "", params: found };
}
