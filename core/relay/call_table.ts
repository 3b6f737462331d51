// What a call is doing, whichever dialects its legs speak. The offerer is the leg whose offer is open; at first the caller.

import { ignored, type StateTable } from "../machine/table.ts";

/**
 * inviting: the first offer is with the called legs. joining: one of them has answered, the caller's confirm is awaited. established.
 * changing: an offer inside the session is with the other leg. settling: it was answered, the offerer's confirm is awaited.
 */
export type CallState = "inviting" | "joining" | "established" | "changing" | "settling" | "ended";

/**
 * waiting: the call is being worked on, and will take a while. taken, settled: of a provisional answer, by the offerer and by who gave it.
 * offer: from either leg while nothing is open. counterOffer: from the leg that was to answer. reject: the last leg that could still answer refuses;
 * rejectOne: others may still answer. endOfferer, endAnswerer: that leg is over. unanswered: it rang, or an offer inside the session waited, too long.
 */
export type CallEvent =
  | "offer"
  | "counterOffer"
  | "ringing"
  | "progress"
  | "waiting"
  | "taken"
  | "settled"
  | "answer"
  | "reject"
  | "rejectOne"
  | "confirm"
  | "endOfferer"
  | "endAnswerer"
  | "unanswered";

export type CallEffect =
  | "passOffer"
  | "passRinging"
  | "passProgress"
  | "passWaiting"
  | "passTaken"
  | "passSettled"
  | "passAnswer"
  | "passReject"
  | "passConfirm"
  | "chooseAnswerer"
  | "dropAnswerer"
  | "refuseSender"
  | "supersedeOfferer"
  | "swapOfferer"
  | "endOfferer"
  | "endAnswerers"
  | "waitForAnswer"
  | "stopRinging"
  | "giveUp"
  | "release";

// Only a first offer has provisional answers that matter.
const noEarly = ignored("waiting", "taken", "settled");

export const callTable: StateTable<CallState, CallEvent, CallEffect> = {
  inviting: {
    ringing: ["inviting", "passRinging"],
    progress: ["inviting", "passProgress"],
    waiting: ["inviting", "passWaiting"],
    taken: ["inviting", "passTaken"],
    settled: ["inviting", "passSettled"],
    answer: ["joining", "stopRinging", "chooseAnswerer", "passAnswer"],
    rejectOne: ["inviting", "dropAnswerer"],
    reject: ["ended", "stopRinging", "passReject", "release"],
    endOfferer: ["ended", "stopRinging", "endAnswerers", "release"],
    unanswered: ["ended", "giveUp", "endAnswerers", "release"],
    // an end of a called leg before its answer comes as reject or rejectOne
    ...ignored("endAnswerer", "offer", "counterOffer", "confirm"),
  },
  joining: {
    confirm: ["established", "passConfirm"],
    endOfferer: ["ended", "endAnswerers", "release"],
    endAnswerer: ["ended", "endOfferer", "release"],
    offer: ["joining", "refuseSender"],
    counterOffer: ["joining", "refuseSender"],
    ...ignored("ringing", "progress", "answer", "reject", "rejectOne", "unanswered"),
    ...noEarly,
  },
  established: {
    offer: ["changing", "waitForAnswer", "passOffer"],
    counterOffer: ["changing", "waitForAnswer", "swapOfferer", "passOffer"],
    endOfferer: ["ended", "endAnswerers", "release"],
    endAnswerer: ["ended", "endOfferer", "release"],
    ...ignored("ringing", "progress", "answer", "reject", "rejectOne", "confirm", "unanswered"),
    ...noEarly,
  },
  changing: {
    answer: ["settling", "stopRinging", "passAnswer"],
    reject: ["established", "stopRinging", "passReject"],
    rejectOne: ["established", "stopRinging", "passReject"],
    // glare that the answering leg won on its own wire
    counterOffer: ["changing", "waitForAnswer", "supersedeOfferer", "swapOfferer", "passOffer"],
    offer: ["changing", "refuseSender"],
    endOfferer: ["ended", "endAnswerers", "release"],
    endAnswerer: ["ended", "endOfferer", "release"],
    // whoever says for minutes that it is about to answer has lost the session
    unanswered: ["ended", "endOfferer", "endAnswerers", "release"],
    ...ignored("ringing", "progress", "confirm"),
    ...noEarly,
  },
  settling: {
    confirm: ["established", "passConfirm"],
    offer: ["settling", "refuseSender"],
    counterOffer: ["settling", "refuseSender"],
    endOfferer: ["ended", "endAnswerers", "release"],
    endAnswerer: ["ended", "endOfferer", "release"],
    ...ignored("ringing", "progress", "answer", "reject", "rejectOne", "unanswered"),
    ...noEarly,
  },
  ended: ignored(
    "waiting",
    "taken",
    "settled",
    "offer",
    "counterOffer",
    "ringing",
    "progress",
    "answer",
    "reject",
    "rejectOne",
    "confirm",
    "endOfferer",
    "endAnswerer",
    "unanswered",
  ),
};
