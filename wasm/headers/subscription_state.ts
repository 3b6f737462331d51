// Subscription-State (RFC 6665 8.2.3).

import { HEADER_SUBSCRIPTION_STATE } from "../assembly/codes.ts";
import type { Span } from "../memory.ts";
import { type Cursor, type Malformed, numberOf, type Params } from "./cursor.ts";

export interface SubscriptionState {
  /** "active", "pending", "terminated" or another one, in lower case. */
  readonly state: string;
  /** Seconds; -1 = not said. */
  readonly expires: number;
  /** In lower case; "" = none. */
  readonly reason: string;
  /** Seconds; -1 = not said. */
  readonly retryAfter: number;
  readonly params: Params;
}

export function readSubscriptionState(cursor: Cursor, value: Span): SubscriptionState | Malformed {
  cursor.open(value);
  const state = cursor.token().toLowerCase();
  const found = state === "" ? undefined : cursor.params();
  const expires = numberOf(found?.get("expires"));
  const retryAfter = numberOf(found?.get("retry-after"));
  if (found === undefined || expires === undefined || retryAfter === undefined) {
    return cursor.malformed(HEADER_SUBSCRIPTION_STATE);
  }
  return { state, expires, reason: found.get("reason")?.toLowerCase() ?? "", retryAfter, params: found };
}
