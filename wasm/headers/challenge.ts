// Challenges, credentials and Authentication-Info (RFC 3261 25.1, RFC 7616, RFC 3310): a scheme and comma-joined auth-params.

import { HEADER_AUTHENTICATION_INFO } from "../assembly/codes.ts";
import { type Span, spanText } from "../codec.ts";
import { takeAuthParam, takenSecond } from "../codec.wasm";
import { unquoted } from "../param.ts";
import { character, done, type Malformed, malformed, open, type Params, token } from "./cursor.ts";

export interface Challenge {
  /** In lower case; "" in Authentication-Info. */
  readonly scheme: string;
  readonly params: Params;
}

export function readChallenge(header: number, value: Span): Challenge | Malformed {
  open(value);
  const scheme = header === HEADER_AUTHENTICATION_INFO ? "" : token().toLowerCase();
  if (scheme === "" && header !== HEADER_AUTHENTICATION_INFO) return malformed(header);
  const params = new Map<string, string>();
  do {
    const name = takeAuthParam();
    const found = takenSecond();
    if (name === 0 || name === 1 || found === 0) return malformed(header);
    const key = spanText(name).toLowerCase();
    if (params.has(key)) return malformed(header);
    params.set(key, unquoted(spanText(found)));
  } while (character(","));
  return done() ? { scheme, params } : malformed(header);
}
