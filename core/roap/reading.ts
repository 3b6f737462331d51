// What the message in the ROAP window means to a session: ids, seq and tieBreaker compared with the record, nothing changed yet.

import * as code from "../../wasm/assembly/codes.ts";
import { statusOf } from "../../wasm/envelope.ts";
import { roap } from "../../wasm/roap.ts";
import { forkLimit, lastOfferSeq, newestSeq, type RoapSession, tieLimit } from "./record.ts";
import type { RoapEvent, RoapState } from "./events.ts";

export interface Reading {
  readonly event: RoapEvent;
  /** Which of the browser's forks an answer is from. */
  readonly fork: number;
  /** SIP status that a refusal of the message carries; of an ERROR, the status that it means. */
  readonly status: number;
  /** Why a stray message is refused. */
  readonly reason: string;
}

/** States in which the browser's own id is not settled yet. */
const firsts: ReadonlySet<RoapState> = new Set(["calling", "requested", "blank"]);

/** `undefined`: an ERROR or OK about what is settled already. No ERROR is ever answered with another. */
export function readMessage(session: RoapSession): Reading | undefined {
  switch (roap.type) {
    case code.ROAP_OFFER:
      return readOffer(session);
    case code.ROAP_ANSWER:
      return readAnswer(session, roap.moreComing ? "provisional" : "final");
    case code.ROAP_OK:
      return readOk(session);
    case code.ROAP_SHUTDOWN:
      return fitting("shutdown");
    case code.ROAP_ERROR:
      return readError(session);
    default:
      return readExtension(session);
  }
}

function readOffer(session: RoapSession): Reading {
  const answerer = roap.text(roap.answererSessionId);
  if (session.state === "initial") {
    if (answerer !== "") return stray("A session's first OFFER has no answererSessionId");
  } else {
    const offerer = roap.text(roap.offererSessionId);
    if (session.remoteId !== "" && offerer !== session.remoteId) {
      return stray("The offererSessionId of an OFFER is the id of its sender");
    }
    // before our first answer the browser cannot know our id
    if (answerer !== session.localId && (answerer !== "" || session.state !== "called")) {
      return stray("The answererSessionId of an OFFER is the id of its receiver");
    }
  }
  if (roap.seq > lastOfferSeq) return stray(`After seq ${roap.seq} there is none left`);
  if (roap.seq > newestSeq(session)) return fitting("offer");
  if (roap.seq < session.seq || session.earlySeq > session.seq) {
    return stray(`OFFER's seq ${roap.seq} is lower than ${newestSeq(session)}`);
  }
  const theirs = Math.max(roap.tieBreaker, 0);
  if (theirs > session.tieBreaker) return fitting("offerWins");
  if (theirs < session.tieBreaker) return fitting("offerLoses");
  return canOfferAgain(session) ? fitting("offerTies") : fitting("offerLoses");
}

function readAnswer(session: RoapSession, event: RoapEvent): Reading {
  if (roap.seq !== session.seq && (roap.seq !== -1 || roap.type === code.ROAP_ANSWER)) {
    return stray(`Answer's seq ${roap.seq} is not the OFFER's, ${session.seq}`);
  }
  if (roap.text(roap.offererSessionId) !== session.localId) {
    return stray("The offererSessionId of an answer is the id of its receiver");
  }
  const answerer = roap.text(roap.answererSessionId);
  if (!firsts.has(session.state)) {
    if (answerer === session.remoteId || (answerer === "" && event !== "final")) return fitting(event);
    return stray("The answererSessionId of an answer is the id of its sender");
  }
  // RINGING and WAITING need not name their sender
  if (answerer === "") return fitting(event);
  if (answerer === session.localId) {
    return stray("The answererSessionId of an answer is the id of its sender");
  }
  const known = session.remoteForks.indexOf(answerer);
  if (known >= 0) return fitting(event, known);
  if (session.remoteForks.length >= forkLimit) return stray(`More than ${forkLimit} answererSessionIds`);
  return fitting(event, session.remoteForks.length);
}

/** `undefined`: an OK that crossed a newer OFFER, by which that it answers was settled. */
function readOk(session: RoapSession): Reading | undefined {
  const isKnown = isOurs(session, roap.text(roap.offererSessionId)) &&
    isOurs(session, roap.text(roap.answererSessionId));
  if (isKnown && roap.seq === session.seq) return fitting("ok");
  if (isKnown && roap.seq >= 0 && roap.seq < newestSeq(session)) return undefined;
  return { ...stray("No message of ours waits for this OK"), event: "strayOk" };
}

function readError(session: RoapSession): Reading | undefined {
  if (roap.seq !== -1 && roap.seq !== session.seq) return undefined;
  const status = errorStatus();
  switch (roap.errorType) {
    case code.ERROR_TYPE_CONFLICT:
      return { event: "conflict", fork: 0, status, reason: "" };
    case code.ERROR_TYPE_DOUBLECONFLICT:
      return canOfferAgain(session)
        ? { event: "doubleConflict", fork: 0, status, reason: "" }
        : { event: "refused", fork: 0, status: 491, reason: "" };
    case code.ERROR_TYPE_NOMATCH:
      return { event: "noMatch", fork: 0, status, reason: "" };
    default:
      return { event: "refused", fork: 0, status, reason: "" };
  }
}

function readExtension(session: RoapSession): Reading {
  if (session.dialect === "roap") return stray("The subprotocol roap has no such message", 501);
  switch (roap.type) {
    case code.ROAP_WAITING:
      return readAnswer(session, "waiting");
    case code.ROAP_RINGING:
      return readAnswer(session, "ringing");
    case code.ROAP_PRANSWER:
      return speaksOfOurs(session) ? readTaken(session) : readAnswer(session, "provisional");
    default:
      return stray("No such message is taken within a session", 501);
  }
}

/** Whether a PRANSWER is about an answer of ours, and not one of the browser's own. */
function speaksOfOurs(session: RoapSession): boolean {
  return session.offerer === "remote" && roap.text(roap.offererSessionId) === session.remoteId;
}

function readTaken(session: RoapSession): Reading {
  if (roap.seq !== session.seq) return stray(`PRANSWER's seq ${roap.seq} is not the OFFER's, ${session.seq}`);
  if (session.state !== "called") return fitting("taken");
  const fork = session.localForks.indexOf(roap.text(roap.answererSessionId));
  return fork < 0 ? stray("No such answererSessionId has answered") : fitting("taken", fork);
}

/** A final status that the browser named, else the one that its errorType stands for. */
function errorStatus(): number {
  return roap.status >= 300 && roap.status <= 699 ? roap.status : statusOf(roap.errorType) || 500;
}

function canOfferAgain(session: RoapSession): boolean {
  return session.ties < tieLimit && session.seq < lastOfferSeq;
}

/** An id that may stand in an OK: either end's, a browser's that is not known yet, or none. */
function isOurs(session: RoapSession, id: string): boolean {
  return id === "" || session.remoteId === "" || session.ids.includes(id);
}

function fitting(event: RoapEvent, fork = 0): Reading {
  return { event, fork, status: 481, reason: "" };
}

function stray(reason: string, status = 481): Reading {
  return { event: "stray", fork: 0, status, reason };
}
