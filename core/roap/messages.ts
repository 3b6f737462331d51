// The messages that a session writes to its browser. ANSWER, OK and ERROR keep the ids and the seq of what they speak about.

import * as code from "../../wasm/assembly/codes.ts";
import type { Body } from "../../wasm/codec.ts";
import { errorTypeOf } from "../../wasm/envelope.ts";
import { roap } from "../../wasm/roap.ts";
import { type RoapHead, writeRoap } from "../../wasm/roap_writer.ts";
import type { Context } from "../context.ts";
import { addId, forkLimit, lastOfferSeq, type RoapSession } from "./record.ts";

/** Our next OFFER. False, and nothing done, when the body cannot be carried or no seq is left. */
export function writeOffer(session: RoapSession, body: Body, context: Context): boolean {
  if (isEmpty(body) || session.seq >= lastOfferSeq) return false;
  const seq = session.seq + 1;
  const tieBreaker = 1 + context.random.uint32() % 0xfffffffe;
  const written = write(session, context, {
    type: code.ROAP_OFFER,
    offererSessionId: session.localId,
    answererSessionId: session.remoteId,
    seq,
    tieBreaker,
    from: session.from,
  }, body);
  if (!written) return false;
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
  write(session, context, {
    type: signal.status === 100 ? code.ROAP_WAITING : code.ROAP_RINGING,
    offererSessionId: session.remoteId,
    answererSessionId,
    seq: session.seq,
    responseToken: session.offerToken,
  });
}

/** A provisional ANSWER. A fork past the limit is not heard of: false only when the body cannot be carried. */
export function writeProgress(
  session: RoapSession,
  signal: { fork: number; body: Body },
  context: Context,
): boolean {
  const answererSessionId = forkId(session, signal.fork, context);
  if (answererSessionId === undefined) return true;
  return write(session, context, {
    type: code.ROAP_ANSWER,
    offererSessionId: session.remoteId,
    answererSessionId,
    seq: session.seq,
    moreComing: true,
    responseToken: session.offerToken,
  }, signal.body);
}

/** The final ANSWER: the id of the fork that gives it is ours from now on. */
export function writeAnswer(
  session: RoapSession,
  signal: { fork: number; body: Body },
  context: Context,
): boolean {
  if (isEmpty(signal.body)) return false;
  const answererSessionId = forkId(session, signal.fork, context) ?? context.random.token();
  const written = write(session, context, {
    type: code.ROAP_ANSWER,
    offererSessionId: session.remoteId,
    answererSessionId,
    seq: session.seq,
    responseToken: session.offerToken,
  }, signal.body);
  if (!written) return false;
  session.localId = answererSessionId;
  session.localForks = [];
  addId(session, answererSessionId);
  return true;
}

/** OK to the browser's final ANSWER. */
export function writeOk(session: RoapSession, context: Context): void {
  write(session, context, {
    type: code.ROAP_OK,
    offererSessionId: session.localId,
    answererSessionId: session.remoteId,
    seq: session.seq,
    responseToken: session.answerToken,
  });
}

/** ERROR to the browser's pending OFFER. What is no failure's status counts as 500. */
export function writeError(
  session: RoapSession,
  refusal: { status: number; reason: string },
  context: Context,
): void {
  const status = refusal.status >= 300 ? refusal.status : 500;
  write(session, context, {
    type: code.ROAP_ERROR,
    offererSessionId: session.remoteId,
    answererSessionId: session.localId,
    seq: session.seq,
    errorType: errorTypeOf(status),
    status,
    reason: refusal.reason,
    responseToken: session.offerToken,
  });
}

/** SHUTDOWN: only an OFFER swaps the ids, so they stand as in the newest one. */
export function writeShutdown(session: RoapSession, context: Context): void {
  session.seq += 1;
  const ours = session.offerer === "local";
  write(session, context, {
    type: code.ROAP_SHUTDOWN,
    offererSessionId: ours ? session.localId : session.remoteId,
    answererSessionId: ours ? session.remoteId : session.localId,
    seq: session.seq,
  });
}

/** OK to the SHUTDOWN in the window. */
export function acknowledge(session: RoapSession, context: Context): void {
  write(session, context, { type: code.ROAP_OK, ...windowIds() });
}

/** ERROR to the message in the window. */
export function refuse(
  session: RoapSession,
  refusal: { errorType: number; status: number; reason: string },
  context: Context,
): void {
  write(session, context, { type: code.ROAP_ERROR, ...windowIds(), ...refusal });
}

function windowIds(): Pick<RoapHead, "offererSessionId" | "answererSessionId" | "seq" | "responseToken"> {
  return {
    offererSessionId: roap.text(roap.offererSessionId),
    answererSessionId: roap.text(roap.answererSessionId),
    seq: roap.seq,
    responseToken: roap.text(roap.setResponseToken),
  };
}

/** Our id for a fork of the browser's OFFER: only its first OFFER forks. `undefined` = past the limit. */
function forkId(session: RoapSession, fork: number, context: Context): string | undefined {
  if (session.localForks.length === 0) return session.localId;
  if (fork >= forkLimit) return undefined;
  while (session.localForks.length <= fork) {
    const id = context.random.token();
    session.localForks = [...session.localForks, id];
    addId(session, id);
  }
  return session.localForks[fork];
}

function write(
  session: RoapSession,
  context: Context,
  head: Partial<RoapHead> & Pick<RoapHead, "type">,
  body?: Body,
): boolean {
  const written = writeRoap({
    type: head.type,
    offererSessionId: head.offererSessionId ?? "",
    answererSessionId: head.answererSessionId ?? "",
    seq: head.seq ?? -1,
    tieBreaker: head.tieBreaker ?? -1,
    moreComing: head.moreComing ?? false,
    errorType: head.errorType ?? 0,
    status: head.status ?? 0,
    reason: head.reason ?? "",
    from: head.from ?? "",
    to: "",
    sessionToken: session.sessionToken,
    responseToken: head.responseToken ?? "",
  }, body);
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
