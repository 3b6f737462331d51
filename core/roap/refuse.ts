// ERROR for a message that belongs to no session, or that could not be read.

import { ROAP_ERROR } from "../../wasm/assembly/codes.ts";
import { type RoapMore, writeRoap } from "../../wasm/roap_writer.ts";
import type { Context } from "../context.ts";

/** What is known of the refused message: ids "" and seq -1 where it had none. */
export interface Refusal {
  readonly feed: number;
  readonly errorType: number;
  /** SIP status. */
  readonly status: number;
  readonly reason: string;
  readonly offererSessionId: string;
  readonly answererSessionId: string;
  readonly seq: number;
  /** "" = it had none. */
  readonly transactionId: string;
  readonly call: number;
}

const NOTHING: RoapMore = {
  transactionId: "",
  contentType: "",
  referToken: "",
  infoType: "",
  signal: "",
  duration: -1,
};

export function refuseRoap(refusal: Refusal, context: Context): void {
  const written = writeRoap({
    type: ROAP_ERROR,
    offererSessionId: refusal.offererSessionId,
    answererSessionId: refusal.answererSessionId,
    seq: refusal.seq,
    tieBreaker: -1,
    moreComing: false,
    errorType: refusal.errorType,
    status: refusal.status,
    reason: refusal.reason,
    from: "",
    to: "",
    sessionToken: "",
    responseToken: "",
    more: refusal.transactionId === "" ? undefined : { ...NOTHING, transactionId: refusal.transactionId },
  }, undefined);
  if (written === undefined) throw new Error("An ERROR without body could not be written");
  context.outputs.push({
    type: "text",
    feed: refusal.feed,
    start: written.start,
    length: written.length,
    call: refusal.call,
  });
}
