// States, events and effects of a ROAP session, and the groups of events that many states treat alike.

import { ignored, impossible } from "../machine/table.ts";

export type RoapState =
  | "initial"
  | "calling"
  | "called"
  | "idle"
  | "waitingForAnswer"
  | "answering"
  | "requested"
  | "blank"
  | "promised"
  | "requesting"
  | "asked"
  | "waitingForOk"
  | "confirming"
  | "shuttingDown"
  | "closed";

/**
 * From the browser, ids and seq compared already: offer (its seq is higher than ours), and, its seq being ours, offerWins (its tieBreaker
 * is larger), offerTies, offerLoses; ringing, provisional, waiting, final (about our newest OFFER); taken (PRANSWER about a provisional answer of ours); ok; shutdown; ERROR about our newest
 * message: conflict, doubleConflict, noMatch, refused; stray (a message that fits nothing), strayOk.
 * Timers: noAnswer, noOk, noShutdownOk. The call's wishes: doOffer, doAsk and doAskPlain (for an OFFER of the browser's, by its dialect), doRinging, doProgress, doTaken, doSettled, doAnswer, doConfirm, doReject, doEnd.
 */
export type RoapEvent =
  | "offer"
  | "offerWins"
  | "offerTies"
  | "offerLoses"
  | "ringing"
  | "provisional"
  | "waiting"
  | "final"
  | "taken"
  | "ok"
  | "shutdown"
  | "conflict"
  | "doubleConflict"
  | "noMatch"
  | "refused"
  | "stray"
  | "strayOk"
  | "noAnswer"
  | "noOk"
  | "noShutdownOk"
  | "doOffer"
  | "doAsk"
  | "doAskPlain"
  | "doRinging"
  | "doProgress"
  | "doTaken"
  | "doSettled"
  | "doAnswer"
  | "doConfirm"
  | "doReject"
  | "doEnd";

/**
 * accept: the browser's OFFER is the newest one. learnAnswerer: an early answer's answererSessionId; takeAnswer: the final one's.
 * refuse: ERROR to the message just read; writeError: to the browser's pending OFFER. acknowledge: OK to a SHUTDOWN; writeOk: to a final
 * ANSWER, writeTakenOk: to a PRANSWER. settle: nothing is outstanding any more, so a queued offer may go. The others say what they do.
 */
export type RoapEffect =
  | "accept"
  | "learnAnswerer"
  | "takeAnswer"
  | "writeOffer"
  | "writeRequest"
  | "writeBlank"
  | "offerAgain"
  | "writeRinging"
  | "writeProgress"
  | "noteTaken"
  | "writeTakenOk"
  | "writeAnswer"
  | "writeOk"
  | "writeError"
  | "writeConflict"
  | "writeDoubleConflict"
  | "writeShutdown"
  | "acknowledge"
  | "refuse"
  | "queueOffer"
  | "settle"
  | "waitForAnswer"
  | "waitLonger"
  | "waitForOk"
  | "waitForShutdownOk"
  | "reportOffer"
  | "reportGiven"
  | "reportRinging"
  | "reportProgress"
  | "reportTaken"
  | "reportAnswer"
  | "reportConfirm"
  | "reportRefused"
  | "reportPending"
  | "reportUnable"
  | "reportNoAnswer"
  | "reportEnd"
  | "reportDeclined"
  | "reportLost"
  | "reportFailed"
  | "reportNoOk";

// Every step that leaves a state stops its timer, so elsewhere timers are impossible.
export const noTimers = impossible("noAnswer", "noOk", "noShutdownOk");
// What the call may still wish for after its object is gone: the browser's OFFER was superseded, or the session is over.
export const noAnswering = ignored("doRinging", "doProgress", "doSettled", "doAnswer", "doReject");
// A PRANSWER that crossed our final answer, and what a browser's own provisional answer needs not: that it was taken.
export const noTaking = ignored("taken", "doTaken");
// ERRORs about what needs no answer, or what has had it.
export const noErrors = ignored("conflict", "doubleConflict", "noMatch", "refused");
