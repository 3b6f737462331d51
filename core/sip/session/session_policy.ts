// What this relay wants of session timers (RFC 4028).

/** The shortest interval that anybody may want (section 4), in seconds. */
export const SHORTEST_SESSION = 90;

/** What this relay wants, in seconds. */
export interface SessionPolicy {
  /** Asked for in each call; 0 = not asked for, and agreed to if a peer asks. */
  readonly interval: number;
  /** What a peer may ask for at the least, 90 or more. */
  readonly minimum: number;
}

/** Asks for nothing, and grants whatever RFC 4028 allows. */
export const noSession: SessionPolicy = { interval: 0, minimum: SHORTEST_SESSION };
