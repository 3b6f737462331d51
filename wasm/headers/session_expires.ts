// Session-Expires and Min-SE (RFC 4028 4, 5).

import type { Span } from "../memory.ts";
import type { Cursor, Malformed, Params } from "./cursor.ts";

export interface SessionExpires {
  readonly seconds: number;
  /** "" = not said. */
  readonly refresher: "uac" | "uas" | "";
  readonly params: Params;
}

/** `header`: which of the two. */
export function readSessionExpires(cursor: Cursor, header: number, value: Span): SessionExpires | Malformed {
  cursor.open(value);
  const seconds = cursor.number();
  const found = seconds < 0 ? undefined : cursor.params();
  const refresher = found?.get("refresher")?.toLowerCase() ?? "";
  if (found === undefined || (refresher !== "uac" && refresher !== "uas" && refresher !== "")) {
    return cursor.malformed(header);
  }
  return { seconds, refresher, params: found };
}
