// Any value with parameters (RFC 3261 25.1 generic-param): Supported, Accept, Privacy, P-Access-Network-Info, User-to-User and their like.

import type { Span } from "../memory.ts";
import type { Cursor, Malformed, Params } from "./cursor.ts";

export interface Value {
  /** What stands before the first parameter, as it is written. */
  readonly head: string;
  readonly params: Params;
}

export function readValue(cursor: Cursor, header: number, value: Span): Value | Malformed {
  cursor.open(value);
  const before = cursor.head();
  const found = before === "" ? undefined : cursor.params();
  return found === undefined ? cursor.malformed(header) : { head: before, params: found };
}
