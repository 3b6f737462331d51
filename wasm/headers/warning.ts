// One value of Warning (RFC 3261 20.43).

import { HEADER_WARNING } from "../assembly/codes.ts";
import type { Span } from "../memory.ts";
import type { Cursor, Malformed } from "./cursor.ts";

export interface Warning {
  /** Three digits. */
  readonly code: number;
  /** Host with its port, or a pseudonym. */
  readonly agent: string;
  readonly text: string;
}

export function readWarning(cursor: Cursor, value: Span): Warning | Malformed {
  cursor.open(value);
  const code = cursor.number(999);
  const agent = code < 100 ? "" : cursor.host();
  const text = agent === "" ? undefined : cursor.quoted();
  return text === undefined || !cursor.done() ? cursor.malformed(HEADER_WARNING) : { code, agent, text };
}
