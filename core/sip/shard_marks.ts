// The marks of shards, with which their tags and branches begin.

import type { Random } from "../context.ts";

/** One letter or digit a shard. One case only: a peer may look upon tags as the same in either (RFC 3261 section 7.3.1). */
const MARKS = "0123456789abcdefghijklmnopqrstuv";
export const SHARD_LIMIT = MARKS.length;

const DIGIT_0 = 0x30;
const LETTER_A = 0x61;

/** @throws RangeError */
export function markOf(shard: number): string {
  const mark = MARKS[shard];
  if (mark === undefined) throw new RangeError(`There is no shard ${shard}`);
  return mark;
}

/** The shard with this mark, a character's code; -1 = none. */
export function shardOf(mark: number): number {
  if (mark >= DIGIT_0 && mark < DIGIT_0 + 10) return mark - DIGIT_0;
  return mark >= LETTER_A && mark < LETTER_A + SHARD_LIMIT - 10 ? mark - LETTER_A + 10 : -1;
}

/** Tokens with the shard's mark in front. */
export function markedRandom(random: Random, shard: number): Random {
  const mark = markOf(shard);
  return { token: () => mark + random.token(), uint32: () => random.uint32() };
}
