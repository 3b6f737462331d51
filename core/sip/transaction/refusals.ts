// Requests that were refused for overload and of which nothing else is kept: a repeat of one has to get the same answer, whatever the load is by
// then (RFC 3261 section 8.2.7). Taken after all, it would ring at somebody's whose caller has long been told to go away.

import type { Millis } from "../../context.ts";
import { T1 } from "./timers.ts";

/** A power of two. With all of them in use the oldest answers go first: those whose repeats have come already. */
const PLACES = 16_384;
/** So long a client repeats its request (timers B and F). */
const LASTS: Millis = 64 * T1;

export class Refusals {
  /** One place for all keys of the same remainder. Made with the first refusal: most relays never need it. */
  #sums = new Float64Array(0);
  #ends = new Float64Array(0);
  #end: Millis = -Infinity;

  /** Whether there is one to be found at all. */
  isEmpty(now: Millis): boolean {
    return now >= this.#end;
  }

  add(sum: number, now: Millis): void {
    if (this.#sums.length === 0) {
      this.#sums = new Float64Array(PLACES);
      this.#ends = new Float64Array(PLACES);
    }
    const place = sum % PLACES;
    this.#sums[place] = sum;
    this.#ends[place] = this.#end = now + LASTS;
  }

  has(sum: number, now: Millis): boolean {
    const place = sum % PLACES;
    return this.#sums[place] === sum && now < this.#ends[place]!;
  }
}
