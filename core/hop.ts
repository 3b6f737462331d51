// Where a SIP message goes next: one address on one transport (RFC 3263 section 4's result, RFC 3261 section 18).

export type Transport = "udp" | "tcp" | "tls" | "ws" | "wss" | "loop";

/**
 * One place to send a SIP message to. `flow` names a connection that must be used when it is still open (a response goes back
 * on the connection of its request, RFC 3261 section 18.2.2); 0 leaves the choice to the transport. `loop` is this relay itself: the
 * message comes back as an input of its own. Over `ws` and `wss` there is the flow or nothing: nobody can connect to a browser.
 *
 * `shard` names a sibling: over `loop` the message becomes an input of that shard's, over any other transport it leaves from that shard's sockets, and `flow` is a
 * connection of its. Absent: this shard.
 */
export interface Hop {
  readonly transport: Transport;
  /** An IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly flow: number;
  readonly shard?: number;
  /**
   * Over TLS, the name that RFC 3263 began with: the peer's certificate has to be for this one, not for what SRV made of it (RFC 5922 section 4). Absent:
   * for the address.
   */
  readonly domain?: string;
}

/** Whether the transport delivers by itself, so that timers A, E and G rest (RFC 3261 section 17). */
export function isReliable(transport: Transport): boolean {
  return transport !== "udp";
}

/** Whether the transport is a WebSocket (RFC 7118): the peer can be reached by the flow that it has opened, and by nothing else. */
export function isWebSocket(transport: Transport): boolean {
  return transport === "ws" || transport === "wss";
}

/** Whether nobody on the way can read or change what goes over it: TLS, or our own memory. */
export function isProtected(transport: Transport): boolean {
  return transport === "tls" || transport === "wss" || transport === "loop";
}

/** One text per address, for tables and logs: `udp:127.0.0.1:5060`. */
export function hopKey(hop: Hop): string {
  return `${hop.transport}:${hop.host}:${hop.port}`;
}
