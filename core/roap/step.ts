// Takes a ROAP session through its table and performs the effects.

import { ERROR_TYPE_DOUBLECONFLICT } from "../../wasm/assembly/codes.ts";
import type { Body } from "../../wasm/codec.ts";
import { errorTypeOf } from "../../wasm/envelope.ts";
import { roap } from "../../wasm/roap.ts";
import type { Context, Millis } from "../context.ts";
import type { Report, Signal } from "../leg.ts";
import { cellOf } from "../machine/table.ts";
import { longer } from "../short_list.ts";
import { endEarly } from "./early.ts";
import * as messages from "./messages.ts";
import type { Reading } from "./reading.ts";
import { addId, answerWait, decisionWait, okWait, type RoapSession, shutdownWait } from "./record.ts";
import type { RoapEffect, RoapEvent, RoapState } from "./events.ts";
import { roapTable } from "./table.ts";

/** What has happened: a message in the window (`reading`), the call's wish, or a timer. */
export interface Occasion {
  readonly event: RoapEvent;
  readonly context: Context;
  readonly reading?: Reading;
  readonly wish?: Report;
}

/** One step. False when a wish's body cannot be carried: the session is as it was. */
export function takeStep(session: RoapSession, occasion: Occasion): boolean {
  const before = session.state;
  const cell = cellOf(roapTable, { state: before, event: occasion.event, name: "ROAP session" });
  if (cell === undefined) return true;
  const [next] = cell;
  if (next !== before) enter(session, next, occasion.context);
  for (let index = 1; index < cell.length; index++) {
    // a wish's write is its first effect, in states that have neither timer nor offer of ours: nothing else is to be undone
    if (!perform(session, cell[index] as RoapEffect, { occasion, before })) {
      session.state = before;
      return false;
    }
  }
  return true;
}

export function stopTimer(session: RoapSession, context: Context): void {
  context.wheel.cancel(session.timer);
  session.timer = 0;
}

/** Timers and offers belong to the state that is left. */
function enter(session: RoapSession, state: RoapState, context: Context): void {
  stopTimer(session, context);
  session.offer = undefined;
  if (state === "shuttingDown" || state === "closed") {
    session.queued = undefined;
    endEarly(session, context);
  }
  session.state = state;
}

function perform(
  session: RoapSession,
  effect: RoapEffect,
  { occasion, before }: { occasion: Occasion; before: RoapState },
): boolean {
  const { context, event } = occasion;
  switch (effect) {
    case "accept":
      accept(session);
      return true;
    case "learnAnswerer":
      learnAnswerer(session);
      return true;
    case "takeAnswer":
      takeAnswer(session);
      return true;
    case "writeOffer": {
      const { body } = wishOf(occasion);
      if (!messages.writeOffer(session, body, context)) return false;
      session.offer = owned(body);
      session.ties = 0;
      return true;
    }
    case "writeRequest":
      return messages.writeRequest(session, context);
    case "writeBlank":
      return messages.writeBlank(session, context);
    case "offerAgain":
      session.ties += 1;
      return messages.writeOffer(session, session.offer, context);
    case "writeRinging":
      messages.writeRinging(session, wishOf(occasion), context);
      return true;
    case "writeProgress":
      return messages.writeProgress(session, wishOf(occasion), context);
    case "noteTaken":
      session.takenId = roap.text(roap.answererSessionId);
      return true;
    case "writeTakenOk":
      messages.writeTakenOk(session, context);
      return true;
    case "writeAnswer":
      return messages.writeAnswer(session, wishOf(occasion), context);
    case "writeOk":
      messages.writeOk(session, context);
      return true;
    case "writeError":
      messages.writeError(session, wishOf(occasion), context);
      return true;
    case "writeConflict":
      refuse(session, { status: 491, reason: "Our OFFER of this seq stands" }, context);
      return true;
    case "writeDoubleConflict":
      messages.refuse(
        session,
        { errorType: ERROR_TYPE_DOUBLECONFLICT, status: 491, reason: "Both OFFERs have this tieBreaker" },
        context,
      );
      return true;
    case "writeShutdown":
      messages.writeShutdown(session, context);
      return true;
    case "acknowledge":
      messages.acknowledge(session, context);
      return true;
    case "refuse":
      refuse(session, refusalOf(event, before) ?? readingOf(occasion), context);
      return true;
    case "queueOffer":
      if (session.queued !== undefined) report(session, "reject", 491, "A later offer took its place");
      session.queued = owned(wishOf(occasion).body);
      return true;
    case "settle":
      settle(session, context);
      return true;
    case "waitForAnswer":
      startTimer(session, { kind: "noAnswer", wait: answerWait }, context);
      return true;
    case "waitLonger":
      startTimer(session, { kind: "noAnswer", wait: decisionWait }, context);
      return true;
    case "waitForOk":
      startTimer(session, { kind: "noOk", wait: okWait }, context);
      return true;
    case "waitForShutdownOk":
      startTimer(session, { kind: "noShutdownOk", wait: shutdownWait }, context);
      return true;
    case "reportOffer":
      reportMessage(session, "offer", { fork: 0, status: 0 });
      return true;
    case "reportRinging":
      reportEarly(session, { fork: readingOf(occasion).fork, status: 180 });
      return true;
    case "reportProgress":
      reportEarly(session, { fork: readingOf(occasion).fork, status: 183 });
      return true;
    case "reportTaken":
      add(session, {
        signal: "taken",
        fork: readingOf(occasion).fork,
        status: 0,
        reason: "",
        body: undefined,
        contentType: "",
      });
      return true;
    case "reportAnswer":
      reportMessage(session, "answer", { fork: readingOf(occasion).fork, status: 200 });
      return true;
    case "reportConfirm":
      report(session, "confirm", 0, "");
      return true;
    case "reportRefused":
      report(session, "reject", readingOf(occasion).status, "");
      return true;
    case "reportGiven":
      reportMessage(session, "answer", { fork: 0, status: 200 });
      return true;
    case "reportUnable":
      report(session, "reject", 488, "The browser cannot be asked for an OFFER");
      return true;
    case "reportPending":
      report(session, "reject", 491, "An OFFER of the session is not settled");
      return true;
    case "reportNoAnswer":
      report(session, "reject", 408, "The browser did not answer the OFFER");
      return true;
    case "reportEnd":
      report(session, "end", 0, "");
      return true;
    case "reportDeclined":
      report(session, "end", 603, "");
      return true;
    case "reportLost":
      report(session, "end", 481, "The browser does not know the session");
      return true;
    case "reportFailed":
      report(session, "end", readingOf(occasion).status, "The browser refused the ANSWER");
      return true;
    case "reportNoOk":
      report(session, "end", 408, "The browser gave no OK to the ANSWER");
      return true;
  }
}

function accept(session: RoapSession): void {
  if (session.remoteId === "") {
    session.remoteId = roap.text(roap.offererSessionId);
    addId(session, session.remoteId);
    session.localForks = [session.localId];
  }
  session.offerer = "remote";
  session.seq = roap.seq;
  session.offerToken = roap.text(roap.setResponseToken);
}

function learnAnswerer(session: RoapSession): void {
  const id = roap.text(roap.answererSessionId);
  if (id === "" || session.remoteForks.includes(id)) return;
  session.remoteForks = longer(session.remoteForks, id);
  addId(session, id);
  // the first one stands for the browser until one of them answers
  if (session.remoteId === "") session.remoteId = id;
}

function takeAnswer(session: RoapSession): void {
  session.remoteId = roap.text(roap.answererSessionId);
  addId(session, session.remoteId);
  session.answerToken = roap.text(roap.setResponseToken);
}

/** The queued offer goes out, as if the call had only now asked for it. */
function settle(session: RoapSession, context: Context): void {
  const body = session.queued;
  if (body === undefined) return;
  session.queued = undefined;
  const wish: Report = { signal: "offer", fork: 0, status: 0, reason: "", body, contentType: sdp };
  if (!takeStep(session, { event: "doOffer", context, wish })) {
    report(session, "reject", 488, "The offer cannot be carried in ROAP");
  }
}

/** Why a message that fits the session by its ids is not wanted in this state. `undefined`: its reading says it. */
function refusalOf(event: RoapEvent, state: RoapState): { status: number; reason: string } | undefined {
  if (event === "stray" || event === "strayOk") return undefined;
  if (state === "closed" || state === "shuttingDown") return { status: 481, reason: "The session is over" };
  switch (event) {
    case "offer":
      return { status: 500, reason: "The OFFER before this one is not settled" };
    case "offerWins":
    case "offerTies":
    case "offerLoses":
      return { status: 481, reason: `There was an OFFER of seq ${roap.seq} already` };
    case "ok":
      return { status: 481, reason: "No final ANSWER waits for this OK" };
    default:
      return { status: 481, reason: "No OFFER waits for this answer" };
  }
}

function refuse(
  session: RoapSession,
  { status, reason }: { status: number; reason: string },
  context: Context,
): void {
  messages.refuse(session, { errorType: errorTypeOf(status), status, reason }, context);
}

function startTimer(
  session: RoapSession,
  { kind, wait }: { kind: RoapEvent; wait: Millis },
  context: Context,
): void {
  stopTimer(session, context);
  session.timer = context.wheel.schedule(context.now + wait, session, kind);
}

const sdp = "application/sdp";

function add(session: RoapSession, report: Report): void {
  session.reports = longer(session.reports, report);
}

function report(session: RoapSession, signal: Signal, status: number, reason: string): void {
  add(session, { signal, fork: 0, status, reason, body: undefined, contentType: "" });
}

/** With the message's description. */
function reportMessage(
  session: RoapSession,
  signal: Signal,
  { fork, status }: { fork: number; status: number },
): void {
  add(session, { signal, fork, status, reason: "", body: roap.sdp, contentType: sdp });
}

/** RINGING may have a description, PRANSWER may have none. */
function reportEarly(session: RoapSession, { fork, status }: { fork: number; status: number }): void {
  if (roap.sdp === 0) {
    add(session, { signal: "ringing", fork, status, reason: "", body: undefined, contentType: "" });
  } else reportMessage(session, "progress", { fork, status });
}

function owned(body: Body): Uint8Array | undefined {
  return typeof body === "number" ? roap.bytes(body) : body;
}

function wishOf({ event, wish }: Occasion): Report {
  if (wish === undefined) throw new Error(`ROAP session: ${event} without a wish`);
  return wish;
}

function readingOf({ event, reading }: Occasion): Reading {
  if (reading === undefined) throw new Error(`ROAP session: ${event} without a reading`);
  return reading;
}
