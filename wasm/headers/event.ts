// Event (RFC 6665 8.2.1).

import { HEADER_EVENT } from "../assembly/codes.ts";
import type { Span } from "../memory.ts";
import type { Cursor, Malformed, Params } from "./cursor.ts";

export interface Event {
  /** Package with its templates: "presence.winfo". Compared as it is written. */
  readonly package: string;
  /** "" = none. */
  readonly id: string;
  readonly params: Params;
}

export function readEvent(cursor: Cursor, value: Span): Event | Malformed {
  cursor.open(value);
  const name = cursor.token();
  const found = name === "" ? undefined : cursor.params();
  return found === undefined
    ? cursor.malformed(HEADER_EVENT)
    : { package: name, id: found.get("id") ?? "", params: found };
}
