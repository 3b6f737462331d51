// Challenges, credentials and Authentication-Info (RFC 3261 25.1, RFC 7616, RFC 3310): a scheme and comma-joined auth-params.

import { HEADER_AUTHENTICATION_INFO } from "../assembly/codes.ts";
import type { Span } from "../memory.ts";
import type { Cursor, Malformed, Params } from "./cursor.ts";

export interface Challenge {
  /** In lower case; "" in Authentication-Info. */
  readonly scheme: string;
  readonly params: Params;
}

export function readChallenge(cursor: Cursor, header: number, value: Span): Challenge | Malformed {
  cursor.open(value);
  const hasScheme = header !== HEADER_AUTHENTICATION_INFO;
  const scheme = hasScheme ? cursor.token().toLowerCase() : "";
  if (hasScheme && scheme === "") return cursor.malformed(header);
  const params = new Map<string, string>();
  do {
    const param = cursor.authParam();
    if (param === undefined || params.has(param.name)) return cursor.malformed(header);
    params.set(param.name, param.value);
  } while (cursor.character(","));
  return cursor.done() ? { scheme, params } : cursor.malformed(header);
}
