// The life of one INVITE-initiated session as our end sees it: RFC 3261 sections 9, 12, 13, 14 and 15, in one total table.
// What one request's retransmission needs is the transaction's (section 17); what the session means to the other leg is the call's.
//
//   our INVITE    resolving ─ calling ─ answered ─┐             ┌─ offering ─ offerAnswered
//                              └ cancelled        ├ established ┼─ backingOff
//   their INVITE  incoming ─ (held) ─ accepted ───┘             └─ offered ─ offerAccepted
//                                     any of them ─ (endingAfterAck) ─ ending ─ ended

import { ignored, impossible, type StateTable } from "../machine/table.ts";

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
  | "endingAfterAck"
  | "ending"
  | "ended";

/**
 * From the wire: sent (the first INVITE left), provisional (101–199), success (2xx), emptySuccess (one without the offer that was asked for), failure (3xx–6xx, or nobody reached),
 * conflict (491 to our re-INVITE), lost (408 or 481 to it, or no answer), ack, emptyAck (one without the answer that it owes), invite (re-INVITE), bye, cancel, closed (our BYE is done),
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
  | "reportReject"
  | "reportSuperseded"
  | "reportOffer"
  | "reportEnd"
  | "reportLost";

// Timers are stopped by every step that leaves the state they belong to, so elsewhere they are impossible.
const noTimers = impossible("repeat", "noAck", "noConfirm", "noFinal", "backOff");
// Final and provisional responses reach the leg only while a transaction of its own is open; late ones mean nothing any more.
const noResponses = ignored("sent", "provisional", "success", "emptySuccess", "failure", "conflict", "lost");
// What the call may still wish for while the wire has already moved on.
const noWishes = ignored("doOffer", "doRinging", "doProgress", "doAnswer", "doHold", "doConfirm", "doReject");
// Every step to a final response ends the provisional ones.
const noProvisionals = { ...ignored("pracked", "doHold"), ...impossible("noPrack") };

export const inviteSession: StateTable<SessionState, SessionEvent, SessionEffect> = {
  resolving: {
    sent: ["calling"],
    failure: ["ended", "reportReject"],
    doEnd: ["ended", "withdraw"],
    ...ignored("provisional", "success", "emptySuccess", "conflict", "lost", "ack", "emptyAck"),
    ...ignored("bye", "cancel", "invite", "closed"),
    ...noWishes,
    ...noTimers,
    ...noProvisionals,
  },
  calling: {
    provisional: ["calling", "reportProvisional"],
    success: ["answered", "waitForConfirm", "reportAnswer", "endProvisionals"],
    // section 13.2.1: a 2xx had to make the offer
    emptySuccess: ["ending", "endProvisionals", "sendAck", "sendBye", "reportLost"],
    failure: ["ended", "endProvisionals", "reportReject"],
    // section 15: the callee sends no BYE in an early dialog
    bye: ["calling", "respondGone"],
    invite: ["calling", "respondPending"],
    // section 9.1: the transaction holds the CANCEL back until a provisional response has come
    doEnd: ["cancelled", "endProvisionals", "sendCancel"],
    ...ignored("sent", "conflict", "lost", "ack", "emptyAck", "cancel", "closed"),
    ...noWishes,
    ...noTimers,
    ...noProvisionals,
  },
  cancelled: {
    // the 200 crossed the CANCEL
    success: ["ending", "sendAck", "sendBye"],
    // also when no final response came for 64*T1 after the CANCEL
    failure: ["ended"],
    bye: ["cancelled", "respondGone"],
    invite: ["cancelled", "respondPending"],
    ...ignored("sent", "provisional", "conflict", "lost", "ack", "emptyAck", "cancel", "closed", "doEnd"),
    ...noWishes,
    ...noTimers,
    ...noProvisionals,
    ...ignored("emptySuccess"),
  },
  answered: {
    doConfirm: ["established", "stopTimers", "sendAck"],
    doEnd: ["ending", "stopTimers", "sendAck", "sendBye"],
    noConfirm: ["ending", "stopTimers", "sendAck", "sendBye", "reportLost"],
    bye: ["ended", "stopTimers", "sendAck", "respondBye", "reportEnd"],
    invite: ["answered", "respondPending"],
    ...noResponses,
    ...ignored(
      "ack",
      "emptyAck",
      "cancel",
      "closed",
      "doOffer",
      "doRinging",
      "doProgress",
      "doAnswer",
      "doReject",
    ),
    ...impossible("repeat", "noAck", "noFinal", "backOff"),
    ...noProvisionals,
  },
  incoming: {
    doRinging: ["incoming", "respondRinging"],
    doProgress: ["incoming", "respondProgress"],
    doAnswer: ["accepted", "endProvisionals", "respondOk", "waitForAck"],
    doHold: ["held", "hold"],
    doReject: ["ended", "endProvisionals", "respondReject"],
    doEnd: ["ended", "endProvisionals", "respondDecline"],
    cancel: ["ended", "endProvisionals", "respondTerminated", "reportEnd"],
    // section 15: the caller may give up an early dialog with BYE
    bye: ["ended", "endProvisionals", "respondBye", "respondTerminated", "reportEnd"],
    // section 14.2: a second INVITE before the final response to the first
    invite: ["incoming", "respondBusyOffer"],
    // RFC 3262 section 3
    noPrack: ["ended", "endProvisionals", "respondTimeout", "reportLost"],
    ...noResponses,
    ...ignored("ack", "emptyAck", "closed", "pracked", "doOffer", "doConfirm"),
    ...noTimers,
  },
  // RFC 3262 section 3: no 2xx while a description of ours lacks its PRACK
  held: {
    pracked: ["accepted", "endProvisionals", "respondHeld", "waitForAck"],
    noPrack: ["ended", "endProvisionals", "respondTimeout", "reportLost"],
    doEnd: ["ended", "endProvisionals", "respondDecline"],
    cancel: ["ended", "endProvisionals", "respondTerminated", "reportEnd"],
    bye: ["ended", "endProvisionals", "respondBye", "respondTerminated", "reportEnd"],
    invite: ["held", "respondBusyOffer"],
    ...noResponses,
    ...ignored("ack", "emptyAck", "closed"),
    ...noWishes,
    ...noTimers,
  },
  accepted: {
    ack: ["established", "stopTimers", "reportConfirm"],
    // section 13.2.2.4 has the answer in it
    emptyAck: ["ending", "stopTimers", "sendBye", "reportLost"],
    repeat: ["accepted", "repeatOk"],
    // section 13.3.1.4
    noAck: ["ending", "stopTimers", "sendBye", "reportLost"],
    bye: ["ended", "stopTimers", "respondBye", "reportEnd"],
    invite: ["accepted", "respondPending"],
    // section 15: no BYE before the ACK, or before waiting for it has ended
    doEnd: ["endingAfterAck"],
    ...noResponses,
    // section 9.2: a CANCEL after the final response changes nothing
    ...ignored("cancel", "closed"),
    ...noWishes,
    ...impossible("noConfirm", "noFinal", "backOff"),
    ...noProvisionals,
  },
  established: {
    // the ACK was lost: the 2xx comes again
    success: ["established", "repeatAck"],
    invite: ["offered", "reportOffer"],
    bye: ["ended", "respondBye", "reportEnd"],
    doOffer: ["offering", "waitForFinal", "sendReinvite"],
    doEnd: ["ending", "sendBye"],
    ...ignored("sent", "provisional", "failure", "conflict", "lost", "ack", "emptyAck", "cancel", "closed"),
    ...ignored("doRinging", "doProgress", "doAnswer", "doConfirm", "doReject"),
    ...noTimers,
    ...noProvisionals,
    ...ignored("emptySuccess"),
  },
  offering: {
    success: ["offerAnswered", "stopTimers", "waitForConfirm", "reportAnswer"],
    emptySuccess: ["ending", "stopTimers", "sendAck", "sendBye", "reportLost"],
    failure: ["established", "stopTimers", "reportReject"],
    conflict: ["backingOff", "stopTimers", "startBackOff"],
    // section 12.2.1.2: the dialog is no more
    lost: ["ending", "stopTimers", "sendBye", "reportLost"],
    // 487 leaves the session as it was; no final response at all after the CANCEL comes as lost
    noFinal: ["offering", "sendCancel"],
    // section 14.2: our own offer is out
    invite: ["offering", "respondPending"],
    // section 15.1.2 has the peer answer the pending INVITE with 487; the CANCEL bounds the wait for it
    bye: ["ended", "stopTimers", "sendCancel", "respondBye", "reportEnd"],
    doEnd: ["ending", "stopTimers", "sendCancel", "sendBye"],
    ...ignored("sent", "provisional", "ack", "emptyAck", "cancel", "closed"),
    ...noWishes,
    ...impossible("repeat", "noAck", "noConfirm", "backOff"),
    ...noProvisionals,
  },
  offerAnswered: {
    doConfirm: ["established", "stopTimers", "sendAck"],
    doEnd: ["ending", "stopTimers", "sendAck", "sendBye"],
    noConfirm: ["ending", "stopTimers", "sendAck", "sendBye", "reportLost"],
    bye: ["ended", "stopTimers", "sendAck", "respondBye", "reportEnd"],
    invite: ["offerAnswered", "respondPending"],
    ...noResponses,
    ...ignored(
      "ack",
      "emptyAck",
      "cancel",
      "closed",
      "doOffer",
      "doRinging",
      "doProgress",
      "doAnswer",
      "doReject",
    ),
    ...impossible("repeat", "noAck", "noFinal", "backOff"),
    ...noProvisionals,
  },
  backingOff: {
    backOff: ["offering", "stopTimers", "waitForFinal", "sendReinvite"],
    // theirs won: ours is withdrawn before the call hears of theirs
    invite: ["offered", "stopTimers", "reportSuperseded", "reportOffer"],
    bye: ["ended", "stopTimers", "respondBye", "reportEnd"],
    doEnd: ["ending", "stopTimers", "sendBye"],
    ...noResponses,
    ...ignored("ack", "emptyAck", "cancel", "closed"),
    ...noWishes,
    ...impossible("repeat", "noAck", "noConfirm", "noFinal"),
    ...noProvisionals,
  },
  offered: {
    doAnswer: ["offerAccepted", "respondOk", "waitForAck"],
    doReject: ["established", "respondReject"],
    bye: ["ended", "respondTerminated", "respondBye", "reportEnd"],
    doEnd: ["ending", "respondTerminated", "sendBye"],
    invite: ["offered", "respondBusyOffer"],
    // section 9.2 only recommends 487: a browser cannot take back an offer that it is already answering, so the INVITE goes on
    ...ignored("cancel", "ack", "emptyAck", "closed", "doOffer", "doRinging", "doProgress", "doConfirm"),
    ...ignored("sent", "provisional", "failure", "conflict", "lost"),
    success: ["offered", "repeatAck"],
    ...noTimers,
    ...noProvisionals,
    ...ignored("emptySuccess"),
  },
  offerAccepted: {
    ack: ["established", "stopTimers", "reportConfirm"],
    emptyAck: ["ending", "stopTimers", "sendBye", "reportLost"],
    repeat: ["offerAccepted", "repeatOk"],
    noAck: ["ending", "stopTimers", "sendBye", "reportLost"],
    bye: ["ended", "stopTimers", "respondBye", "reportEnd"],
    invite: ["offerAccepted", "respondPending"],
    doEnd: ["endingAfterAck"],
    ...noResponses,
    ...ignored("cancel", "closed"),
    ...noWishes,
    ...impossible("noConfirm", "noFinal", "backOff"),
    ...noProvisionals,
  },
  endingAfterAck: {
    ack: ["ending", "stopTimers", "sendBye"],
    emptyAck: ["ending", "stopTimers", "sendBye"],
    noAck: ["ending", "stopTimers", "sendBye"],
    repeat: ["endingAfterAck", "repeatOk"],
    bye: ["ended", "stopTimers", "respondBye"],
    invite: ["endingAfterAck", "respondPending"],
    ...noResponses,
    ...ignored("cancel", "closed", "doEnd"),
    ...noWishes,
    ...impossible("noConfirm", "noFinal", "backOff"),
    ...noProvisionals,
  },
  ending: {
    closed: ["ended"],
    // BYE crosses BYE: both are answered
    bye: ["ending", "respondBye"],
    // the re-INVITE that was open when the end came is still owed its ACK
    success: ["ending", "repeatAck"],
    invite: ["ending", "respondGone"],
    ...ignored("sent", "provisional", "failure", "conflict", "lost", "ack", "emptyAck", "cancel", "doEnd"),
    ...noWishes,
    ...noTimers,
    ...noProvisionals,
    ...ignored("emptySuccess"),
  },
  ended: {
    bye: ["ended", "respondGone"],
    invite: ["ended", "respondGone"],
    // a late fork or a lost ACK
    success: ["ended", "repeatAck"],
    ...ignored(
      "sent",
      "provisional",
      "failure",
      "conflict",
      "lost",
      "ack",
      "emptyAck",
      "cancel",
      "closed",
      "doEnd",
    ),
    ...noWishes,
    ...noTimers,
    ...noProvisionals,
    ...ignored("emptySuccess"),
  },
};
