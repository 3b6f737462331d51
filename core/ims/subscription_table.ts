// Our subscription to an identity's own registration state: the subscriber of RFC 6665 section 4.1, event package reg (RFC 3680).
//
//            start                accepted             refresh
//   idle ───────────► subscribing ────────► active ◄────────────► refreshing
//                       │  ▲  ▲  terminated, expired │ silent,        │
//                failed ▼  │  └─────────────────────┤ postponed      │ 481
//                      waiting ◄─────────────────────┘◄──────────────┘
//
// From active and refreshing `stop` leads over `ending`, where the notifier is told, to `ended` (section 4.1.2.3).

import { ignored, impossible, type StateTable } from "../machine/table.ts";

export type SubscriptionState =
  | "idle"
  | "subscribing"
  | "active"
  | "refreshing"
  | "waiting"
  | "ending"
  | "ended";

/**
 * What came of the SUBSCRIBE that is out: accepted; brief, 423; refused, the notifier has no such thing; unknown, it has forgotten the dialog; failed.
 * What a NOTIFY says: notified, it is alive; terminated, may be had again at once; postponed, later; rejected, not again.
 * Timers: refresh, retry, expired; silent, no NOTIFY came (timer N).
 */
export type SubscriptionEvent =
  | "start"
  | "stop"
  | "accepted"
  | "brief"
  | "refused"
  | "unknown"
  | "failed"
  | "notified"
  | "terminated"
  | "postponed"
  | "rejected"
  | "refresh"
  | "retry"
  | "expired"
  | "silent";

export type SubscriptionEffect =
  /** A new dialog's SUBSCRIBE; `resubscribe`: another one in the dialog; `lengthen`: the same with a longer interval. */
  | "subscribe"
  | "resubscribe"
  | "lengthen"
  | "unsubscribe"
  /** Takes what the 2xx says. */
  | "keep"
  /** Takes what the NOTIFY says of the time that is left. */
  | "hear"
  | "forget"
  | "backOff";

export const subscriptionTable: StateTable<SubscriptionState, SubscriptionEvent, SubscriptionEffect> = {
  idle: {
    start: ["subscribing", "subscribe"],
    stop: ["ended", "forget"],
    ...impossible("accepted", "brief", "refused", "unknown", "failed"),
    ...impossible("notified", "terminated", "postponed", "rejected", "refresh", "retry", "expired", "silent"),
  },
  subscribing: {
    accepted: ["active", "keep"],
    brief: ["subscribing", "lengthen"],
    refused: ["ended", "forget"],
    unknown: ["waiting", "forget", "backOff"],
    failed: ["waiting", "forget", "backOff"],
    // section 4.1.2.4: a NOTIFY may be faster than the 2xx
    notified: ["subscribing", "hear"],
    terminated: ["waiting", "forget", "backOff"],
    postponed: ["waiting", "forget", "backOff"],
    rejected: ["ended", "forget"],
    expired: ["subscribing", "forget", "subscribe"],
    stop: ["ended", "forget"],
    ...ignored("start", "refresh"),
    ...impossible("retry", "silent"),
  },
  active: {
    notified: ["active", "hear"],
    terminated: ["subscribing", "forget", "subscribe"],
    postponed: ["waiting", "forget", "backOff"],
    rejected: ["ended", "forget"],
    refresh: ["refreshing", "resubscribe"],
    expired: ["subscribing", "forget", "subscribe"],
    silent: ["waiting", "forget", "backOff"],
    stop: ["ending", "unsubscribe"],
    start: "ignore",
    ...impossible("accepted", "brief", "refused", "unknown", "failed", "retry"),
  },
  refreshing: {
    accepted: ["active", "keep"],
    brief: ["refreshing", "lengthen"],
    refused: ["waiting", "forget", "backOff"],
    unknown: ["subscribing", "forget", "subscribe"],
    // section 4.1.2.2: it stays as it was, until its time is up
    failed: ["active"],
    notified: ["refreshing", "hear"],
    terminated: ["subscribing", "forget", "subscribe"],
    postponed: ["waiting", "forget", "backOff"],
    rejected: ["ended", "forget"],
    expired: ["subscribing", "forget", "subscribe"],
    silent: ["waiting", "forget", "backOff"],
    stop: ["ending", "unsubscribe"],
    ...ignored("start", "refresh"),
    ...impossible("retry"),
  },
  waiting: {
    retry: ["subscribing", "subscribe"],
    stop: ["ended", "forget"],
    start: "ignore",
    ...impossible("accepted", "brief", "refused", "unknown", "failed"),
    ...impossible("notified", "terminated", "postponed", "rejected", "refresh", "expired", "silent"),
  },
  ending: {
    refused: ["ended", "forget"],
    unknown: ["ended", "forget"],
    failed: ["ended", "forget"],
    brief: ["ended", "forget"],
    // the last NOTIFY is still to come
    accepted: ["ending"],
    terminated: ["ended", "forget"],
    postponed: ["ended", "forget"],
    rejected: ["ended", "forget"],
    silent: ["ended", "forget"],
    ...ignored("start", "stop", "notified"),
    ...impossible("refresh", "retry", "expired"),
  },
  ended: {
    ...ignored("start", "stop"),
    ...impossible("accepted", "brief", "refused", "unknown", "failed"),
    ...impossible("notified", "terminated", "postponed", "rejected", "refresh", "retry", "expired", "silent"),
  },
};
