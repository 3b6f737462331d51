// One identity's registration as its client sees it: RFC 3261 section 10.2, 3GPP TS 24.229 section 5.1.1.
//
//            start               accepted                refresh
//   idle ───────────► registering ─────► registered ◄──────────────► refreshing
//                       │  ▲ ▲            │  lost, expired │ failed   │
//                failed ▼  │ └────────────┘                ▼          │
//                      waiting ◄──────────────────────── retrying     │
//                          │ stop        stop │  stop                 │ stop
//                          ▼                  ▼                       ▼
//                         gone ◄────── deregistering ◄───────────── parting
//
// While a REGISTER is out no other one may go (RFC 3261 section 10.2): who wants to leave then waits in `leaving` (nothing was bound yet) or `parting`.

import { ignored, impossible, type StateTable } from "../machine/table.ts";

/**
 * registering: nothing is bound, a REGISTER is out. registered. refreshing: bound, a REGISTER is out. retrying: bound, the last refresh failed.
 * waiting: nothing is bound, the next try comes later. deregistering: the end of the binding is out; returning: and then it is wanted again.
 */
export type RegistrationState =
  | "idle"
  | "registering"
  | "registered"
  | "refreshing"
  | "retrying"
  | "waiting"
  | "leaving"
  | "parting"
  | "deregistering"
  | "returning"
  | "gone";

/**
 * What came of the REGISTER that is out: accepted; challenge, one that can be answered; brief, 423; refused, for good; failed, to be tried again.
 * Timers: refresh, retry, expired. The core network's own word: lost, the binding is gone; probation, and may come back later; shortened; ended, it must not come
 * back. doubt: a request of ours was answered as if nothing were bound.
 */
export type RegistrationEvent =
  | "start"
  | "stop"
  | "accepted"
  | "challenge"
  | "brief"
  | "refused"
  | "failed"
  | "refresh"
  | "retry"
  | "expired"
  | "lost"
  | "probation"
  | "shortened"
  | "ended"
  | "doubt";

export type RegistrationEffect =
  /** Sends a REGISTER as the beginning of a try; `prove` and `lengthen` go on with it. */
  | "register"
  | "prove"
  | "lengthen"
  | "deregister"
  | "proveEnd"
  /** Takes what the 200 says: how long, Service-Route, public identities. */
  | "bind"
  | "unbind"
  | "backOff"
  | "hasten"
  | "stopTimers"
  | "tellRegistered"
  | "tellLost"
  | "tellRefused"
  | "tellEnded"
  | "tellGone";

const outcomes = ["accepted", "challenge", "brief", "refused", "failed"] as const;
const words = ["lost", "probation", "shortened", "ended", "doubt"] as const;

export const registrationTable: StateTable<RegistrationState, RegistrationEvent, RegistrationEffect> = {
  idle: {
    start: ["registering", "register"],
    stop: ["gone", "tellGone"],
    ...impossible(...outcomes, "refresh", "retry", "expired"),
    ...ignored(...words),
  },
  registering: {
    accepted: ["registered", "bind", "tellRegistered"],
    challenge: ["registering", "prove"],
    brief: ["registering", "lengthen"],
    refused: ["gone", "stopTimers", "tellRefused"],
    failed: ["waiting", "backOff"],
    stop: ["leaving"],
    // Word of an earlier binding; of this one there is none yet.
    ...ignored("start", ...words),
    ...impossible("refresh", "retry", "expired"),
  },
  registered: {
    refresh: ["refreshing", "register"],
    doubt: ["refreshing", "register"],
    expired: ["registering", "stopTimers", "unbind", "tellLost", "register"],
    lost: ["registering", "stopTimers", "unbind", "tellLost", "register"],
    probation: ["waiting", "stopTimers", "unbind", "tellLost", "backOff"],
    shortened: ["registered", "stopTimers", "hasten"],
    ended: ["gone", "stopTimers", "unbind", "tellEnded"],
    stop: ["deregistering", "stopTimers", "deregister"],
    start: "ignore",
    ...impossible(...outcomes, "retry"),
  },
  refreshing: {
    accepted: ["registered", "stopTimers", "bind", "tellRegistered"],
    challenge: ["refreshing", "prove"],
    brief: ["refreshing", "lengthen"],
    refused: ["gone", "stopTimers", "unbind", "tellRefused"],
    failed: ["retrying", "backOff"],
    // The REGISTER that is out stands for the new beginning.
    expired: ["registering", "stopTimers", "unbind", "tellLost"],
    lost: ["registering", "stopTimers", "unbind", "tellLost"],
    probation: ["registering", "stopTimers", "unbind", "tellLost"],
    // it may be bound again by the REGISTER that is out
    ended: ["leaving", "stopTimers", "unbind", "tellEnded"],
    stop: ["parting"],
    // a refresh is under way when the time is up that "doubt" brought forward
    refresh: "ignore",
    ...ignored("start", "shortened", "doubt"),
    ...impossible("retry"),
  },
  retrying: {
    retry: ["refreshing", "register"],
    // The next try is on its way already.
    expired: ["waiting", "unbind", "tellLost"],
    lost: ["registering", "stopTimers", "unbind", "tellLost", "register"],
    probation: ["waiting", "stopTimers", "unbind", "tellLost", "backOff"],
    ended: ["gone", "stopTimers", "unbind", "tellEnded"],
    stop: ["deregistering", "stopTimers", "deregister"],
    ...ignored("start", "shortened", "doubt", "refresh"),
    ...impossible(...outcomes),
  },
  waiting: {
    retry: ["registering", "register"],
    ended: ["gone", "stopTimers", "tellEnded"],
    stop: ["gone", "stopTimers", "tellGone"],
    ...ignored("start", "lost", "probation", "shortened", "doubt"),
    ...impossible(...outcomes, "refresh", "expired"),
  },
  leaving: {
    accepted: ["deregistering", "deregister"],
    challenge: ["gone", "stopTimers", "tellGone"],
    brief: ["gone", "stopTimers", "tellGone"],
    refused: ["gone", "stopTimers", "tellGone"],
    failed: ["gone", "stopTimers", "tellGone"],
    start: ["registering"],
    ...ignored("stop", ...words),
    ...impossible("refresh", "retry", "expired"),
  },
  parting: {
    accepted: ["deregistering", "stopTimers", "deregister"],
    challenge: ["deregistering", "stopTimers", "deregister"],
    brief: ["deregistering", "stopTimers", "deregister"],
    failed: ["deregistering", "stopTimers", "deregister"],
    refused: ["gone", "stopTimers", "unbind", "tellGone"],
    ended: ["leaving", "stopTimers", "unbind"],
    expired: ["leaving", "stopTimers", "unbind"],
    lost: ["leaving", "stopTimers", "unbind"],
    probation: ["leaving", "stopTimers", "unbind"],
    start: ["refreshing"],
    refresh: "ignore",
    ...ignored("stop", "shortened", "doubt"),
    ...impossible("retry"),
  },
  deregistering: {
    challenge: ["deregistering", "proveEnd"],
    accepted: ["gone", "unbind", "tellGone"],
    brief: ["gone", "unbind", "tellGone"],
    refused: ["gone", "unbind", "tellGone"],
    failed: ["gone", "unbind", "tellGone"],
    start: ["returning"],
    ...ignored("stop", ...words),
    ...impossible("refresh", "retry", "expired"),
  },
  returning: {
    challenge: ["returning", "proveEnd"],
    accepted: ["registering", "unbind", "register"],
    brief: ["registering", "unbind", "register"],
    refused: ["registering", "unbind", "register"],
    failed: ["registering", "unbind", "register"],
    stop: ["deregistering"],
    ...ignored("start", ...words),
    ...impossible("refresh", "retry", "expired"),
  },
  gone: { ...ignored("start", "stop", ...words), ...impossible(...outcomes, "refresh", "retry", "expired") },
};
