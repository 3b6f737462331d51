// Shards: relays of one domain, each with tables and SIP listeners of its own, that share the load. Every tag and branch of a shard's begins with its mark, so
// that who a message belongs to is seen by a look, wherever it arrives (RFC 3261 sections 8.1.1.7 and 19.3: the text is the maker's own).

import { sip } from "../../wasm/sip.ts";
import type { Listener } from "./addresses.ts";
import { shardOf } from "./shard_marks.ts";

/** What a shard is told of itself and its siblings. */
export interface ShardsConfig {
  /** Its own number, from 0. */
  readonly own: number;
  /** The listeners of every shard by its number, as others reach them. */
  readonly listeners: readonly (readonly Listener[])[];
  /** Key of the nonces for digest: every shard takes what another has issued. */
  readonly nonceKey: string;
}

/** Behind the magic cookie `z9hG4bK`. */
const BRANCH_MARK = 7;

/**
 * The shard whose dialog or transaction the message in the window says it belongs to, -1 for none: a request by our tag in its To, a response by our branch. The
 * text may be anybody's: what the shard does not know it refuses as it would without siblings.
 */
export function ownerOfWindow(): number {
  return sip.isRequest ? shardOf(sip.byteAt(sip.toTag, 0)) : shardOf(sip.byteAt(sip.branch, BRANCH_MARK));
}
