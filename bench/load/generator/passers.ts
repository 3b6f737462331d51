// Browsers that log in one after the other and do not stay, and the streams that they take in turn.

import { type Arrivals, Schedule } from "./schedule.ts";

/** As many as may be there at once. */
const PLACES = 2_048;

/** Streams that they take; `rate` a second, 0 = there are none. */
export function placesFor(rate: number): number {
  return rate > 0 ? PLACES : 0;
}

export class Passers {
  readonly #first: number;
  readonly #count: number;
  readonly #schedule: Schedule;
  #turn = 0;

  constructor(
    { first, rate, arrivals, start }: { first: number; rate: number; arrivals: Arrivals; start: number },
  ) {
    this.#first = first;
    this.#count = placesFor(rate);
    this.#schedule = new Schedule({ rate, start, arrivals });
  }

  /** The first stream that is none of theirs. */
  get end(): number {
    return this.#first + this.#count;
  }

  get next(): number {
    return this.#schedule.next;
  }

  has(stream: number): boolean {
    return stream >= this.#first && stream < this.end;
  }

  /** The next one: when it is due, and the stream whose turn it is, whether that is free or not. */
  take(): { readonly stream: number; readonly due: number } {
    const stream = this.#first + this.#turn;
    this.#turn = (this.#turn + 1) % this.#count;
    return { stream, due: this.#schedule.take() };
  }
}
