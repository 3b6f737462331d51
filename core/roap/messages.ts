// The messages that a session writes to its browser. ANSWER, OK and ERROR keep the ids and the seq of what they speak about.

import * as code from "../../wasm/assembly/codes.ts";
import type { Body } from "../../wasm/codec.ts";
import { errorTypeOf } from "../../wasm/envelope.ts";
import { roap } from "../../wasm/roap.ts";
import { type RoapHead, writeRoap } from "../../wasm/roap_writer.ts";
import type { Context } from "../context.ts";
import { longer } from "../short_list.ts";
import { addId, forkLimit, lastOfferSeq, newestSeq, type RoapSession } from "./record.ts";

/** A message in the making. */
type Draft = { -readonly [Member in keyof RoapHead]: RoapHead[Member] };

/** Our next OFFER. False, and nothing done, when the body cannot be carried or no seq is left. */
export function writeOffer(session: RoapSession, body: Body, context: Context): boolean {
  const seq = newestSeq(session) + 1;
  if (isEmpty(body) || seq > lastOfferSeq) return false;
  const tieBreaker = 1 + context.random.uint32() % 0xfffffffe;
  const head = blank(code.ROAP_OFFER);
  head.offererSessionId = session.localId;
  head.answererSessionId = session.remoteId;
  head.seq = seq;
  head.tieBreaker = tieBreaker;
  head.from = session.from;
  if (!write(session, context, head, body)) return false;
  session.offerer = "local";
  session.seq = seq;
  session.tieBreaker = tieBreaker;
  return true;
}

/** Asks the browser for an OFFER. False when no seq is left for that. */
export function writeRequest(session: RoapSession, context: Context): boolean {
  const seq = newestSeq(session) + 1;
  if (seq >= lastOfferSeq) return false;
  const head = blank(code.ROAP_OFFER_REQUEST);
  head.offererSessionId = session.localId;
  head.answererSessionId = session.remoteId;
  head.seq = seq;
  head.from = session.from;
  write(session, context, head);
  session.offerer = "local";
  session.seq = seq;
  return true;
}

/** A session without media (RFC 3264 section 5): whoever answers it is to offer what there shall be. */
const withoutMedia = new TextEncoder().encode("v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n");

/** Asks a browser for an OFFER that knows no more than the draft's five messages. */
export function writeBlank(session: RoapSession, context: Context): boolean {
  return writeOffer(session, withoutMedia, context);
}

/** An OFFER of ours before the first one's final ANSWER. False when its body cannot be carried, or no seq is left. */
export function writeEarlyOffer(
  session: RoapSession,
  change: { fork: number; body: Body },
  context: Context,
): boolean {
  const seq = newestSeq(session) + 1;
  if (isEmpty(change.body) || seq >= lastOfferSeq) return false;
  const head = blank(code.ROAP_OFFER);
  const { local, remote } = earlyIds(session, change.fork, context);
  head.offererSessionId = local;
  head.answererSessionId = remote;
  head.seq = seq;
  head.tieBreaker = 1 + context.random.uint32() % 0xfffffffe;
  if (!write(session, context, head, change.body)) return false;
  session.earlySeq = seq;
  session.earlyFork = change.fork;
  session.tieBreaker = head.tieBreaker;
  return true;
}

/** ANSWER to the browser's early OFFER. False when its body cannot be carried. */
export function writeEarlyAnswer(session: RoapSession, body: Body, context: Context): boolean {
  return !isEmpty(body) && write(session, context, toEarly(session, code.ROAP_ANSWER, context), body);
}

/** ERROR to the browser's early OFFER. No OFFER of ours is to come in its place, so it is no CONFLICT. */
export function writeEarlyError(
  session: RoapSession,
  refusal: { status: number; reason: string },
  context: Context,
): void {
  const status = refusal.status < 300 || refusal.status === 491 ? 500 : refusal.status;
  const head = toEarly(session, code.ROAP_ERROR, context);
  head.errorType = errorTypeOf(status);
  head.status = status;
  head.reason = refusal.status === 491
    ? "The first OFFER has no answer yet, or another is open"
    : refusal.reason;
  write(session, context, head);
}

/** Whether there is no body: a description is never empty. */
export function isEmpty(body: Body): boolean {
  return typeof body === "number" ? body === 0 : body === undefined || body.length === 0;
}

/** RINGING and, for status 100, WAITING: only `roap.ims` has them. */
export function writeRinging(
  session: RoapSession,
  signal: { fork: number; status: number },
  context: Context,
): void {
  if (session.dialect === "roap") return;
  const answererSessionId = forkId(session, signal.fork, context);
  if (answererSessionId === undefined) return;
  const type = signal.status === 100 ? code.ROAP_WAITING : code.ROAP_RINGING;
  write(session, context, toTheirs(session, type, answererSessionId));
}

/** A provisional ANSWER. A fork past the limit is not heard of: false only when the body cannot be carried. */
export function writeProgress(
  session: RoapSession,
  signal: { fork: number; body: Body },
  context: Context,
): boolean {
  const answererSessionId = forkId(session, signal.fork, context);
  if (answererSessionId === undefined) return true;
  const head = toTheirs(session, code.ROAP_ANSWER, answererSessionId);
  head.moreComing = true;
  return write(session, context, head, signal.body);
}

/** The final ANSWER: the id of the fork that gives it is ours from now on. */
export function writeAnswer(
  session: RoapSession,
  signal: { fork: number; body: Body },
  context: Context,
): boolean {
  if (isEmpty(signal.body)) return false;
  const answererSessionId = forkId(session, signal.fork, context) ?? context.random.token();
  const head = toTheirs(session, code.ROAP_ANSWER, answererSessionId);
  if (!write(session, context, head, signal.body)) return false;
  session.localId = answererSessionId;
  session.localForks = [];
  addId(session, answererSessionId);
  return true;
}

/** OK to the browser's final ANSWER. */
export function writeOk(session: RoapSession, context: Context): void {
  const head = blank(code.ROAP_OK);
  head.offererSessionId = session.localId;
  head.answererSessionId = session.remoteId;
  head.seq = session.seq;
  head.responseToken = session.answerToken;
  write(session, context, head);
}

/** OK to the browser's PRANSWER, once whoever answered knows of it. */
export function writeTakenOk(session: RoapSession, context: Context): void {
  if (session.takenId === "") return;
  write(session, context, toTheirs(session, code.ROAP_OK, session.takenId));
  session.takenId = "";
}

/** ERROR to the browser's pending OFFER. What is no failure's status counts as 500. */
export function writeError(
  session: RoapSession,
  refusal: { status: number; reason: string },
  context: Context,
): void {
  const status = refusal.status >= 300 ? refusal.status : 500;
  const head = toTheirs(session, code.ROAP_ERROR, session.localId);
  head.errorType = errorTypeOf(status);
  head.status = status;
  head.reason = refusal.reason;
  write(session, context, head);
}

/** SHUTDOWN: only an OFFER swaps the ids, so they stand as in the newest one. */
export function writeShutdown(session: RoapSession, context: Context): void {
  session.seq = newestSeq(session) + 1;
  const ours = session.offerer === "local";
  const head = blank(code.ROAP_SHUTDOWN);
  head.offererSessionId = ours ? session.localId : session.remoteId;
  head.answererSessionId = ours ? session.remoteId : session.localId;
  head.seq = session.seq;
  write(session, context, head);
}

/** OK to the SHUTDOWN in the window. */
export function acknowledge(session: RoapSession, context: Context): void {
  write(session, context, toWindow(code.ROAP_OK));
}

/** ERROR to the message in the window. */
export function refuse(
  session: RoapSession,
  refusal: { errorType: number; status: number; reason: string },
  context: Context,
): void {
  const head = toWindow(code.ROAP_ERROR);
  head.errorType = refusal.errorType;
  head.status = refusal.status;
  head.reason = refusal.reason;
  write(session, context, head);
}

/** Our id for a fork of the browser's OFFER: only its first OFFER forks. `undefined` = past the limit. */
function forkId(session: RoapSession, fork: number, context: Context): string | undefined {
  if (session.localForks.length === 0) return session.localId;
  if (fork >= forkLimit) return undefined;
  while (session.localForks.length <= fork) {
    const id = context.random.token();
    session.localForks = longer(session.localForks, id);
    addId(session, id);
  }
  return session.localForks[fork];
}

/** A message with nothing in it: every one has all members, so that the engine sees a single shape. */
function blank(type: number): Draft {
  return {
    type,
    offererSessionId: "",
    answererSessionId: "",
    seq: -1,
    tieBreaker: -1,
    moreComing: false,
    errorType: 0,
    status: 0,
    reason: "",
    from: "",
    to: "",
    sessionToken: "",
    responseToken: "",
    more: undefined,
  };
}

/** About the browser's newest OFFER. */
function toTheirs(session: RoapSession, type: number, answererSessionId: string): Draft {
  const head = blank(type);
  head.offererSessionId = session.remoteId;
  head.answererSessionId = answererSessionId;
  head.seq = session.seq;
  head.responseToken = session.offerToken;
  return head;
}

/** About the browser's early OFFER. */
function toEarly(session: RoapSession, type: number, context: Context): Draft {
  const head = blank(type);
  const { local, remote } = earlyIds(session, session.earlyFork, context);
  head.offererSessionId = remote;
  head.answererSessionId = local;
  head.seq = session.earlySeq;
  return head;
}

/** Both ends' ids in a fork of the session's first OFFER. */
function earlyIds(session: RoapSession, fork: number, context: Context): { local: string; remote: string } {
  if (session.offerer === "local") {
    return { local: session.localId, remote: session.remoteForks[fork] ?? session.remoteId };
  }
  return { local: forkId(session, fork, context) ?? session.localId, remote: session.remoteId };
}

/** About the message in the window. */
function toWindow(type: number): Draft {
  const head = blank(type);
  head.offererSessionId = roap.text(roap.offererSessionId);
  head.answererSessionId = roap.text(roap.answererSessionId);
  head.seq = roap.seq;
  head.responseToken = roap.text(roap.setResponseToken);
  return head;
}

function write(session: RoapSession, context: Context, head: Draft, body?: Body): boolean {
  head.sessionToken = session.sessionToken;
  const written = writeRoap(head, body);
  if (written === undefined) return false;
  context.outputs.push({
    type: "text",
    feed: session.feed,
    start: written.start,
    length: written.length,
    call: session.call,
  });
  return true;
}
