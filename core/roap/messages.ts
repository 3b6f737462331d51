// The messages that a session writes to its browser. ANSWER, OK and ERROR keep the ids and the seq of what they speak about.

import * as code from "../../wasm/assembly/codes.ts";
import type { Body } from "../../wasm/codec.ts";
import { errorTypeOf } from "../../wasm/envelope.ts";
import { roap } from "../../wasm/roap.ts";
import { type RoapHead, writeRoap } from "../../wasm/roap_writer.ts";
import type { Context } from "../context.ts";
import { longer } from "../short_list.ts";
import { addId, forkLimit, lastOfferSeq, type RoapSession } from "./record.ts";

/** A message in the making. */
type Draft = { -readonly [Member in keyof RoapHead]: RoapHead[Member] };

/** Our next OFFER. False, and nothing done, when the body cannot be carried or no seq is left. */
export function writeOffer(session: RoapSession, body: Body, context: Context): boolean {
  if (isEmpty(body) || session.seq >= lastOfferSeq) return false;
  const seq = session.seq + 1;
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
  session.seq += 1;
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
