// Messages to a browser that are no part of an offer's exchange: MESSAGE, INFO, REFER, NOTIFY, and the answers to such requests of the browser's.

import { ROAP_ERROR, ROAP_OK } from "../../wasm/assembly/codes.ts";
import type { Body } from "../../wasm/codec.ts";
import { errorTypeOf } from "../../wasm/envelope.ts";
import { roap } from "../../wasm/roap.ts";
import { writeRoap } from "../../wasm/roap_writer.ts";
import type { Context } from "../context.ts";
import { makeRoom } from "../room.ts";
import type { RoapSession } from "./record.ts";

/** Every text: "" = absent. */
export interface OwnMessage {
  /** ROAP_*. */
  readonly type: number;
  readonly transactionId: string;
  readonly offererSessionId?: string;
  readonly answererSessionId?: string;
  readonly sessionToken?: string;
  readonly responseToken?: string;
  readonly from?: string;
  readonly to?: string;
  readonly contentType?: string;
  readonly infoType?: string;
  readonly signal?: string;
  /** Milliseconds, -1 = absent. */
  readonly duration?: number;
  readonly referToken?: string;
  readonly moreComing?: boolean;
  /** SIP status, 0 = absent. */
  readonly status?: number;
  readonly reason?: string;
  /** For the ladder. */
  readonly call?: number;
}

/** False: the body is not UTF-8, and nothing was written. */
export function writeOwn(
  feed: number,
  message: OwnMessage,
  { context, body }: { context: Context; body?: Body },
): boolean {
  makeRoom(context.outputs);
  const { type, status = 0 } = message;
  const written = writeRoap({
    type,
    offererSessionId: message.offererSessionId ?? "",
    answererSessionId: message.answererSessionId ?? "",
    seq: -1,
    tieBreaker: -1,
    moreComing: message.moreComing ?? false,
    errorType: type === ROAP_ERROR ? errorTypeOf(status) : 0,
    status,
    reason: message.reason ?? "",
    from: message.from ?? "",
    to: message.to ?? "",
    sessionToken: message.sessionToken ?? "",
    responseToken: message.responseToken ?? "",
    more: {
      transactionId: message.transactionId,
      contentType: message.contentType ?? "",
      referToken: message.referToken ?? "",
      infoType: message.infoType ?? "",
      signal: message.signal ?? "",
      duration: message.duration ?? -1,
    },
  }, body);
  if (written === undefined) return false;
  context.outputs.push({
    type: "text",
    feed,
    start: written.start,
    length: written.length,
    call: message.call ?? 0,
  });
  return true;
}

/** The OK to the request in the window, which an ERROR is made of too: with its ids. */
export function answerToWindow(session: RoapSession | undefined): OwnMessage {
  return {
    type: ROAP_OK,
    transactionId: roap.text(roap.transactionId),
    offererSessionId: roap.text(roap.offererSessionId),
    answererSessionId: roap.text(roap.answererSessionId),
    responseToken: roap.text(roap.setResponseToken),
    sessionToken: session?.sessionToken ?? "",
    call: session?.call ?? 0,
  };
}

/** What names a session in a message to its browser: only an OFFER swaps the ids, so they stand as in the newest one. */
export function sessionIds(session: RoapSession): Omit<OwnMessage, "type" | "transactionId"> {
  const ours = session.offerer === "local";
  return {
    offererSessionId: ours ? session.localId : session.remoteId,
    answererSessionId: ours ? session.remoteId : session.localId,
    sessionToken: session.sessionToken,
    call: session.call,
  };
}
