// Why a token lets nobody in, and the HTTP answer that says so (RFC 6750 section 3).

import type { Refusal } from "../http/refusal.ts";

/** What it is counted as. */
export type FaultKind =
  | "missing"
  | "malformed"
  | "algorithm"
  | "signature"
  | "key"
  | "expired"
  | "early"
  | "claims"
  | "user"
  | "revoked"
  | "unavailable";

export interface TokenFault {
  readonly kind: FaultKind;
  /** ASCII without quotes and backslashes, and nothing of the token in it. */
  readonly reason: string;
}

/** What a challenge says besides its error. */
const SCHEME = 'Bearer realm="ropeway"';

/** The answer. Without a token there is no error, only the way to log in (section 3.1). */
export function refusalOf({ kind, reason }: TokenFault): Refusal {
  if (kind === "unavailable") return { status: 503, reason, headers: { "retry-after": "5" } };
  return { status: 401, reason, headers: { "www-authenticate": challenge({ kind, reason }) } };
}

/** More than one token, or what cannot be together. */
export function invalidRequest(reason: string): Refusal {
  const header = `${SCHEME}, error="invalid_request", error_description="${reason}"`;
  return { status: 400, reason, headers: { "www-authenticate": header } };
}

function challenge({ kind, reason }: TokenFault): string {
  if (kind === "missing") return SCHEME;
  return `${SCHEME}, error="invalid_token", error_description="${reason}"`;
}
