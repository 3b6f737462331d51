// The session timer of a SIP leg (RFC 4028): who keeps the session alive, and when it counts as over. It runs beside the INVITE session, whose table knows
// nothing of it.
//
//                     half                    refused
//    refresher ───────────► refreshing ◄────────────────► retrying        we refresh, as agreed
//                              │ gaveUp            retry
//                              ▼
//    watching ──────────────────────────── expiry ──► over                 the peer is to refresh
//
//    alone ◄──────────────► probing ─────── lost ───► over                 the peer knows no session timer
//
// A 2xx to a refresh of either side, which any re-INVITE and UPDATE is, begins anew from wherever it finds the timer.

import type { Millis, TimerOwner } from "../../context.ts";
import type { Report } from "../../leg.ts";
import { impossible, type StateTable } from "../../machine/table.ts";
import type { TimerId } from "../../timer/wheel.ts";
import type { ClientRequest } from "../client_request.ts";
import type { SipLeg } from "./leg.ts";

export type SessionTimerState =
  | "off"
  | "refresher"
  | "refreshing"
  | "retrying"
  | "watching"
  | "alone"
  | "probing"
  | "over";

export type SessionTimerEvent =
  // What a 2xx says of who refreshes from now on: we as agreed, the peer, we without the peer's knowing, or nobody.
  | "ours"
  | "theirs"
  | "unshared"
  | "none"
  // Timers: half of the interval has gone by (section 7.2), time for another try, shortly before the end (section 10).
  | "half"
  | "retry"
  | "expiry"
  // What our refresh came to: 408, 481 or no answer at all; another failure, after which it may be tried again; the last such.
  | "lost"
  | "refused"
  | "gaveUp"
  /** The leg has come to its end. */
  | "end";

export type SessionTimerEffect =
  | "stop"
  | "startHalf"
  | "startRetry"
  | "startExpiry"
  | "refresh"
  | "endSession";

const agreements = {
  ours: ["refresher", "stop", "startHalf"],
  theirs: ["watching", "stop", "startExpiry"],
  unshared: ["alone", "stop", "startHalf"],
  none: ["off", "stop"],
  end: ["over", "stop"],
} as const;

/** Of a refresh that is no longer out: the peer's own came between. */
const outcomes = { lost: "ignore", refused: "ignore", gaveUp: "ignore" } as const;

export const sessionTimer: StateTable<SessionTimerState, SessionTimerEvent, SessionTimerEffect> = {
  off: { ...agreements, ...outcomes, ...impossible("half", "retry", "expiry") },
  refresher: {
    ...agreements,
    half: ["refreshing", "startExpiry", "refresh"],
    ...outcomes,
    ...impossible("retry", "expiry"),
  },
  refreshing: {
    ...agreements,
    refused: ["retrying", "stop", "startRetry"],
    // only the peer could refresh it now
    gaveUp: ["watching"],
    // section 10, RFC 3261 section 12.2.1.2
    lost: ["over", "stop", "endSession"],
    expiry: ["over", "endSession"],
    ...impossible("half", "retry"),
  },
  retrying: {
    ...agreements,
    retry: ["refreshing", "startExpiry", "refresh"],
    ...outcomes,
    ...impossible("half", "expiry"),
  },
  watching: {
    ...agreements,
    expiry: ["over", "endSession"],
    ...outcomes,
    ...impossible("half", "retry"),
  },
  alone: { ...agreements, half: ["probing", "refresh"], ...outcomes, ...impossible("retry", "expiry") },
  probing: {
    ...agreements,
    // whatever else it says, the peer is there
    refused: ["alone", "startHalf"],
    gaveUp: ["alone", "startHalf"],
    lost: ["over", "endSession"],
    ...impossible("half", "retry", "expiry"),
  },
  over: {
    ours: "ignore",
    theirs: "ignore",
    unshared: "ignore",
    none: "ignore",
    end: "ignore",
    ...outcomes,
    ...impossible("half", "retry", "expiry"),
  },
};

/** What we last said of the session in a description, for a peer that can be asked by re-INVITE alone. */
export interface Description {
  /** Index in the leg's forks. */
  readonly fork: number;
  readonly body: Uint8Array;
  readonly contentType: string;
}

/** Plain data. */
export interface SessionTimer extends TimerOwner {
  readonly type: "session";
  readonly leg: SipLeg;
  state: SessionTimerState;
  /** How long the session lasts without a refresh, in seconds; 0 = nothing is agreed. */
  interval: number;
  /** The largest Min-SE that was heard in this dialog, in seconds; 0 = none (section 7.4). */
  minimum: number;
  /** The peer takes UPDATE. */
  updates: boolean;
  expires: Millis;
  timer: TimerId;
  /** Which refresh of ours is out. */
  out: "none" | "update" | "invite";
  request: ClientRequest | undefined;
  /** Times that this refresh, or the first INVITE, was sent again because of how it was refused. */
  tries: number;
  /** When the next one may go, in milliseconds from the refusal. */
  patience: Millis;
  description: Description | undefined;
  /** The call's offer, while a refresh by re-INVITE is out. */
  waiting: Report | undefined;
}

export function newSessionTimer(leg: SipLeg): SessionTimer {
  return {
    type: "session",
    leg,
    state: "off",
    interval: 0,
    minimum: 0,
    updates: false,
    expires: 0,
    timer: 0,
    out: "none",
    request: undefined,
    tries: 0,
    patience: 0,
    description: undefined,
    waiting: undefined,
  };
}
