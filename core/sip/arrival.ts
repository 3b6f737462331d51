// Where a SIP message came from, as the transport says it.

import type { Transport } from "../hop.ts";

/** How a SIP message came. */
export interface Arrival {
  readonly transport: Transport;
  /** Source address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Connection id of a stream, 0 for udp and loop. */
  readonly flow: number;
  readonly localPort: number;
  /** A sibling: over `loop` the one that sent it, over any other transport the one that received it. Absent: this shard. */
  readonly shard?: number;
}
