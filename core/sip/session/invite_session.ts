// The life of one INVITE-initiated session as our end sees it: RFC 3261 sections 9, 12, 13, 14 and 15, in one total table.
// What one request's retransmission needs is the transaction's (section 17); what the session means to the other leg is the call's.
//
//   our INVITE    resolving ─ calling ─ answered ─┐             ┌─ offering ─ offerAnswered
//                              └ cancelled        ├ established ┼─ backingOff
//   their INVITE  incoming ─ (held) ─ accepted ───┘             └─ offered ─ offerAccepted
//                                                               └─ updating (their UPDATE)
//                                     any of them ─ (endingAfterAck) ─ ending ─ ended

import { ignored, impossible, type StateTable } from "../../machine/table.ts";
import {
  noProvisionals,
  noResponses,
  noTimers,
  noWishes,
  type SessionEffect,
  type SessionEvent,
  type SessionState,
} from "./session_events.ts";

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
    update: "ignore",
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
    // in an early dialog an offer has a table of its own
    update: "never",
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
    update: ["cancelled", "respondGone"],
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
    update: ["answered", "respondPending"],
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
    update: "never",
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
    update: "never",
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
    update: ["accepted", "respondPending"],
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
    update: ["updating", "reportOffer"],
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
    update: ["offering", "respondPending"],
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
    update: ["offerAnswered", "respondPending"],
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
    update: ["updating", "stopTimers", "reportSuperseded", "reportOffer"],
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
    update: ["offered", "respondBusyOffer"],
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
    update: ["offerAccepted", "respondPending"],
    doEnd: ["endingAfterAck"],
    ...noResponses,
    ...ignored("cancel", "closed"),
    ...noWishes,
    ...impossible("noConfirm", "noFinal", "backOff"),
    ...noProvisionals,
  },
  updating: {
    // an UPDATE knows no ACK: with its 2xx the change is done
    doAnswer: ["established", "respondUpdate", "reportDone"],
    doReject: ["established", "respondReject"],
    bye: ["ended", "respondTerminated", "respondBye", "reportEnd"],
    doEnd: ["ending", "respondTerminated", "sendBye"],
    // RFC 3311 section 5.2
    invite: ["updating", "respondBusyOffer"],
    update: ["updating", "respondBusyOffer"],
    success: ["updating", "repeatAck"],
    ...ignored(
      "sent",
      "provisional",
      "emptySuccess",
      "failure",
      "conflict",
      "lost",
      "ack",
      "emptyAck",
      "cancel",
    ),
    ...ignored("closed", "doOffer", "doRinging", "doProgress", "doConfirm"),
    ...noTimers,
    ...noProvisionals,
  },
  endingAfterAck: {
    ack: ["ending", "stopTimers", "sendBye"],
    emptyAck: ["ending", "stopTimers", "sendBye"],
    noAck: ["ending", "stopTimers", "sendBye"],
    repeat: ["endingAfterAck", "repeatOk"],
    bye: ["ended", "stopTimers", "respondBye"],
    invite: ["endingAfterAck", "respondPending"],
    update: ["endingAfterAck", "respondPending"],
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
    update: ["ending", "respondGone"],
    ...ignored("sent", "provisional", "failure", "conflict", "lost", "ack", "emptyAck", "cancel", "doEnd"),
    ...noWishes,
    ...noTimers,
    ...noProvisionals,
    ...ignored("emptySuccess"),
  },
  ended: {
    bye: ["ended", "respondGone"],
    invite: ["ended", "respondGone"],
    update: ["ended", "respondGone"],
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
