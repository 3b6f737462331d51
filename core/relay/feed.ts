// A feed: one browser's WebSocket as core knows it. Plain data.

import type { Millis } from "../context.ts";
import type { RoapSession } from "../roap/record.ts";

export interface Feed {
  readonly feed: number;
  readonly user: string;
  readonly dialect: "roap" | "roap.ims";
  /** It came over TLS. */
  readonly secure: boolean;
  /** Bad messages that count against it, drained with time (a leaky bucket). */
  faults: number;
  faultsAt: Millis;
  /** Live sessions, at most `sessionsPerFeed`. */
  sessions: readonly RoapSession[];
  closing: boolean;
}

const NONE: readonly RoapSession[] = [];

/** Bad messages that a feed may send at once, and how many are forgiven each second. */
const bucket = 20;
const forgivenPerSecond = 2;

/** Most calls that one browser may have at a time. */
export const sessionsPerFeed = 32;

export function newFeed(
  feed: number,
  { user, dialect, secure = false }: { user: string; dialect: Feed["dialect"]; secure?: boolean },
  now: Millis,
): Feed {
  return { feed, user, dialect, secure, faults: 0, faultsAt: now, sessions: NONE, closing: false };
}

/** Counts one bad message. True: that was one too many, the connection has to go. */
export function countFault(feed: Feed, now: Millis): boolean {
  const forgiven = (now - feed.faultsAt) * forgivenPerSecond / 1000;
  feed.faults = Math.max(0, feed.faults - forgiven) + 1;
  feed.faultsAt = now;
  return feed.faults > bucket;
}
