// Final responses that may be asked for again (RFC 3261 section 17.2.2, timer J), and INVITEs whose repeats are no news any more (RFC 6026 section 7.1,
// timer L), once nothing else is wanted of their transactions: bytes in pages, and numbers.
//
//   pages   ▓▓▓▓▓▓▓▓ ▓▓▓▓▓▓▓▓ ▓▓▓░░░░░     written at the end, freed at the beginning, as the oldest entries leave
//            oldest            newest

import { AgingIndex } from "../../aging_index.ts";
import type { Millis } from "../../context.ts";

/** Half a minute of 16,000 requests a second, in 36 MiB. */
const LIMIT = 2 ** 19;
const PAGE = 1024 * 1024;
const PAGES = 128;
const START = 0;
const LENGTH = 1;
const CALL = 2;

/** A request that has had its answer. */
export interface Answered {
  readonly call: number;
  /** To be sent again; empty = the request is taken without a word. Good until the next `add`. */
  readonly response: Uint8Array;
}

export class AnsweredRequests {
  readonly #index: AgingIndex;
  readonly #pageLimit: number;
  /** Absolute positions count all bytes ever written; the first page here is number #first. */
  readonly #pages: Uint8Array[] = [];
  #first = 0;
  #end = 0;
  #spare: Uint8Array | undefined;

  /** `limit`: entries, a power of 2; `pages`: of 1 MiB. Beyond either the oldest are forgotten. */
  constructor({ limit = LIMIT, pages = PAGES, seed }: { limit?: number; pages?: number; seed: number }) {
    this.#index = new AgingIndex({ limit, seed });
    this.#pageLimit = pages;
  }

  get size(): number {
    return this.#index.size;
  }

  /** Bytes of memory for responses. */
  get bytes(): number {
    return this.#pages.length * PAGE;
  }

  /** False: the response is too long to be kept here. */
  add(
    { key, response, call }: { key: string; response: Uint8Array; call: number },
    times: { now: Millis; until: Millis },
  ): boolean {
    const { length } = response;
    if (length > PAGE) return false;
    this.#index.age(times.now);
    const start = this.#room(length);
    const index = this.#index;
    const number = index.add(key, times);
    index.setOwn(number, START, start);
    index.setOwn(number, LENGTH, length);
    index.setOwn(number, CALL, call);
    if (length > 0) this.#page(start).set(response, start % PAGE);
    this.#end = start + length;
    return true;
  }

  find(key: string, now: Millis): Answered | undefined {
    const index = this.#index;
    const number = index.find(key, now);
    if (number === 0) return undefined;
    const start = index.own(number, START);
    const length = index.own(number, LENGTH);
    const at = start % PAGE;
    const response = length === 0 ? NOTHING : this.#page(start).subarray(at, at + length);
    return { call: index.own(number, CALL), response };
  }

  #page(position: number): Uint8Array {
    return this.#pages[Math.floor(position / PAGE) - this.#first]!;
  }

  /** Where so many bytes can be written in one piece. */
  #room(length: number): number {
    this.#free();
    const start = (this.#end % PAGE) + length > PAGE || this.#pages.length === 0
      ? (this.#first + this.#pages.length) * PAGE
      : this.#end;
    if (Math.floor(start / PAGE) < this.#first + this.#pages.length) return start;
    while (this.#pages.length >= this.#pageLimit && this.#index.size > 0) {
      this.#index.forgetOldest();
      this.#free();
    }
    this.#pages.push(this.#spare ?? new Uint8Array(PAGE));
    this.#spare = undefined;
    return (this.#first + this.#pages.length - 1) * PAGE;
  }

  /** Lets go of pages before the oldest entry's; one is kept for the next. */
  #free(): void {
    const { oldest } = this.#index;
    const needed = oldest === 0
      ? this.#first + this.#pages.length
      : Math.floor(this.#index.own(oldest, START) / PAGE);
    while (this.#first < needed && this.#pages.length > 0) {
      this.#spare = this.#pages.shift();
      this.#first++;
    }
  }
}

const NOTHING = new Uint8Array(0);
