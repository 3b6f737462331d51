// When to look for events again. To wait in a thread costs some 50 µs of processor time and wakes at once. A timer costs as much, and fires two
// milliseconds later however short it is: cheaper as soon as several events share it. The event loop's own next turn costs next to nothing.

import type { Millis } from "../../core/context.ts";

/** sleep: until something happens. pause: the shortest timer. go: the event loop's next turn. */
export type Rest = "sleep" | "pause" | "go";

/** Mean time between events below which it is cheaper to look. */
const DENSE: Millis = 2;
/** Looks that find nothing until it is cheaper to sleep. */
const PATIENCE = 4;
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
