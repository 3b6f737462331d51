// Tables whose records are found by a text: a Map would hand each such key to the engine's own table of texts, which is slow, never rid of what has left,
// and keeps a copy among the old objects.
//
//   heads   bucket of the name's sum ─► place ─► next place in this bucket ─► … ─► 0
//   free    place that was left last ─► the one before it ─► … ─► 0

import { keySum } from "../core/key_sum.ts";
import type { Table } from "../core/table.ts";
import { checkedLimit, DEFAULT_TABLE_LIMIT } from "./tables.ts";

const FIRST_CAPACITY = 64;

/** A bounded, counted table. It grows as it needs to, and keeps the room that it once needed. */
export class NamedTable<Value> implements Table<Value> {
  readonly limit: number;
  readonly #seed = crypto.getRandomValues(new Int32Array(1))[0]!;
  /** A power of 2. */
  #capacity = FIRST_CAPACITY;
  #heads = new Int32Array(FIRST_CAPACITY);
  // Of each place from 1 on; 0 is none.
  #next = new Int32Array(FIRST_CAPACITY + 1);
  #sums = new Float64Array(FIRST_CAPACITY + 1);
  readonly #names: string[] = [""];
  readonly #values: (Value | undefined)[] = [undefined];
  #free = 0;
  #size = 0;
  #highest = 0;
  #refused = 0;
  /** Of the name that was looked for last. */
  #sum = 0;

  /** @throws RangeError when `limit` is not a whole number above 0. */
  constructor(limit: number = DEFAULT_TABLE_LIMIT) {
    this.limit = checkedLimit(limit);
  }

  get size(): number {
    return this.#size;
  }

  /** The most records there have been at once. */
  get highest(): number {
    return this.#highest;
  }

  /** How many new names found the table full. */
  get refused(): number {
    return this.#refused;
  }

  get(name: string): Value | undefined {
    return this.#values[this.#find(name)];
  }

  set(name: string, value: Value): boolean {
    const known = this.#find(name);
    if (known !== 0) {
      this.#values[known] = value;
      return true;
    }
    if (this.#size >= this.limit) {
      this.#refused++;
      return false;
    }
    const place = this.#take();
    this.#names[place] = name;
    this.#values[place] = value;
    this.#sums[place] = this.#sum;
    this.#link(place);
    if (++this.#size > this.#highest) this.#highest = this.#size;
    return true;
  }

  delete(name: string): boolean {
    const place = this.#find(name);
    if (place === 0) return false;
    this.#unlink(place);
    this.#names[place] = "";
    this.#values[place] = undefined;
    this.#next[place] = this.#free;
    this.#free = place;
    this.#size--;
    return true;
  }

  /** In no order. What is added meanwhile may be among them; what has left is not. */
  *values(): Generator<Value, void> {
    for (let place = 1; place < this.#values.length; place++) {
      const value = this.#values[place];
      if (value !== undefined) yield value;
    }
  }

  /** The name's place, 0 = none. */
  #find(name: string): number {
    const sum = keySum(name, this.#seed);
    this.#sum = sum;
    let place = this.#heads[sum & (this.#capacity - 1)]!;
    while (place !== 0 && (this.#sums[place] !== sum || this.#names[place] !== name)) {
      place = this.#next[place]!;
    }
    return place;
  }

  #take(): number {
    const place = this.#free;
    if (place !== 0) {
      this.#free = this.#next[place]!;
      return place;
    }
    if (this.#size === this.#capacity) this.#grow();
    return this.#values.length;
  }

  #link(place: number): void {
    const bucket = this.#sums[place]! & (this.#capacity - 1);
    this.#next[place] = this.#heads[bucket]!;
    this.#heads[bucket] = place;
  }

  #unlink(place: number): void {
    const bucket = this.#sums[place]! & (this.#capacity - 1);
    let before = this.#heads[bucket]!;
    if (before === place) {
      this.#heads[bucket] = this.#next[place]!;
      return;
    }
    while (this.#next[before] !== place) before = this.#next[before]!;
    this.#next[before] = this.#next[place]!;
  }

  /** There is no free place: all of them are in use. */
  #grow(): void {
    const sums = this.#sums;
    this.#capacity *= 2;
    this.#heads = new Int32Array(this.#capacity);
    this.#next = new Int32Array(this.#capacity + 1);
    this.#sums = new Float64Array(this.#capacity + 1);
    this.#sums.set(sums);
    for (let place = 1; place < this.#values.length; place++) this.#link(place);
  }
}
