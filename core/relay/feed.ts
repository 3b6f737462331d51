// A feed: one browser's WebSocket as core knows it. Plain data.

import type { Millis } from "../context.ts";
import type { RoapSession } from "../roap/record.ts";
import type { Asker } from "../sip/own_request.ts";
import type { Exchange } from "./exchange.ts";

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
  /** Requests of their own that the browser has not answered yet, at most `asksPerFeed`. */
  asked: readonly Asked[];
  /** Those of the browser's that have no answer yet, at most `asksPerFeed`. */
  asking: readonly Exchange[];
  closing: boolean;
}

/** A request to the browser, by the transactionId that we gave it. */
export interface Asked {
  readonly transactionId: string;
  readonly asker: Asker;
}

const NONE: readonly RoapSession[] = [];
const NOTHING_ASKED: readonly Asked[] = [];
const ASKS_NOTHING: readonly Exchange[] = [];

/** Bad messages that a feed may send at once, and how many are forgiven each second. */
const bucket = 20;
const forgivenPerSecond = 2;

/** Most calls that one browser may have at a time. */
export const sessionsPerFeed = 32;

/** Most requests of their own that may wait for an answer, in each direction. */
export const asksPerFeed = 32;

export function newFeed(
  feed: number,
  { user, dialect, secure = false }: { user: string; dialect: Feed["dialect"]; secure?: boolean },
  now: Millis,
): Feed {
  return {
    feed,
    user,
    dialect,
    secure,
    faults: 0,
    faultsAt: now,
    sessions: NONE,
    asked: NOTHING_ASKED,
    asking: ASKS_NOTHING,
    closing: false,
  };
}

/** Counts one bad message. True: that was one too many, the connection has to go. */
export function countFault(feed: Feed, now: Millis): boolean {
  const forgiven = (now - feed.faultsAt) * forgivenPerSecond / 1000;
  feed.faults = Math.max(0, feed.faults - forgiven) + 1;
  feed.faultsAt = now;
  return feed.faults > bucket;
}
