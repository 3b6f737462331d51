// What shards tell each other of their users: plain data. Times are on the clock that all shards share.

import type { Millis } from "./context.ts";
import type { Transport } from "./hop.ts";

/** A registered contact, with the shard that received its REGISTER and so reaches it. */
export interface SharedContact {
  /** Contact addr-spec. */
  readonly uri: string;
  readonly transport: Exclude<Transport, "loop">;
  readonly host: string;
  readonly port: number;
  /** Connection at that shard, 0 for datagrams. */
  readonly flow: number;
  readonly shard: number;
  readonly expires: Millis;
  readonly q: number;
  readonly callId: string;
  readonly cseq: number;
  readonly since: Millis;
  /** RFC 5626 section 4.2; "" and 0 = not said. */
  readonly instance: string;
  readonly regId: number;
}

export type PeerMessage =
  /** So many browsers are logged in as the user at the shard that says so. */
  | { readonly type: "feeds"; readonly user: string; readonly count: number }
  /** Contacts that are new or have changed, and the keys of those that are gone. */
  | {
    readonly type: "contacts";
    readonly user: string;
    readonly put: readonly SharedContact[];
    readonly gone: readonly string[];
  }
  /** Contacts as the shard knows them, for one that has just come: what that knows itself is newer. */
  | { readonly type: "known"; readonly user: string; readonly contacts: readonly SharedContact[] }
  /** A WebSocket of SIP's at the shard that says so is gone, and with it what goes on over it. */
  | { readonly type: "flowGone"; readonly flow: number }
  /** A count of a nonce was used (RFC 7616 section 3.4). */
  | { readonly type: "nonce"; readonly nonce: string; readonly algorithm: string; readonly count: number };
