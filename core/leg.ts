// The vocabulary that both kinds of leg share. A leg turns its dialect into signals and performs signals in its dialect;
// the call passes them across.

import type { Body } from "../wasm/codec.ts";

/**
 * offer: a session description that wants an answer (the first opens the session). ringing: a provisional answer
 * without body. progress: one with body. taken: a provisional answer has arrived where it was wanted (PRACK, PRANSWER); settled: and
 * whoever gave it knows (the 200 to the PRACK). change: another offer before the final answer to the first (UPDATE in an early dialog); changed, unchanged: its
 * answer, or that it was refused. answer: the final positive answer. confirm: ACK, OK. reject: the final
 * negative answer to the pending offer. end: the whole session is over (CANCEL, BYE, SHUTDOWN).
 */
export type Signal =
  | "offer"
  | "ringing"
  | "progress"
  | "taken"
  | "settled"
  | ChangeSignal
  | "answer"
  | "confirm"
  | "reject"
  | "end";

/** Of an offer before the final answer to the first. */
export type ChangeSignal = "change" | "changed" | "unchanged";

export function isChange(signal: Signal): signal is ChangeSignal {
  return signal === "change" || signal === "changed" || signal === "unchanged";
}

/** What is to be said to a reliable provisional answer (RFC 3262 section 5). */
export type Owed = "acknowledgement" | "answer";

/** A signal with its content. A body that is a span lies in the codec's window: it is there for this input only. */
export interface Report {
  readonly signal: Signal;
  /** Which early dialog of a forked request this speaks for: 0 for the first one seen. */
  readonly fork: number;
  /** SIP status of a ringing, progress, answer or reject; for an end, the status that best says why (0 = ordinary). */
  readonly status: number;
  /** What to tell a person. "" = the status says it all. */
  readonly reason: string;
  readonly body: Body;
  readonly contentType: string;
  /** Of a provisional answer that came reliably: it is to be told `taken`, with an answer if it made an offer. */
  readonly owed?: Owed;
}
