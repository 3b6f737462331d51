// Reliable provisional responses as the calling end takes them: RFC 3262 section 4, for one early dialog. Whoever made the offer decides when a response is
// taken: then its PRACK goes.
//
//                     1xx in order                    1xx with the offer that an INVITE without one asked for
//      ┌──────────────┐ ───────────► ┌────────────────┐        ┌──────────┐
//      │ acknowledged │              │ unacknowledged │        │ offered  │ ◄─── acknowledged
//      └──────────────┘ ◄─────────── └────────────────┘        └────┬─────┘
//              ▲        taken, or no word: PRACK                    │ taken: PRACK with the answer
//              └────────────────────────────────────────────────────┘

import type { TimerOwner } from "../../context.ts";
import type { StateTable } from "../../machine/table.ts";
import type { TimerId } from "../../timer/wheel.ts";
import type { ClientRequest } from "../client_request.ts";
import type { SipLeg } from "./leg.ts";

export type ReceivedState = "acknowledged" | "unacknowledged" | "offered" | "over";

export type ReceivedEvent =
  /** A reliable response whose RSeq is the next. */
  | "provisional"
  /** The same, and it brings the offer. */
  | "offer"
  /** The call's wish. */
  | "doTaken"
  /** Timer: the browser does not say that it has taken it. */
  | "noWord"
  /** The INVITE has its final response. */
  | "over";

export type ReceivedEffect =
  | "note"
  | "startWait"
  | "stopWait"
  | "sendPrack"
  | "waitNoMore"
  | "report"
  | "reportSettled";

export const receivedProvisional: StateTable<ReceivedState, ReceivedEvent, ReceivedEffect> = {
  acknowledged: {
    provisional: ["unacknowledged", "note", "startWait", "report"],
    offer: ["offered", "note", "report"],
    // the browser's word came after its time: what it speaks of has its PRACK
    doTaken: ["acknowledged", "reportSettled"],
    noWord: "never",
    over: ["over"],
  },
  unacknowledged: {
    // after the first, the other end need not wait for each PRACK
    provisional: ["unacknowledged", "stopWait", "sendPrack", "note", "startWait", "report"],
    offer: ["offered", "stopWait", "sendPrack", "note", "report"],
    doTaken: ["acknowledged", "stopWait", "sendPrack"],
    noWord: ["acknowledged", "waitNoMore", "sendPrack"],
    over: ["over", "stopWait"],
  },
  offered: {
    // section 5: nothing before the answer, so it has to come again
    provisional: "ignore",
    offer: "ignore",
    doTaken: ["acknowledged", "sendPrack"],
    noWord: "never",
    over: ["over"],
  },
  over: {
    provisional: "ignore",
    offer: "ignore",
    doTaken: "ignore",
    noWord: "never",
    over: "ignore",
  },
};

/** Plain data. */
export interface ReceivedProvisional extends TimerOwner {
  readonly type: "early";
  readonly part: "received";
  readonly leg: SipLeg;
  /** Index in the leg's forks. */
  readonly fork: number;
  state: ReceivedState;
  /** CSeq number of the INVITE that the responses are for: each has its own RSeqs. */
  readonly inviteSeq: number;
  /** RSeq of the last one in order. */
  rseq: number;
  /** A description has come, and has its PRACK: with it the first offer is answered. */
  isAgreed: boolean;
  /** The last one has a description. */
  isDescribed: boolean;
  /** The PRACK whose answer somebody waits for. */
  prack: ClientRequest | undefined;
  /** The other end's newest description, owned: a 2xx need not repeat it. */
  description: Uint8Array | undefined;
  waitTimer: TimerId;
}
