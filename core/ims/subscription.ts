// The record of a subscription to an identity's registration state. Plain data.

import type { Millis, TimerOwner } from "../context.ts";
import type { ClientRequest } from "../sip/client_request.ts";
import type { Dialog } from "../sip/dialog.ts";
import type { TimerId } from "../timer/wheel.ts";
import type { Registration } from "./registration.ts";
import type { SubscriptionState } from "./subscription_table.ts";

export interface Subscription extends TimerOwner {
  readonly type: "subscription";
  readonly registration: Registration;
  state: SubscriptionState;
  /** Absent while there is none, or none is asked for. */
  dialog: Dialog | undefined;
  request: ClientRequest | undefined;
  /** User of our Contact in this dialog: a new one each time, so that a notifier does not take it for a watcher whom we have forgotten. */
  contactUser: string;
  /** Seconds. */
  wanted: number;
  rounds: number;
  failures: number;
  retryAfter: Millis;
  /** Of the newest document in this dialog, -1 before the first. */
  version: number;
  /** Whether a NOTIFY came in this dialog. */
  isHeard: boolean;
  /** Seconds that the NOTIFY in the window leaves, -1 = it does not say. */
  left: number;
  /** Refresh or retry. */
  workTimer: TimerId;
  endTimer: TimerId;
  silenceTimer: TimerId;
}

export function newSubscription(registration: Registration, wanted: number): Subscription {
  return {
    type: "subscription",
    registration,
    state: "idle",
    dialog: undefined,
    request: undefined,
    contactUser: "",
    wanted,
    rounds: 0,
    failures: 0,
    retryAfter: 0,
    version: -1,
    isHeard: false,
    left: -1,
    workTimer: 0,
    endTimer: 0,
    silenceTimer: 0,
  };
}
