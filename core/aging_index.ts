// What is remembered for a while under a name, as numbers in one array: there are thousands a second of them, and every object that lives on is visited
// by each collection of garbage.
//
//   ring    oldest ─► … ─► newest     all are kept about equally long, so they leave in the order in which they came
//   heads   bucket of the name ─► its newest entry ─► the one before it in this bucket ─► …   one that has left ends the chain

import type { Millis } from "./context.ts";
import { keySum } from "./key_sum.ts";

/** An entry in float64s: one line of the processor's cache. */
const WORDS = 8;
const HIGH = 0;
const LOW = 1;
const BEFORE = 2;
const UNTIL = 3;
/** Where an entry's own numbers begin. */
const OWN = 4;

const FIRST_CAPACITY = 1024;

/** An entry's number counts up from 1; 0 is none. It is good until the next `add`. */
export class AgingIndex {
  readonly #limit: number;
  readonly #seed: number;
  #capacity: number;
  #cells: Float64Array;
  #heads: Float64Array;
  #oldest = 1;
  #next = 1;
  // The name that is looked for: the upper half is made when the lower one has been found, which is almost proof.
  #name = "";
  #high = -1;
  #low = 0;

  /** `limit`: entries, a power of 2: beyond it the oldest are forgotten. `seed`: by chance, so that nobody can choose names that fall together. */
  constructor({ limit, seed }: { limit: number; seed: number }) {
    this.#limit = limit;
    this.#seed = seed;
    this.#capacity = Math.min(FIRST_CAPACITY, limit);
    this.#cells = new Float64Array(this.#capacity * WORDS);
    this.#heads = new Float64Array(this.#capacity);
  }

  get size(): number {
    return this.#next - this.#oldest;
  }

  /** The entry that leaves next, 0 = there is none. */
  get oldest(): number {
    return this.size === 0 ? 0 : this.#oldest;
  }

  /** A new entry, its own numbers still to be written. */
  add(name: string, { now, until }: { now: Millis; until: Millis }): number {
    this.age(now);
    if (this.size === this.#capacity) {
      if (this.#capacity < this.#limit) this.#grow();
      else this.#oldest++;
    }
    this.#seek(name);
    const number = this.#next++;
    const at = this.#at(number);
    this.#cells[at + HIGH] = this.#upper();
    this.#cells[at + LOW] = this.#low;
    this.#cells[at + UNTIL] = until;
    this.#link(number, at);
    return number;
  }

  /** The newest entry with this name, 0 = none. */
  find(name: string, now: Millis): number {
    this.age(now);
    if (this.size === 0) return 0;
    this.#seek(name);
    return this.#from(this.#heads[this.#low & (this.#capacity - 1)]!, now);
  }

  /** The next older one with the name that was found last. */
  older(number: number, now: Millis): number {
    return this.#from(this.#cells[this.#at(number) + BEFORE]!, now);
  }

  own(number: number, which: number): number {
    return this.#cells[this.#at(number) + OWN + which]!;
  }

  setOwn(number: number, which: number, value: number): void {
    this.#cells[this.#at(number) + OWN + which] = value;
  }

  until(number: number): Millis {
    return this.#cells[this.#at(number) + UNTIL]!;
  }

  forgetOldest(): void {
    if (this.size > 0) this.#oldest++;
  }

  /** Forgets what has had its time. */
  age(now: Millis): void {
    while (this.#oldest < this.#next && this.until(this.#oldest) <= now) this.#oldest++;
  }

  #at(number: number): number {
    return (number % this.#capacity) * WORDS;
  }

  #seek(name: string): void {
    this.#name = name;
    this.#high = -1;
    this.#low = keySum(name, this.#seed);
  }

  #upper(): number {
    if (this.#high < 0) this.#high = keySum(this.#name, ~this.#seed);
    return this.#high;
  }

  #from(number: number, now: Millis): number {
    const cells = this.#cells;
    for (let next = number; next >= this.#oldest; next = cells[this.#at(next) + BEFORE]!) {
      const at = this.#at(next);
      if (cells[at + LOW] !== this.#low || cells[at + UNTIL]! <= now) continue;
      if (cells[at + HIGH] === this.#upper()) return next;
    }
    return 0;
  }

  #link(number: number, at: number): void {
    const bucket = this.#cells[at + LOW]! & (this.#capacity - 1);
    this.#cells[at + BEFORE] = this.#heads[bucket]!;
    this.#heads[bucket] = number;
  }

  #grow(): void {
    const before = this.#cells;
    const capacity = this.#capacity;
    this.#capacity *= 2;
    this.#cells = new Float64Array(this.#capacity * WORDS);
    this.#heads = new Float64Array(this.#capacity);
    for (let number = this.#oldest; number < this.#next; number++) {
      const from = (number % capacity) * WORDS;
      const at = this.#at(number);
      this.#cells.set(before.subarray(from, from + WORDS), at);
      this.#link(number, at);
    }
  }
}
