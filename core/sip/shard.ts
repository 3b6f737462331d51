// Shards: relays of one domain, each with tables and SIP listeners of its own, that share the load. Every tag and branch of a shard's begins with its mark, so
// that who a message belongs to is seen by a look, wherever it arrives (RFC 3261 sections 8.1.1.7 and 19.3: the text is the maker's own).

import { sip } from "../../wasm/sip.ts";
import type { Random } from "../context.ts";
import type { Listener } from "./addresses.ts";

/** What a shard is told of itself and its siblings. */
export interface ShardsConfig {
  /** Its own number, from 0. */
  readonly own: number;
  /** The listeners of every shard by its number, as others reach them. */
  readonly listeners: readonly (readonly Listener[])[];
  /** Key of the nonces for digest: every shard takes what another has issued. */
  readonly nonceKey: string;
}

/** One letter or digit a shard. One case only: a peer may look upon tags as the same in either (RFC 3261 section 7.3.1). */
const MARKS = "0123456789abcdefghijklmnopqrstuv";
export const SHARD_LIMIT = MARKS.length;

/** Behind the magic cookie `z9hG4bK`. */
const BRANCH_MARK = 7;

const DIGIT_0 = 0x30;
const LETTER_A = 0x61;

/** @throws RangeError */
export function markOf(shard: number): string {
  const mark = MARKS[shard];
  if (mark === undefined) throw new RangeError(`There is no shard ${shard}`);
  return mark;
}

/** Tokens with the shard's mark in front. */
export function markedRandom(random: Random, shard: number): Random {
  const mark = markOf(shard);
  return { token: () => mark + random.token(), uint32: () => random.uint32() };
}

/**
 * The shard whose dialog or transaction the message in the window says it belongs to, -1 for none: a request by our tag in its To, a response by our branch. The
 * text may be anybody's: what the shard does not know it refuses as it would without siblings.
 */
export function ownerOfWindow(): number {
  return sip.isRequest ? shardOf(sip.byteAt(sip.toTag, 0)) : shardOf(sip.byteAt(sip.branch, BRANCH_MARK));
}

function shardOf(mark: number): number {
  if (mark >= DIGIT_0 && mark < DIGIT_0 + 10) return mark - DIGIT_0;
  return mark >= LETTER_A && mark < LETTER_A + SHARD_LIMIT - 10 ? mark - LETTER_A + 10 : -1;
}
