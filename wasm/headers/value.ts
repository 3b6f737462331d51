// Any value with parameters (RFC 3261 25.1 generic-param): Supported, Accept, Privacy, P-Access-Network-Info, User-to-User and their like.

import type { Span } from "../codec.ts";
import { head, type Malformed, malformed, open, type Params, params } from "./cursor.ts";

export interface Value {
  /** What stands before the first parameter, as it is written. */
  readonly head: string;
  readonly params: Params;
}

export function readValue(header: number, value: Span): Value | Malformed {
  open(value);
  const before = head();
  const found = before === "" ? undefined : params();
  return found === undefined ? malformed(header) : { head: before, params: found };
}
