// An offer in an early dialog whose first offer has its answer: by UPDATE either way, or by the peer's PRACK (RFC 3311 section 5, RFC 3262 section 5). One at a
// time in a leg. It may outlive the early dialog, and the confirmed one's own offers wait for it.
//
//            doChange          2xx, failure
//      ┌──── offering ◄──┐ ─────────────────┐
//      │ 491             │                  ▼
//      └──► backingOff ──┘                 none ◄──┐
//                │        theirs            │      │ doChanged, doUnchanged
//                └────────────────► offered ◄      │
//                                      └───────────┘

import type { TimerOwner } from "../../context.ts";
import type { StateTable } from "../../machine/table.ts";
import type { TimerId } from "../../timer/wheel.ts";
import type { ClientRequest } from "../client_request.ts";
import type { SipLeg } from "./leg.ts";
import type { ServerTransaction } from "../transaction/server_transaction.ts";

export type ChangeState = "none" | "offering" | "backingOff" | "offered" | "over";

export type ChangeEvent =
  /** The peer's offer. */
  | "offer"
  // What our UPDATE came to: a 2xx with the answer, 491, or any other failure; that the call went to another fork is one.
  | "answer"
  | "conflict"
  | "failure"
  /** Timer (RFC 3261 section 14.1, which RFC 3311 section 5.1 takes over). */
  | "backOff"
  // The call's wishes.
  | "doChange"
  | "doChanged"
  | "doUnchanged"
  /** The leg has come to its end. */
  | "over";

export type ChangeEffect =
  | "take"
  | "keep"
  | "send"
  | "startBackOff"
  | "stopBackOff"
  | "release"
  | "respondAnswer"
  | "respondReject"
  | "respondTerminated"
  | "respondPending"
  | "respondBusy"
  | "respondGone"
  | "report"
  | "reportChanged"
  | "reportUnchanged"
  | "reportPending";

export const earlyChange: StateTable<ChangeState, ChangeEvent, ChangeEffect> = {
  none: {
    offer: ["offered", "take", "report"],
    answer: "ignore",
    conflict: "ignore",
    failure: "ignore",
    backOff: "never",
    doChange: ["offering", "keep", "send"],
    doChanged: "ignore",
    doUnchanged: "ignore",
    over: ["over"],
  },
  offering: {
    // section 5.2: our own offer is out
    offer: ["offering", "respondPending"],
    answer: ["none", "release", "reportChanged"],
    conflict: ["backingOff", "startBackOff"],
    failure: ["none", "release", "reportUnchanged"],
    backOff: "never",
    doChange: ["offering", "reportPending"],
    doChanged: "ignore",
    doUnchanged: "ignore",
    over: ["over", "release"],
  },
  backingOff: {
    // theirs won: ours is withdrawn before the call hears of theirs
    offer: ["offered", "stopBackOff", "release", "reportPending", "take", "report"],
    answer: "ignore",
    conflict: "ignore",
    failure: ["none", "stopBackOff", "release", "reportUnchanged"],
    backOff: ["offering", "send"],
    doChange: ["backingOff", "reportPending"],
    doChanged: "ignore",
    doUnchanged: "ignore",
    over: ["over", "stopBackOff", "release"],
  },
  offered: {
    // section 5.2: their own offer before this one has no answer
    offer: ["offered", "respondBusy"],
    answer: "ignore",
    conflict: "ignore",
    failure: ["none", "respondTerminated"],
    backOff: "never",
    doChange: ["offered", "reportPending"],
    doChanged: ["none", "respondAnswer"],
    doUnchanged: ["none", "respondReject"],
    over: ["over", "respondTerminated"],
  },
  over: {
    offer: ["over", "respondGone"],
    answer: "ignore",
    conflict: "ignore",
    failure: "ignore",
    backOff: "never",
    doChange: ["over", "reportPending"],
    doChanged: "ignore",
    doUnchanged: "ignore",
    over: "ignore",
  },
};

/** Plain data. */
export interface EarlyChange extends TimerOwner {
  readonly type: "early";
  readonly part: "change";
  readonly leg: SipLeg;
  state: ChangeState;
  /** Index in the leg's forks of the dialog that it changes. */
  fork: number;
  /** Our offer while it may have to be sent again, and the UPDATE that it is in; the peer's while it may become what a 2xx need not repeat. */
  offer: Uint8Array | undefined;
  contentType: string;
  request: ClientRequest | undefined;
  /** The peer's UPDATE or PRACK. */
  transaction: ServerTransaction | undefined;
  timer: TimerId;
}
