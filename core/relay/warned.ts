// Refusals with a reason in words.

import type { Response } from "../sip/transaction/response.ts";

/** A refusal that says why (RFC 3261 section 20.43). */
export function warned(status: number, reason: string, lines: readonly string[] = []): Response {
  return { status, lines: [...lines, `Warning: 399 ropeway "${reason.replace(/["\\]/g, "'")}"`] };
}
