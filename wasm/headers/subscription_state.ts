// Subscription-State (RFC 6665 8.2.3).

import { HEADER_SUBSCRIPTION_STATE } from "../assembly/codes.ts";
import type { Span } from "../codec.ts";
import { type Malformed, malformed, numberOf, open, type Params, params, token } from "./cursor.ts";

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

export function readSubscriptionState(value: Span): SubscriptionState | Malformed {
  open(value);
  const state = token().toLowerCase();
  const found = state === "" ? undefined : params();
  const expires = numberOf(found?.get("expires"));
  const retryAfter = numberOf(found?.get("retry-after"));
  if (found === undefined || expires === undefined || retryAfter === undefined) {
    return malformed(HEADER_SUBSCRIPTION_STATE);
  }
  return { state, expires, reason: found.get("reason")?.toLowerCase() ?? "", retryAfter, params: found };
}
