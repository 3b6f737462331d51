// Whether to hold the thread between events. To wait in a thread beside costs some 50 µs of processor time for each time that it wakes us; to hold our own
// costs 1 µs, but Deno's own events and timers then have to be seen to every now and then, for nothing if nothing happens.

import type { Millis } from "../../core/context.ts";

/** Mean time between events below which it is cheaper to hold. */
const DENSE: Millis = 4;
/** Looks that find nothing until it is cheaper to sleep. */
const PATIENCE = 4;
const LONGEST: Millis = 1_000;

export class Rhythm {
  #mean: Millis = LONGEST;
  #woken: Millis = 0;
  #empty = 0;

  /** Sleep has ended at `now`. Answers whether to hold from here on. */
  woken(now: Millis): boolean {
    const gap = Math.min(now - this.#woken, LONGEST);
    this.#woken = now;
    this.#mean += (gap - this.#mean) / 4;
    this.#empty = 0;
    return this.#mean < DENSE;
  }

  /** So many events have come while the thread was held. Answers whether to hold on. */
  held(events: number): boolean {
    this.#empty = events === 0 ? this.#empty + 1 : 0;
    if (this.#empty <= PATIENCE) return true;
    this.#mean = LONGEST;
    return false;
  }
}
