// Writes the message in the relay's window out again.

import { codec } from "./codec.ts";
import type { Written } from "./memory.ts";

/** As SipWriter says. */
export function copyMessage(): Written {
  return codec.copyMessage();
}
