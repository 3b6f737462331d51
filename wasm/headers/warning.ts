// One value of Warning (RFC 3261 20.43).

import { HEADER_WARNING } from "../assembly/codes.ts";
import type { Span } from "../codec.ts";
import { done, host, type Malformed, malformed, number, open, quoted } from "./cursor.ts";

export interface Warning {
  /** Three digits. */
  readonly code: number;
  /** Host with its port, or a pseudonym. */
  readonly agent: string;
  readonly text: string;
}

export function readWarning(value: Span): Warning | Malformed {
  open(value);
  const code = number(999);
  const agent = code < 100 ? "" : host();
  const text = agent === "" ? undefined : quoted();
  return text === undefined || !done() ? malformed(HEADER_WARNING) : { code, agent, text };
}
