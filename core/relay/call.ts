// A call: two legs joined, each in its own dialect. Plain data.

import type { TimerOwner } from "../context.ts";
import type { RoapSession } from "../roap/session.ts";
import type { SipLeg } from "../sip/session/leg.ts";
import type { TimerId } from "../timer/wheel.ts";
import type { CallState } from "./call_table.ts";
import type { EarlyChange } from "./early_changes.ts";

export type Leg = RoapSession | SipLeg;

export interface Call extends TimerOwner {
  readonly type: "call";
  readonly id: number;
  state: CallState;
  /** The leg whose offer is open, or was the last. */
  offerer: Leg;
  /** The legs that may answer it: several while a number's bindings ring, one afterwards. */
  answerers: readonly Leg[];
  /** Forks as the caller sees them: each early dialog of each called leg, in order of appearance. */
  forks: readonly { readonly leg: Leg; readonly fork: number; rings: boolean }[];
  /** An offer before the final answer, while it has no answer of its own. */
  change: EarlyChange | undefined;
  /** The caller knows that it will take a while. */
  waits: boolean;
  /** The best refusal so far of a forked call (RFC 3261 section 16.7 step 6), 0 = none. */
  refusal: number;
  refusalReason: string;
  /** While it rings, or an offer inside the session waits for its answer. */
  ringTimer: TimerId;
  lifeTimer: TimerId;
  /** Until the leg that takes its place has been answered (RFC 3891): the one that is to go. */
  replaced: Leg | undefined;
  /** The transfer that has brought it about and wants to hear how it fares, 0 = none. */
  transfer: number;
  /** Users of the local domain whose call it is. */
  readonly users: string[];
}
