// Event (RFC 6665 8.2.1).

import { HEADER_EVENT } from "../assembly/codes.ts";
import type { Span } from "../codec.ts";
import { type Malformed, malformed, open, type Params, params, token } from "./cursor.ts";

export interface Event {
  /** Package with its templates: "presence.winfo". Compared as it is written. */
  readonly package: string;
  /** "" = none. */
  readonly id: string;
  readonly params: Params;
}

export function readEvent(value: Span): Event | Malformed {
  open(value);
  const name = token();
  const found = name === "" ? undefined : params();
  return found === undefined
    ? malformed(HEADER_EVENT)
    : { package: name, id: found.get("id") ?? "", params: found };
}
