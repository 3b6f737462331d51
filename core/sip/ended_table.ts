// What is remembered of INVITEs whose sessions are over. There are thousands a second of them, each for half a minute: they are numbers in one
// array, for every object that lives on is visited by each collection of garbage.
//
//   ring    oldest ─► … ─► newest     all are kept equally long, so they leave in the order in which they came
//   heads   bucket of the branch ─► its newest entry ─► the one before in this bucket ─► …   an entry that has left ends the chain

import type { Millis } from "../context.ts";

/** An entry in float64s: one line of the processor's cache. */
const WORDS = 8;
const HIGH = 0;
const LOW = 1;
const TAG = 2;
const BEFORE = 3;
const CALL = 4;
const THROUGH = 5;
const UNTIL = 6;

const FIRST_CAPACITY = 1024;
/** Half a minute of 16,000 calls a second, in 36 MiB. */
const LIMIT = 2 ** 19;

/** What is known of an INVITE. */
export interface EndedEntry {
  readonly call: number;
  /** The sibling shard whose sockets reach the peer, -1 = ours do. */
  readonly through: number;
  /** Until when it is remembered. */
  readonly until: Millis;
  /** The dialog that was asked for is over on both sides as far as we can tell: it has had its BYE. */
  readonly isKnown: boolean;
  /** How many of the INVITE's dialogs are remembered. */
  readonly dialogs: number;
}

export class EndedTable {
  readonly #limit: number;
  #capacity: number;
  #entries: Float64Array;
  #heads: Float64Array;
  /** Numbers of the first entry that is still there, and of the next to come. 0 is no entry's. */
  #oldest = 1;
  #next = 1;

  /** @param limit a power of 2. When there are more, the oldest is forgotten. */
  constructor({ limit = LIMIT }: { limit?: number } = {}) {
    this.#limit = limit;
    this.#capacity = Math.min(FIRST_CAPACITY, limit);
    this.#entries = new Float64Array(this.#capacity * WORDS);
    this.#heads = new Float64Array(this.#capacity);
  }

  get size(): number {
    return this.#next - this.#oldest;
  }

  /** One dialog of an INVITE. `tag` "" = none that has had its BYE. */
  add(
    { branch, tag, call, through }: { branch: string; tag: string; call: number; through: number },
    { now, until }: { now: Millis; until: Millis },
  ): void {
    this.#forget(now);
    if (this.size === this.#capacity) {
      if (this.#capacity < this.#limit) this.#grow();
      else this.#oldest++;
    }
    const number = this.#next++;
    const at = this.#at(number);
    const entries = this.#entries;
    const low = hash(branch, 1);
    entries[at + HIGH] = hash(branch, 2);
    entries[at + LOW] = low;
    entries[at + TAG] = hash(tag, 1);
    entries[at + CALL] = call;
    entries[at + THROUGH] = through;
    entries[at + UNTIL] = until;
    this.#link(number, at);
  }

  /** What is remembered of the INVITE with this branch. */
  find(branch: string, tag: string, now: Millis): EndedEntry | undefined {
    this.#forget(now);
    const entries = this.#entries;
    const high = hash(branch, 2);
    const low = hash(branch, 1);
    const wanted = hash(tag, 1);
    let found = -1;
    let isKnown = false;
    let dialogs = 0;
    let number = this.#heads[low & (this.#capacity - 1)]!;
    while (number >= this.#oldest) {
      const at = this.#at(number);
      if (entries[at + HIGH] === high && entries[at + LOW] === low && entries[at + UNTIL]! > now) {
        found = at;
        dialogs++;
        if (entries[at + TAG] === wanted) isKnown = true;
      }
      number = entries[at + BEFORE]!;
    }
    if (found < 0) return undefined;
    return {
      call: entries[found + CALL]!,
      through: entries[found + THROUGH]!,
      until: entries[found + UNTIL]!,
      isKnown,
      dialogs,
    };
  }

  #at(number: number): number {
    return (number % this.#capacity) * WORDS;
  }

  #forget(now: Millis): void {
    while (this.#oldest < this.#next && this.#entries[this.#at(this.#oldest) + UNTIL]! <= now) this.#oldest++;
  }

  #link(number: number, at: number): void {
    const bucket = this.#entries[at + LOW]! & (this.#capacity - 1);
    this.#entries[at + BEFORE] = this.#heads[bucket]!;
    this.#heads[bucket] = number;
  }

  #grow(): void {
    const before = this.#entries;
    const capacity = this.#capacity;
    this.#capacity *= 2;
    this.#entries = new Float64Array(this.#capacity * WORDS);
    this.#heads = new Float64Array(this.#capacity);
    for (let number = this.#oldest; number < this.#next; number++) {
      const from = (number % capacity) * WORDS;
      const at = this.#at(number);
      this.#entries.set(before.subarray(from, from + WORDS), at);
      this.#link(number, at);
    }
  }
}

/** FNV-1a, spread by another number each; two of them are beyond chance, and a branch that nobody was told cannot be aimed at. */
function hash(text: string, seed: number): number {
  let value = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1);
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value ^= value >>> 15;
  return Math.imul(value, 0x2c1b3c6d) >>> 0;
}
