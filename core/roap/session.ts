// The relay's end of a ROAP session with one browser (draft-jennings-rtcweb-signaling-01).

import { roap } from "../../wasm/roap.ts";
import type { Context } from "../context.ts";
import { type ChangeSignal, isChange, type Report, type Signal } from "../leg.ts";
import { endEarly, performEarly, receiveEarly, timeoutEarly } from "./early.ts";
import { isEmpty } from "./messages.ts";
import { type Reading, readMessage } from "./reading.ts";
import type { Dialect, RoapSession } from "./record.ts";
import { stopTimer, takeStep } from "./step.ts";
import type { RoapEvent } from "./events.ts";

export type { RoapSession } from "./record.ts";
export { refuseRoap } from "./refuse.ts";

/** What the call wants performed. `from`: who calls, in the OFFER that opens the session. */
export type Wish = Report & { readonly from?: string };

const eventOfSignal: Readonly<Record<Exclude<Signal, ChangeSignal>, RoapEvent>> = {
  offer: "doOffer",
  ringing: "doRinging",
  progress: "doProgress",
  taken: "doTaken",
  settled: "doSettled",
  answer: "doAnswer",
  confirm: "doConfirm",
  reject: "doReject",
  end: "doEnd",
};

const NONE: readonly string[] = [];
const NO_REPORTS: readonly Report[] = [];

/** A session before its first OFFER. It lives until `isOver`. */
export function createRoapSession(
  options: { key: number; feed: number; dialect: Dialect; call: number; context: Context },
): RoapSession {
  const localId = options.context.random.token();
  return {
    type: "roap",
    key: options.key,
    feed: options.feed,
    dialect: options.dialect,
    call: options.call,
    state: "initial",
    localId,
    remoteId: "",
    localForks: NONE,
    remoteForks: NONE,
    ids: [localId],
    found: 0,
    offerer: "local",
    seq: 0,
    tieBreaker: 0,
    from: "",
    offer: undefined,
    ties: 0,
    queued: undefined,
    sessionToken: "",
    offerToken: "",
    answerToken: "",
    takenId: "",
    early: "none",
    earlySeq: 0,
    earlyFork: 0,
    earlyTimer: 0,
    timer: 0,
    reports: NO_REPORTS,
  };
}

/**
 * Input: the message in the ROAP window is for this session. Answers the first thing that the call has to know, and `takeReport` the
 * others. Bodies are spans of the window. An offer reported while one of the call's own is out has superseded that one.
 */
export function receiveRoap(session: RoapSession, context: Context): Report | undefined {
  session.reports = NO_REPORTS;
  if (receiveEarly(session, context)) return takeReport(session);
  const reading = readMessage(session);
  if (reading === undefined) return undefined;
  if (isFitting(reading) && roap.setSessionToken !== 0) {
    session.sessionToken = roap.text(roap.setSessionToken);
  }
  takeStep(session, { event: reading.event, context, reading });
  return takeReport(session);
}

/**
 * What the call wants done towards the browser. A wish that has lost its object — the browser's OFFER was superseded, the session is over —
 * does nothing. False: its body cannot be carried (none where one is needed, or not UTF-8), or the session has no seq left for another
 * OFFER; the session is as it was. An offer that has to be given up for it is reported by `takeReport`.
 */
export function performRoap(session: RoapSession, wish: Wish, context: Context): boolean {
  const { signal } = wish;
  if (isChange(signal)) {
    performEarly(session, { ...wish, signal }, context);
    return true;
  }
  if (session.state === "initial") session.from = wish.from ?? "";
  return takeStep(session, { event: eventOf(session, wish, signal), context, wish });
}

/** Input: a timer of the session. */
export function timeoutRoap(session: RoapSession, kind: string, context: Context): Report | undefined {
  session.reports = NO_REPORTS;
  if (kind === "noEarlyAnswer") {
    timeoutEarly(session, context);
    return takeReport(session);
  }
  session.timer = 0;
  takeStep(session, { event: timerEvent(kind), context });
  return takeReport(session);
}

/** The next thing that the call has to know of the present input, in the order in which they happened. */
export function takeReport(session: RoapSession): Report | undefined {
  const { reports } = session;
  if (reports.length > 0) session.reports = reports.length === 1 ? NO_REPORTS : reports.slice(1);
  return reports[0];
}

/** The browser's WebSocket is gone for good: nothing more is written and no timer is left. */
export function abandonRoap(session: RoapSession, context: Context): void {
  stopTimer(session, context);
  endEarly(session, context);
  session.reports = NO_REPORTS;
  session.offer = undefined;
  session.queued = undefined;
  session.state = "closed";
}

export function isOver(session: RoapSession): boolean {
  return session.state === "closed";
}

function eventOf(session: RoapSession, wish: Wish, signal: Exclude<Signal, ChangeSignal>): RoapEvent {
  // an end that is a failure is the final answer to an OFFER that opens a session
  if (wish.signal === "end" && wish.status >= 300 && session.state === "called") return "doReject";
  if (wish.signal === "offer" && isEmpty(wish.body)) {
    return session.dialect === "roap" ? "doAskPlain" : "doAsk";
  }
  if (wish.signal === "progress" && isEmpty(wish.body)) return "doRinging";
  return eventOfSignal[signal];
}

function isFitting({ event }: Reading): boolean {
  return event !== "stray" && event !== "strayOk";
}

function timerEvent(kind: string): RoapEvent {
  switch (kind) {
    case "noAnswer":
    case "noOk":
    case "noShutdownOk":
      return kind;
    default:
      throw new TypeError(`ROAP session has no timer ${kind}`);
  }
}
