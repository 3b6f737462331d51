// Timers of RFC 3261 table 4, in milliseconds.

export const T1 = 500;
export const T2 = 4_000;
/** B, F and H: 64·T1. */
export const TIMEOUT = 64 * T1;
