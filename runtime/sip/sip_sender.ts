// What the loop needs of the SIP transports.

import type { Hop } from "../../core/hop.ts";

/** Sends SIP messages off this machine. Failures come back as inputs. */
export interface SipSender {
  /** `bytes` are valid until `flush` returns. */
  send(message: { readonly hop: Hop; readonly bytes: Uint8Array; readonly transaction: string }): void;
  /** Hands everything to the operating system, or copies it. */
  flush(): void;
}
