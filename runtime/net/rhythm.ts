// When to look for events again. A wait in a thread wakes at once and costs two changes of thread; a look costs little but has to be taken.
// So few events are waited for, and many are looked for, a millisecond's worth at a time.

import type { Millis } from "../../core/context.ts";

/** sleep: until something happens. pause: a millisecond. go: the event loop turns once, and there is more. */
export type Rest = "sleep" | "pause" | "go";

/** Mean time between events below which it is cheaper to look. */
const DENSE: Millis = 4;
/** Looks that find nothing until it is cheaper to sleep. */
const PATIENCE = 10;
const LONGEST: Millis = 1_000;

export class Rhythm {
  #mean: Millis = LONGEST;
  #woken: Millis = 0;
  #looking = false;
  #empty = 0;

  /** After a turn at `now` that has seen `events`; `full` = there were more than one turn takes. */
  next(now: Millis, { events, full }: { events: number; full: boolean }): Rest {
    if (!this.#looking) this.#wake(now);
    this.#empty = events === 0 ? this.#empty + 1 : 0;
    if (this.#looking && this.#empty > PATIENCE) {
      this.#looking = false;
      this.#mean = LONGEST;
    }
    if (full) return "go";
    return this.#looking ? "pause" : "sleep";
  }

  #wake(now: Millis): void {
    const gap = Math.min(now - this.#woken, LONGEST);
    this.#woken = now;
    this.#mean += (gap - this.#mean) / 4;
    if (this.#mean >= DENSE) return;
    this.#looking = true;
    this.#empty = 0;
  }
}
