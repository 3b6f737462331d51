// The timers of SIP transactions: RFC 3261 section 17 and table 4, RFC 6026 section 8.

import type { Millis } from "../../context.ts";

/** Estimate of the round-trip time. */
export const T1: Millis = 500;
/** The longest time between repeats of a non-INVITE request or of a response to INVITE. */
export const T2: Millis = 4000;
/** The longest time that a message stays in the network. */
export const T4: Millis = 5000;

/** How long an INVITE's server transaction waits for its user before it says 100 (RFC 3261 section 17.2.1). */
export const TRYING_DELAY: Millis = 200;

// Timers A, E and G begin with T1.
export const TIMER_B: Millis = 64 * T1;
/** At least 32 seconds over an unreliable transport. */
export const TIMER_D: Millis = 64 * T1;
export const TIMER_F: Millis = 64 * T1;
export const TIMER_H: Millis = 64 * T1;
export const TIMER_I: Millis = T4;
export const TIMER_J: Millis = 64 * T1;
export const TIMER_K: Millis = T4;
export const TIMER_L: Millis = 64 * T1;
export const TIMER_M: Millis = 64 * T1;
/** How long a cancelled INVITE may go without a final response (RFC 3261 section 9.1; it has no letter). */
export const TIMER_CANCEL: Millis = 64 * T1;

/** The next interval of timers E and G, and of a 2xx's repeats: doubled, up to T2. */
export function doubled(interval: Millis): Millis {
  return Math.min(interval * 2, T2);
}

/** What merely rests ends together with others, never too soon. */
const REST: Millis = 100;

/** When a transaction that waits for nothing but repeats (timers D, I, L and M) ends at the earliest at `at`. */
export function restingEnd(at: Millis): Millis {
  return Math.ceil(at / REST) * REST;
}
