// The session tables' storage: bounded, counted maps that core works on without knowing where they live.

import type { Table } from "../core/table.ts";

/** Records of one table unless it is told otherwise. */
export const DEFAULT_TABLE_LIMIT = 100_000;

export class BoundedTable<Value, Key = string> implements Table<Value, Key> {
  readonly limit: number;
  readonly #records = new Map<Key, Value>();
  #highest = 0;
  #refused = 0;

  /** @throws RangeError when `limit` is not a whole number above 0. */
  constructor(limit: number = DEFAULT_TABLE_LIMIT) {
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new RangeError(`Table limit ${limit} is not above 0`);
    }
    this.limit = limit;
  }

  get size(): number {
    return this.#records.size;
  }

  /** The most records there have been at once. */
  get highest(): number {
    return this.#highest;
  }

  /** How many new keys found the table full. */
  get refused(): number {
    return this.#refused;
  }

  get(key: Key): Value | undefined {
    return this.#records.get(key);
  }

  set(key: Key, value: Value): boolean {
    if (this.#records.size >= this.limit && !this.#records.has(key)) {
      this.#refused++;
      return false;
    }
    this.#records.set(key, value);
    if (this.#records.size > this.#highest) this.#highest = this.#records.size;
    return true;
  }

  delete(key: Key): boolean {
    return this.#records.delete(key);
  }

  values(): Iterable<Value> {
    return this.#records.values();
  }
}
