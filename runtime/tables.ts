// The session tables' storage: bounded, counted maps that core works on without knowing where they live.

import type { Table } from "../core/table.ts";

/** Records of one table unless it is told otherwise. */
export const DEFAULT_TABLE_LIMIT = 100_000;

/** @throws RangeError when `limit` is not a whole number above 0. */
export function checkedLimit(limit: number): number {
  if (Number.isSafeInteger(limit) && limit >= 1) return limit;
  throw new RangeError(`Table limit ${limit} is not above 0`);
}

/** For keys that are numbers. */
export class BoundedTable<Value> implements Table<Value, number> {
  readonly limit: number;
  readonly #records = new Map<number, Value>();
  #highest = 0;
  #refused = 0;

  /** @throws RangeError when `limit` is not a whole number above 0. */
  constructor(limit: number = DEFAULT_TABLE_LIMIT) {
    this.limit = checkedLimit(limit);
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

  get(key: number): Value | undefined {
    return this.#records.get(key);
  }

  set(key: number, value: Value): boolean {
    if (this.#records.size >= this.limit && !this.#records.has(key)) {
      this.#refused++;
      return false;
    }
    this.#records.set(key, value);
    if (this.#records.size > this.#highest) this.#highest = this.#records.size;
    return true;
  }

  delete(key: number): boolean {
    return this.#records.delete(key);
  }

  values(): Iterable<Value> {
    return this.#records.values();
  }
}
