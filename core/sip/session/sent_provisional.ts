// Reliable provisional responses as the called end sends them: RFC 3262 section 3, for one early dialog.
//
//            │ doSend: out it goes            PRACK: the next one, if any
//      ┌─────▼─────┐ doSend  ┌────────────────┐
//      │   quiet   ├────────►│ unacknowledged │ T1, doubled each time: again
//      │           │◄────────┤                │ doSend: it waits
//      └─────┬─────┘  PRACK  └───────┬────────┘
//            └────────► over ◄───────┘ the INVITE's final response, or no PRACK in 64·T1

import type { Millis, TimerOwner } from "../../context.ts";
import type { StateTable } from "../../machine/table.ts";
import type { TimerId } from "../../timer/wheel.ts";
import type { SipLeg } from "./leg.ts";
import type { Response } from "../transaction/response.ts";

export type SentState = "quiet" | "unacknowledged" | "over";

export type SentEvent =
  /** A provisional response wants to go. */
  | "doSend"
  /** A PRACK whose RAck names the one that is out. */
  | "prack"
  // Timers.
  | "repeat"
  | "noPrack"
  /** The INVITE has its final response. */
  | "over";

export type SentEffect =
  | "send"
  | "queue"
  | "startTimers"
  | "restart"
  | "stopTimers"
  | "drop"
  | "sendAgain"
  | "sendNext"
  | "tellAcknowledged"
  | "tellUnacknowledged";

export const sentProvisional: StateTable<SentState, SentEvent, SentEffect> = {
  quiet: {
    doSend: ["unacknowledged", "startTimers", "send"],
    prack: "never",
    repeat: "never",
    noPrack: "never",
    over: ["over"],
  },
  unacknowledged: {
    // at least the first has to be acknowledged before there is a second, and so it is kept with all
    doSend: ["unacknowledged", "queue"],
    prack: ["quiet", "stopTimers", "sendNext", "tellAcknowledged"],
    repeat: ["unacknowledged", "restart", "sendAgain"],
    noPrack: ["over", "stopTimers", "drop", "tellUnacknowledged"],
    over: ["over", "stopTimers", "drop"],
  },
  over: {
    doSend: "ignore",
    // a PRACK for what was out when the final response went is still welcome
    prack: ["over"],
    repeat: "never",
    noPrack: "never",
    over: "ignore",
  },
};

/** Plain data. */
export interface SentProvisional extends TimerOwner {
  readonly type: "early";
  readonly part: "sent";
  readonly leg: SipLeg;
  /** Index in the leg's forks. */
  readonly fork: number;
  state: SentState;
  /** RSeq of the last one that went out. */
  rseq: number;
  /** Whether that one has its PRACK. */
  acknowledged: number;
  /** A description of ours has its PRACK: with it the first offer is answered. */
  isAgreed: boolean;
  /** The one that is out, then those that wait for it. */
  readonly responses: Response[];
  interval: Millis;
  repeatTimer: TimerId;
  endTimer: TimerId;
}

/** Provisional responses that may wait: the newest takes the place of the last that is still to go. */
export const queueLimit = 4;
