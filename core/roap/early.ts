// Takes the early OFFERs of a session through their table and performs the effects.

import * as code from "../../wasm/assembly/codes.ts";
import { statusOf } from "../../wasm/envelope.ts";
import { roap } from "../../wasm/roap.ts";
import type { Context } from "../context.ts";
import type { ChangeSignal, Report } from "../leg.ts";
import { cellOf } from "../machine/table.ts";
import { longer } from "../short_list.ts";
import { type EarlyEffect, type EarlyEvent, earlyTable } from "./early_table.ts";
import * as messages from "./messages.ts";
import { answerWait, lastOfferSeq, newestSeq, type RoapSession } from "./record.ts";

const eventOfSignal: Readonly<Record<ChangeSignal, EarlyEvent>> = {
  change: "doChange",
  changed: "doChanged",
  unchanged: "doUnchanged",
};

/** Input: the message in the window. False: it is not about an early OFFER. */
export function receiveEarly(session: RoapSession, context: Context): boolean {
  if (session.dialect === "roap") return false;
  if (roap.type === code.ROAP_OFFER) return receiveOffer(session, context);
  if (session.earlySeq === 0 || roap.seq !== session.earlySeq) return false;
  switch (roap.type) {
    case code.ROAP_ANSWER:
      if (!session.ids.includes(roap.text(roap.offererSessionId))) return false;
      if (!roap.moreComing) step(session, "answer", { context, wish: undefined });
      return true;
    case code.ROAP_ERROR:
      // ours stands all the same: theirs is on its way
      if (roap.errorType !== code.ERROR_TYPE_CONFLICT) step(session, "refused", { context, wish: undefined });
      return true;
    // nothing waits for the OK
    case code.ROAP_OK:
      return true;
    default:
      return false;
  }
}

/** Performs the call's wish. */
export function performEarly(
  session: RoapSession,
  wish: Report & { signal: ChangeSignal },
  context: Context,
): void {
  const isNew = wish.signal === "change";
  if (isNew && (session.dialect === "roap" || !isEarly(session))) {
    report(session, "unchanged", { status: 491 });
  } else step(session, eventOfSignal[wish.signal], { context, wish });
}

export function timeoutEarly(session: RoapSession, context: Context): void {
  session.earlyTimer = 0;
  step(session, "noAnswer", { context, wish: undefined });
}

export function endEarly(session: RoapSession, context: Context): void {
  step(session, "over", { context, wish: undefined });
}

/** Whether the first OFFER has no final ANSWER, and may have provisional ones. */
function isEarly({ state }: RoapSession): boolean {
  return state === "called" || state === "calling";
}

function receiveOffer(session: RoapSession, context: Context): boolean {
  if (!isEarly(session) || roap.seq > lastOfferSeq || forkOfWindow(session) < 0) return false;
  const isGlare = session.early === "ours" && roap.seq === session.earlySeq;
  if (!isGlare && roap.seq <= newestSeq(session)) return false;
  const loses = isGlare && Math.max(roap.tieBreaker, 0) <= session.tieBreaker;
  step(session, loses ? "glare" : "offer", { context, wish: undefined });
  return true;
}

/** Which fork an OFFER of the browser's speaks of, -1 = none. */
function forkOfWindow(session: RoapSession): number {
  const offerer = roap.text(roap.offererSessionId);
  const answerer = roap.text(roap.answererSessionId);
  if (session.state === "calling") {
    return answerer === session.localId ? session.remoteForks.indexOf(offerer) : -1;
  }
  return offerer === session.remoteId ? session.localForks.indexOf(answerer) : -1;
}

interface Occasion {
  readonly context: Context;
  readonly wish: Report | undefined;
}

function step(session: RoapSession, event: EarlyEvent, occasion: Occasion): void {
  const cell = cellOf(earlyTable, { state: session.early, event, name: "Early OFFER" });
  if (cell === undefined) return;
  session.early = cell[0];
  for (let at = 1; at < cell.length; at++) effect(session, cell[at] as EarlyEffect, occasion);
}

function effect(session: RoapSession, name: EarlyEffect, { context, wish }: Occasion): void {
  switch (name) {
    case "accept":
      session.earlySeq = roap.seq;
      session.earlyFork = forkOfWindow(session);
      return;
    case "refuse":
      return messages.refuse(
        session,
        {
          errorType: code.ERROR_TYPE_FAILED,
          status: 500,
          reason: "The OFFER before this one is not settled",
        },
        context,
      );
    case "writeOffer":
      if (messages.writeEarlyOffer(session, wish!, context)) return;
      session.early = "none";
      stopTimer(session, context);
      return report(session, "unchanged", { status: 488 });
    case "writeAnswer":
      if (messages.writeEarlyAnswer(session, wish!.body, context)) return;
      return messages.writeEarlyError(session, { status: 488, reason: "The answer is not UTF-8" }, context);
    case "writeOk":
      return messages.acknowledge(session, context);
    case "writeError":
      return messages.writeEarlyError(session, wish!, context);
    case "writeConflict":
      return messages.refuse(
        session,
        { errorType: code.ERROR_TYPE_CONFLICT, status: 491, reason: "Our OFFER of this seq stands" },
        context,
      );
    case "startTimer":
      session.earlyTimer = context.wheel.schedule(context.now + answerWait, session, "noEarlyAnswer");
      return;
    case "stopTimer":
      return stopTimer(session, context);
    case "report":
      return reportMessage(session, "change");
    case "reportChanged":
      return reportMessage(session, "changed");
    case "reportRefused": {
      const named = roap.status >= 300 && roap.status <= 699;
      return report(session, "unchanged", { status: named ? roap.status : statusOf(roap.errorType) || 500 });
    }
    case "reportPending":
      return report(session, "unchanged", { status: 491 });
    case "reportNoAnswer":
      return report(session, "unchanged", { status: 408 });
    default:
      return name satisfies never;
  }
}

function stopTimer(session: RoapSession, context: Context): void {
  context.wheel.cancel(session.earlyTimer);
  session.earlyTimer = 0;
}

function report(session: RoapSession, signal: ChangeSignal, { status }: { status: number }): void {
  const fork = session.earlyFork;
  const blank = { signal, fork, status, reason: "", body: undefined, contentType: "" };
  session.reports = longer(session.reports, blank);
}

function reportMessage(session: RoapSession, signal: ChangeSignal): void {
  const fork = session.earlyFork;
  const full = { signal, fork, status: 200, reason: "", body: roap.sdp, contentType: "application/sdp" };
  session.reports = longer(session.reports, full);
}
