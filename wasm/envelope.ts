// The relay's envelope, which its readers fill, and the mapping of statuses that the relay itself makes.

import { codec } from "./codec.ts";
import type { Envelope } from "./envelope_view.ts";

export type { Envelope };
export const envelope: Envelope = codec.envelope;

/** ERROR_TYPE_* that a SIP status comes to in ROAP. */
export function errorTypeOf(status: number): number {
  return codec.errorTypeOf(status);
}

/** SIP status that an ERROR_TYPE_* comes to. */
export function statusOf(errorType: number): number {
  return codec.statusOf(errorType);
}
