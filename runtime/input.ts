// What the outside tells core: every kind of input, and the part of core's relay that takes them.

import type { Millis } from "../core/context.ts";
import type { Hop } from "../core/hop.ts";
import type { Output, Resolved } from "../core/output.ts";
import type { PeerMessage } from "../core/peer_message.ts";
import type { Arrival } from "../core/sip/arrival.ts";

/** The WebSocket subprotocols of browsers that speak ROAP, RFC 6455 section 1.9. */
export type Dialect = "roap" | "roap.ims";

export interface Login {
  readonly user: string;
  readonly dialect: Dialect;
  /** The browser came over TLS; absent: it did not. */
  readonly secure?: boolean;
}

export type Input =
  /** A datagram that lies in a slot of the codec's memory. The object may be used again once `deliver` returns. */
  | { readonly type: "datagram"; readonly arrival: Arrival; readonly slot: number; readonly length: number }
  /** `bytes` need to live until `deliver` returns, no longer. */
  | {
    readonly type: "sip";
    readonly arrival: Arrival;
    readonly bytes: Uint8Array;
    /** It came before, and siblings have been heard since. */
    readonly settled?: boolean;
  }
  /** A SIP message of a WebSocket's: the `length` bytes in the codec's window. */
  | { readonly type: "message"; readonly arrival: Arrival; readonly length: number }
  /** A browser's text, UTF-8: `bytes`, or without them the `length` bytes in the codec's window; -1 = it was too long. */
  | {
    readonly type: "roap";
    readonly feed: number;
    readonly length: number;
    readonly bytes?: Uint8Array;
    readonly settled?: boolean;
  }
  /** `answered` is told "" or why the login was refused. */
  | {
    readonly type: "open";
    readonly feed: number;
    readonly login: Login;
    readonly answered: (refusal: string) => void;
  }
  | { readonly type: "closed"; readonly feed: number }
  | { readonly type: "flowClosed"; readonly flow: number }
  | { readonly type: "webSocketClosed"; readonly flow: number }
  /** `isSure`: nobody was silent or failed; no hops mean that there are none. */
  | {
    readonly type: "resolved";
    readonly query: number;
    readonly hops: readonly Hop[];
    readonly isSure: boolean;
  }
  | { readonly type: "transportFailed"; readonly transaction: string }
  /** A message that belongs to a sibling shard and could not be handed to it. */
  | { readonly type: "unforwarded"; readonly arrival: Arrival; readonly bytes: Uint8Array }
  | { readonly type: "peerUp"; readonly shard: number }
  | { readonly type: "peerGone"; readonly shard: number }
  | { readonly type: "peer"; readonly shard: number; readonly message: PeerMessage }
  | { readonly type: "tick" }
  | { readonly type: "drain" }
  | { readonly type: "endCalls" };

/** Where sockets put what they receive. Never throws. */
export interface Inputs {
  deliver(input: Input): void;
  /** For inputs that came at once: `deliverAll` delivers them, and what goes out for all of them leaves together. */
  together(deliverAll: () => void): void;
}

/** Core's relay, as far as the loop drives it. */
export interface RelayInputs {
  readonly outputs: Output[];
  roap(feed: number, length: number, now: Millis, settled?: boolean): void;
  sip(arrival: Arrival, length: number, now: Millis, settled?: boolean): void;
  open(feed: number, login: Login, now: Millis): string;
  closed(feed: number, now: Millis): void;
  flowClosed(flow: number, now: Millis): void;
  webSocketClosed(flow: number, now: Millis): void;
  tick(now: Millis): void;
  readonly nextTimer: Millis | undefined;
  resolved(query: number, found: Resolved, now: Millis): void;
  transportFailed(transaction: string, now: Millis): void;
  unforwarded(arrival: Arrival, length: number, now: Millis): void;
  peerUp(shard: number): void;
  peerGone(shard: number, now: Millis): void;
  peer(shard: number, message: PeerMessage, now: Millis): void;
  toTell(): Iterator<PeerMessage>;
  drain(): void;
  endCalls(now: Millis): void;
  readonly calls: number;
  readonly registrations: number;
  readonly lastCall: number;
  usersOf(call: number): readonly string[];
}
