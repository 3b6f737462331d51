// The life of a ROAP session as our end sees it, in one total table (draft-jennings-rtcweb-signaling-01).
//
//   our OFFER      calling ─ confirming ──┐          ┌─ waitingForAnswer ─ confirming
//                                         ├─ idle ───┤        ↑↓ glare
//   their OFFER    called ── waitingForOk ┘          └─ answering ──────── waitingForOk
//                                    any of them ─ shuttingDown ─ closed
//
// In `calling` and `called` the session's first OFFER awaits its final ANSWER; refusing it is the end of the session. In `confirming` the
// browser's final ANSWER awaits our OK, in `waitingForOk` ours awaits the browser's. Every state has at most one outstanding OFFER.

import { ignored, impossible, type StateTable } from "../machine/table.ts";

export type RoapState =
  | "initial"
  | "calling"
  | "called"
  | "idle"
  | "waitingForAnswer"
  | "answering"
  | "waitingForOk"
  | "confirming"
  | "shuttingDown"
  | "closed";

/**
 * From the browser, ids and seq compared already: offer (its seq is higher than ours), and, its seq being ours, offerWins (its tieBreaker
 * is larger), offerTies, offerLoses; ringing, provisional, waiting, final (about our newest OFFER); taken (PRANSWER about a provisional answer of ours); ok; shutdown; ERROR about our newest
 * message: conflict, doubleConflict, noMatch, refused; stray (a message that fits nothing), strayOk.
 * Timers: noAnswer, noOk, noShutdownOk. The call's wishes: doOffer, doRinging, doProgress, doTaken, doSettled, doAnswer, doConfirm, doReject, doEnd.
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
  | "reportRinging"
  | "reportProgress"
  | "reportTaken"
  | "reportAnswer"
  | "reportConfirm"
  | "reportRefused"
  | "reportPending"
  | "reportNoAnswer"
  | "reportEnd"
  | "reportDeclined"
  | "reportLost"
  | "reportFailed"
  | "reportNoOk";

// Every step that leaves a state stops its timer, so elsewhere timers are impossible.
const noTimers = impossible("noAnswer", "noOk", "noShutdownOk");
// What the call may still wish for after its object is gone: the browser's OFFER was superseded, or the session is over.
const noAnswering = ignored("doRinging", "doProgress", "doSettled", "doAnswer", "doReject");
// A PRANSWER that crossed our final answer, and what a browser's own provisional answer needs not: that it was taken.
const noTaking = ignored("taken", "doTaken");
// ERRORs about what needs no answer, or what has had it.
const noErrors = ignored("conflict", "doubleConflict", "noMatch", "refused");

export const roapTable: StateTable<RoapState, RoapEvent, RoapEffect> = {
  initial: {
    offer: ["called", "accept", "reportOffer"],
    // a session that does not begin with a proper OFFER never was
    offerWins: ["closed", "refuse"],
    offerTies: ["closed", "refuse"],
    offerLoses: ["closed", "refuse"],
    ringing: ["closed", "refuse"],
    provisional: ["closed", "refuse"],
    waiting: ["closed", "refuse"],
    final: ["closed", "refuse"],
    ok: ["closed", "refuse"],
    shutdown: ["closed", "acknowledge"],
    stray: ["closed", "refuse"],
    strayOk: ["closed", "refuse"],
    doOffer: ["calling", "writeOffer"],
    doEnd: ["closed"],
    ...noErrors,
    ...impossible("doRinging", "doProgress", "doAnswer", "doConfirm", "doReject"),
    ...noTimers,
    taken: ["closed", "refuse"],
    ...impossible("doTaken", "doSettled"),
  },
  calling: {
    // a callee that has a change to make does so after its answer
    offer: ["calling", "refuse"],
    // two first OFFERs crossing are no glare
    offerWins: ["calling", "refuse"],
    offerTies: ["calling", "refuse"],
    offerLoses: ["calling", "refuse"],
    ringing: ["calling", "learnAnswerer", "reportRinging"],
    provisional: ["calling", "learnAnswerer", "reportProgress"],
    waiting: ["calling", "learnAnswerer"],
    final: ["confirming", "takeAnswer", "reportAnswer"],
    ok: ["calling", "refuse"],
    shutdown: ["closed", "acknowledge", "reportDeclined"],
    doubleConflict: ["calling", "offerAgain"],
    noMatch: ["closed", "reportRefused"],
    refused: ["closed", "reportRefused"],
    stray: ["calling", "refuse"],
    strayOk: ["calling", "refuse"],
    doOffer: ["calling", "queueOffer"],
    doEnd: ["shuttingDown", "writeShutdown", "waitForShutdownOk"],
    ...ignored("conflict", "doConfirm"),
    ...noAnswering,
    ...noTimers,
    ...noTaking,
  },
  called: {
    // an answer of ours could not tell which of two OFFERs it answers
    offer: ["called", "refuse"],
    offerWins: ["called", "refuse"],
    offerTies: ["called", "refuse"],
    offerLoses: ["called", "refuse"],
    ringing: ["called", "refuse"],
    provisional: ["called", "refuse"],
    waiting: ["called", "refuse"],
    final: ["called", "refuse"],
    ok: ["called", "refuse"],
    shutdown: ["closed", "acknowledge", "reportEnd"],
    stray: ["called", "refuse"],
    strayOk: ["called", "refuse"],
    // superseding the first OFFER would lose the call that it makes
    doOffer: ["called", "reportPending"],
    doRinging: ["called", "writeRinging"],
    doProgress: ["called", "writeProgress"],
    taken: ["called", "noteTaken", "reportTaken"],
    doSettled: ["called", "writeTakenOk"],
    doTaken: "ignore",
    doAnswer: ["waitingForOk", "writeAnswer", "waitForOk"],
    doReject: ["closed", "writeError"],
    doEnd: ["shuttingDown", "writeShutdown", "waitForShutdownOk"],
    // a browser that knows no forks may refuse the second one's ANSWER: the first still stands
    ...noErrors,
    ...ignored("doConfirm"),
    ...noTimers,
  },
  idle: {
    offer: ["answering", "accept", "reportOffer"],
    offerWins: ["idle", "refuse"],
    offerTies: ["idle", "refuse"],
    offerLoses: ["idle", "refuse"],
    ringing: ["idle", "refuse"],
    provisional: ["idle", "refuse"],
    waiting: ["idle", "refuse"],
    final: ["idle", "refuse"],
    ok: ["idle", "refuse"],
    shutdown: ["closed", "acknowledge", "reportEnd"],
    noMatch: ["closed", "reportLost"],
    stray: ["idle", "refuse"],
    strayOk: ["idle", "refuse"],
    doOffer: ["waitingForAnswer", "writeOffer", "waitForAnswer"],
    doEnd: ["shuttingDown", "writeShutdown", "waitForShutdownOk"],
    ...ignored("conflict", "doubleConflict", "refused", "doConfirm"),
    ...noAnswering,
    ...noTimers,
    ...noTaking,
  },
  waitingForAnswer: {
    // the call takes an offer from the end that was to answer for the end of its own
    offer: ["answering", "accept", "reportOffer"],
    offerWins: ["answering", "accept", "reportOffer"],
    offerTies: ["waitingForAnswer", "writeDoubleConflict", "offerAgain"],
    offerLoses: ["waitingForAnswer", "writeConflict"],
    ringing: ["waitingForAnswer", "waitLonger", "reportRinging"],
    provisional: ["waitingForAnswer", "waitLonger", "reportProgress"],
    waiting: ["waitingForAnswer", "waitLonger"],
    final: ["confirming", "takeAnswer", "reportAnswer"],
    ok: ["waitingForAnswer", "refuse"],
    shutdown: ["closed", "acknowledge", "reportEnd"],
    doubleConflict: ["waitingForAnswer", "offerAgain"],
    noMatch: ["closed", "reportLost"],
    refused: ["idle", "reportRefused", "settle"],
    stray: ["waitingForAnswer", "refuse"],
    strayOk: ["waitingForAnswer", "refuse"],
    noAnswer: ["idle", "reportNoAnswer", "settle"],
    doOffer: ["waitingForAnswer", "queueOffer"],
    doEnd: ["shuttingDown", "writeShutdown", "waitForShutdownOk"],
    ...ignored("conflict", "doConfirm"),
    ...noAnswering,
    ...impossible("noOk", "noShutdownOk"),
    ...noTaking,
  },
  answering: {
    offer: ["answering", "refuse"],
    offerWins: ["answering", "refuse"],
    offerTies: ["answering", "refuse"],
    offerLoses: ["answering", "refuse"],
    ringing: ["answering", "refuse"],
    provisional: ["answering", "refuse"],
    waiting: ["answering", "refuse"],
    final: ["answering", "refuse"],
    ok: ["answering", "refuse"],
    shutdown: ["closed", "acknowledge", "reportEnd"],
    noMatch: ["closed", "reportLost"],
    stray: ["answering", "refuse"],
    strayOk: ["answering", "refuse"],
    // its higher seq makes the browser drop its own
    doOffer: ["waitingForAnswer", "writeOffer", "waitForAnswer"],
    doRinging: ["answering", "writeRinging"],
    doProgress: ["answering", "writeProgress"],
    doAnswer: ["waitingForOk", "writeAnswer", "waitForOk"],
    doReject: ["idle", "writeError", "settle"],
    doEnd: ["shuttingDown", "writeShutdown", "waitForShutdownOk"],
    ...ignored("conflict", "doubleConflict", "refused", "doConfirm"),
    ...noTimers,
    ...noTaking,
    ...ignored("doSettled"),
  },
  waitingForOk: {
    // who makes a new OFFER has taken our ANSWER
    offer: ["answering", "reportConfirm", "accept", "reportOffer"],
    offerWins: ["waitingForOk", "refuse"],
    offerTies: ["waitingForOk", "refuse"],
    offerLoses: ["waitingForOk", "refuse"],
    ringing: ["waitingForOk", "refuse"],
    provisional: ["waitingForOk", "refuse"],
    waiting: ["waitingForOk", "refuse"],
    final: ["waitingForOk", "refuse"],
    ok: ["idle", "reportConfirm", "settle"],
    shutdown: ["closed", "acknowledge", "reportEnd"],
    noMatch: ["closed", "reportLost"],
    // the browser cannot use our ANSWER, and the other side has none to give in its place
    refused: ["shuttingDown", "writeShutdown", "waitForShutdownOk", "reportFailed"],
    stray: ["waitingForOk", "refuse"],
    strayOk: ["waitingForOk", "refuse"],
    noOk: ["shuttingDown", "writeShutdown", "waitForShutdownOk", "reportNoOk"],
    doOffer: ["waitingForOk", "queueOffer"],
    doEnd: ["shuttingDown", "writeShutdown", "waitForShutdownOk"],
    ...ignored("conflict", "doubleConflict", "doConfirm"),
    ...noAnswering,
    ...impossible("noAnswer", "noShutdownOk"),
    ...noTaking,
  },
  confirming: {
    // its ANSWER has no OK yet
    offer: ["confirming", "refuse"],
    offerWins: ["confirming", "refuse"],
    offerTies: ["confirming", "refuse"],
    offerLoses: ["confirming", "refuse"],
    ringing: ["confirming", "refuse"],
    provisional: ["confirming", "refuse"],
    waiting: ["confirming", "refuse"],
    final: ["confirming", "refuse"],
    ok: ["confirming", "refuse"],
    shutdown: ["closed", "acknowledge", "reportEnd"],
    noMatch: ["closed", "reportLost"],
    stray: ["confirming", "refuse"],
    strayOk: ["confirming", "refuse"],
    doOffer: ["confirming", "queueOffer"],
    doConfirm: ["idle", "writeOk", "settle"],
    doEnd: ["shuttingDown", "writeShutdown", "waitForShutdownOk"],
    ...ignored("conflict", "doubleConflict", "refused"),
    ...noAnswering,
    ...noTimers,
    ...noTaking,
  },
  shuttingDown: {
    // what crossed our SHUTDOWN and wants an answer
    offer: ["shuttingDown", "refuse"],
    offerWins: ["shuttingDown", "refuse"],
    offerTies: ["shuttingDown", "refuse"],
    offerLoses: ["shuttingDown", "refuse"],
    provisional: ["shuttingDown", "refuse"],
    final: ["shuttingDown", "refuse"],
    stray: ["shuttingDown", "refuse"],
    ok: ["closed"],
    // SHUTDOWN crosses SHUTDOWN: both are answered
    shutdown: ["shuttingDown", "acknowledge"],
    noMatch: ["closed"],
    refused: ["closed"],
    noShutdownOk: ["closed"],
    ...ignored("ringing", "waiting", "strayOk", "conflict", "doubleConflict"),
    ...ignored("doOffer", "doConfirm", "doEnd"),
    ...noAnswering,
    ...impossible("noAnswer", "noOk"),
    ...noTaking,
  },
  closed: {
    offer: ["closed", "refuse"],
    offerWins: ["closed", "refuse"],
    offerTies: ["closed", "refuse"],
    offerLoses: ["closed", "refuse"],
    ringing: ["closed", "refuse"],
    provisional: ["closed", "refuse"],
    waiting: ["closed", "refuse"],
    final: ["closed", "refuse"],
    shutdown: ["closed", "refuse"],
    stray: ["closed", "refuse"],
    ...ignored("ok", "strayOk", "doOffer", "doConfirm", "doEnd"),
    ...noErrors,
    ...noAnswering,
    ...noTimers,
    ...noTaking,
  },
};
