// States, events and effects of an INVITE session, and the groups of events that many states treat alike.

import type { Signal } from "../../leg.ts";
import type { EarlySignal } from "./early_dialogs.ts";
import { ignored, impossible } from "../../machine/table.ts";

export type SessionState =
  | "resolving"
  | "calling"
  | "cancelled"
  | "answered"
  | "incoming"
  | "held"
  | "accepted"
  | "established"
  | "offering"
  | "offerAnswered"
  | "backingOff"
  | "offered"
  | "offerAccepted"
  | "updating"
  | "endingAfterAck"
  | "ending"
  | "ended";

/**
 * From the wire: sent (the first INVITE left), provisional (101–199), success (2xx), emptySuccess (one without the offer that was asked for), failure (3xx–6xx, or nobody reached),
 * conflict (491 to our re-INVITE), lost (408 or 481 to it, or no answer), ack, emptyAck (one without the answer that it owes), invite (re-INVITE), update (an UPDATE with an offer), bye, cancel, closed (our BYE is done),
 * pracked (what a 2xx had to wait for), noPrack (RFC 3262: a provisional response was never acknowledged).
 * Timers: repeat (2xx again), noAck, noConfirm, noFinal (of a re-INVITE), backOff (section 14.1).
 * The call's wishes: doOffer, doRinging, doProgress, doAnswer, doHold (an answer that has to wait), doConfirm, doReject, doEnd.
 */
export type SessionEvent =
  | "sent"
  | "provisional"
  | "success"
  | "emptySuccess"
  | "failure"
  | "conflict"
  | "lost"
  | "ack"
  | "emptyAck"
  | "invite"
  | "update"
  | "bye"
  | "cancel"
  | "closed"
  | "pracked"
  | "noPrack"
  | "repeat"
  | "noAck"
  | "noConfirm"
  | "noFinal"
  | "backOff"
  | "doOffer"
  | "doRinging"
  | "doProgress"
  | "doAnswer"
  | "doHold"
  | "doConfirm"
  | "doReject"
  | "doEnd";

export type SessionEffect =
  | "sendReinvite"
  | "sendAck"
  | "repeatAck"
  | "sendCancel"
  | "sendBye"
  | "withdraw"
  | "respondRinging"
  | "respondProgress"
  | "hold"
  | "respondOk"
  | "respondUpdate"
  | "respondHeld"
  | "respondReject"
  | "respondTerminated"
  | "respondTimeout"
  | "respondDecline"
  | "respondPending"
  | "respondBusyOffer"
  | "respondGone"
  | "respondBye"
  | "repeatOk"
  | "waitForAck"
  | "waitForConfirm"
  | "waitForFinal"
  | "startBackOff"
  | "stopTimers"
  | "endProvisionals"
  | "reportProvisional"
  | "reportAnswer"
  | "reportConfirm"
  | "reportDone"
  | "reportReject"
  | "reportSuperseded"
  | "reportOffer"
  | "reportEnd"
  | "reportLost";

// Timers are stopped by every step that leaves the state they belong to, so elsewhere they are impossible.
export const noTimers = impossible("repeat", "noAck", "noConfirm", "noFinal", "backOff");
// Final and provisional responses reach the leg only while a transaction of its own is open; late ones mean nothing any more.
export const noResponses = ignored(
  "sent",
  "provisional",
  "success",
  "emptySuccess",
  "failure",
  "conflict",
  "lost",
);
// What the call may still wish for while the wire has already moved on.
export const noWishes = ignored(
  "doOffer",
  "doRinging",
  "doProgress",
  "doAnswer",
  "doHold",
  "doConfirm",
  "doReject",
);
// Every step to a final response ends the provisional ones.
export const noProvisionals = { ...ignored("pracked", "doHold"), ...impossible("noPrack") };

/** What a wish of the call is to the session. Offers of early dialogs have a table of their own. */
export const eventOfSignal: Readonly<Record<Exclude<Signal, EarlySignal>, SessionEvent>> = {
  offer: "doOffer",
  ringing: "doRinging",
  progress: "doProgress",
  answer: "doAnswer",
  confirm: "doConfirm",
  reject: "doReject",
  end: "doEnd",
};
