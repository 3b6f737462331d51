// A response as its maker says it; the server transaction adds what the request decides (RFC 3261 section 8.2.6).

import { type Body, outputBytes } from "../../../wasm/codec.ts";
import { writeResponse } from "../../../wasm/sip_writer.ts";

const NO_LINES: readonly string[] = [];

export interface Response {
  readonly status: number;
  /** Absent: the RFC's phrase for the status. */
  readonly reason?: string;
  /** Added to To when the request had none (status > 100). Absent: the transaction makes one, and keeps to it. */
  readonly toTag?: string;
  /** Whole Contact value. */
  readonly contact?: string;
  /** Further whole header lines. */
  readonly lines?: readonly string[];
  readonly body?: Body;
  readonly contentType?: string;
  /**
   * The request may be worked on once only (its digest answer is used up, it has changed something): a repeat gets this same response. Absent: a
   * repeat may be worked on like the first.
   */
  readonly once?: true;
}

/** The To value of a response (RFC 3261 section 8.2.6.2): with a tag, unless the status is 100. */
export function taggedTo(
  to: string,
  { toHasTag, status, tag }: { toHasTag: boolean; status: number; tag: string },
): string {
  return toHasTag || status === 100 ? to : `${to};tag=${tag}`;
}

/**
 * The To tag of a response for which no state is kept, from the sum of its request's key: the same for each repeat of a request (RFC 3261
 * section 8.2.7).
 */
export function statelessTag(sum: number): string {
  // in two parts that the engine holds as small integers: the whole would cost as much as reading the message
  return Math.floor(sum / 2 ** 26).toString(36) + (sum % 2 ** 26).toString(36);
}

/** Writes a response with `kept` of its request; bytes that are the outputs' own. */
export function responseBytes(response: Response, { kept, to }: { kept: string; to: string }): Uint8Array {
  const { status, reason = "", contact = "", contentType = "", lines = NO_LINES, body } = response;
  const { start, length } = writeResponse({ status, reason, kept, to, contact, contentType, lines }, body);
  return outputBytes(start, length);
}
