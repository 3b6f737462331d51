// Session-Expires and Min-SE (RFC 4028 4, 5).

import type { Span } from "../codec.ts";
import { type Malformed, malformed, number, open, type Params, params } from "./cursor.ts";

export interface SessionExpires {
  readonly seconds: number;
  /** "" = not said. */
  readonly refresher: "uac" | "uas" | "";
  readonly params: Params;
}

/** `header`: which of the two. */
export function readSessionExpires(header: number, value: Span): SessionExpires | Malformed {
  open(value);
  const seconds = number();
  const found = seconds < 0 ? undefined : params();
  const refresher = found?.get("refresher")?.toLowerCase() ?? "";
  if (found === undefined || (refresher !== "uac" && refresher !== "uas" && refresher !== "")) {
    return malformed(header);
  }
  return { seconds, refresher, params: found };
}
