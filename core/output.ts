// What core asks the runtime to do, as plain data: a closed union, drained once an input is done.

import type { Millis } from "./context.ts";
import type { Hop, Transport } from "./hop.ts";
import type { PeerMessage } from "./peer_message.ts";

/** A name that has to be resolved before something can be sent (RFC 3263 section 4.1). */
export interface ResolveTarget {
  readonly host: string;
  /** 0 = not given in the URI. */
  readonly port: number;
  /** Given in the URI, else undefined: NAPTR decides. */
  readonly transport: Transport | undefined;
  /** A sips URI: only what TLS protects will do (RFC 3261 section 26.2.2). */
  readonly secure: boolean;
}

/** What came of it. */
export interface Resolved {
  /** To be tried in this order. */
  readonly hops: readonly Hop[];
  /** Every question on the way had its answer: no hops means that there are none. */
  readonly isSure: boolean;
}

export type Output =
  /** One SIP message. `bytes` may lie in codec memory: valid until the arena is emptied, which is after the output was sent. `transaction` is told of a transport's failure ("" = nobody). */
  | {
    readonly type: "sip";
    readonly hop: Hop;
    readonly bytes: Uint8Array;
    readonly transaction: string;
    readonly call: number;
  }
  /** One WebSocket text message for a feed, UTF-8: `bytes`, or what stands at [start, start + length) of codec memory. */
  | {
    readonly type: "text";
    readonly feed: number;
    readonly start: number;
    readonly length: number;
    readonly bytes?: Uint8Array;
    readonly call: number;
  }
  /** Ends a feed's WebSocket. */
  | { readonly type: "close"; readonly feed: number; readonly code: number; readonly reason: string }
  /** Asks for the hops of a name; the answer comes back as an input with the same `query`. */
  | { readonly type: "resolve"; readonly query: number; readonly target: ResolveTarget }
  /** An address did not answer, or wants to be left alone: for so long it is not to be tried before others. */
  | { readonly type: "dead"; readonly hop: Hop; readonly duration: Millis }
  /** A message that belongs to a sibling, and where it came from. `bytes` lie in the codec's window. */
  | { readonly type: "forward"; readonly shard: number; readonly source: Hop; readonly bytes: Uint8Array }
  /**
   * The input could not be worked on yet: it comes again, `settled`, once every sibling has told what it knew when it came. A SIP message lies in the codec's window;
   * a feed's text has been read in place and is the runtime's to keep.
   */
  | { readonly type: "again"; readonly from: Hop; readonly bytes: Uint8Array }
  | { readonly type: "textAgain"; readonly feed: number }
  /** To every sibling. */
  | { readonly type: "announce"; readonly message: PeerMessage }
  /** Something an operator wants to read. No SIP address and no SDP in it. */
  | {
    readonly type: "note";
    readonly level: "debug" | "info" | "warn";
    readonly text: string;
    readonly call: number;
  };
