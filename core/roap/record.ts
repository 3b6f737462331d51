// One ROAP session as plain data, and the limits that keep it small.

import type { Millis, TimerOwner } from "../context.ts";
import type { Report } from "../leg.ts";
import { longer } from "../short_list.ts";
import type { TimerId } from "../timer/wheel.ts";
import type { EarlyState } from "./early_table.ts";
import type { RoapState } from "./events.ts";

/** The WebSocket subprotocol: the draft's five message types, or those of `roap.ims` too. */
export type Dialect = "roap" | "roap.ims";

export interface RoapSession extends TimerOwner {
  readonly type: "roap";
  /** Serial number of the session. */
  readonly key: number;
  /** The WebSocket that the browser is on. */
  feed: number;
  readonly dialect: Dialect;
  readonly call: number;
  state: RoapState;
  /** Our id. While an OFFER of the browser's forks it is the first fork's, afterwards the one that answered. */
  localId: string;
  /** The browser's id, "" until it is known. */
  remoteId: string;
  /** Our id for each fork of the browser's first OFFER, in the order of their numbers, until one of them has answered. */
  localForks: readonly string[];
  /** The browser's ids in provisional answers to our first OFFER, in the order in which they came. */
  remoteForks: readonly string[];
  /** All ids above: it only grows. */
  ids: readonly string[];
  /** How many of `ids`, the first ones, the dispatcher finds it by: no other session of the feed has them. */
  found: number;
  /** Whose OFFER is the newest: that one's id is the offererSessionId of what is written next. */
  offerer: "local" | "remote";
  /** The one counter of both ends: seq of the newest OFFER or SHUTDOWN of either. 0 before the first. */
  seq: number;
  /** Of our newest OFFER. */
  tieBreaker: number;
  /** What our first OFFER says of the caller. */
  from: string;
  /** Body of our outstanding OFFER, for the case that it ties and has to be made again. */
  offer: Uint8Array | undefined;
  /** How often it tied already. */
  ties: number;
  /** Body of the offer that waits for the outstanding one. */
  queued: Uint8Array | undefined;
  /** The browser's setSessionToken: goes into all that we write. */
  sessionToken: string;
  /** setResponseToken of the browser's pending OFFER: goes into the answers to it. */
  offerToken: string;
  /** setResponseToken of the browser's final ANSWER: goes into the OK. */
  answerToken: string;
  /** The fork of ours whose provisional answer the browser's PRANSWER speaks of, until that has its OK. "" = none. */
  takenId: string;
  /** An OFFER before the first one's final ANSWER: whose, its seq (0 = there was none), and the fork it speaks of. */
  early: EarlyState;
  earlySeq: number;
  earlyFork: number;
  earlyTimer: TimerId;
  timer: TimerId;
  /** What the call has not taken yet of the present input. */
  reports: readonly Report[];
}

/** Forks that one session tells apart, on either side. */
export const forkLimit = 16;

/** OFFERs that may tie in a row: with honest tieBreakers a second one has a chance of 2⁻³². */
export const tieLimit = 8;

/** Highest seq of an OFFER: one is kept for the SHUTDOWN. */
export const lastOfferSeq = 0xfffffffe;

/** How long an OFFER inside a session may stay without a word from the browser. */
export const answerWait: Millis = 30_000;

/** How long it may stay once the browser said that somebody has to decide (RFC 3261 timer C). */
export const decisionWait: Millis = 180_000;

/**
 * How long a final ANSWER waits for its OK: half as long as a 2xx for its ACK (RFC 3261 section 13.3.1.4), so that a phone whose answer the
 * browser never confirms is told in time, and does not give up on an ACK that is still to come.
 */
export const okWait: Millis = 16_000;

/** How long a SHUTDOWN waits for its OK. */
export const shutdownWait: Millis = 5_000;

/** The highest seq that either end has used. */
export function newestSeq({ seq, earlySeq }: RoapSession): number {
  return Math.max(seq, earlySeq);
}

/** Makes an id one under which the session is found. */
export function addId(session: RoapSession, id: string): void {
  if (!session.ids.includes(id)) session.ids = longer(session.ids, id);
}
