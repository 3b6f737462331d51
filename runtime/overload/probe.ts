// What goes the way of a peer's message, to tell how long messages wait on it before they are worked on.

import type { Millis } from "../../core/context.ts";

export interface Probe {
  /** Sends one. To be called again and again, while there is somebody who asks for the delay. */
  send(now: Millis): void;
  /** How long the last one waited, or the oldest one under way until now, when that is longer. */
  delay(now: Millis): Millis;
  close(): void;
}

/** Probes that went out in order and come back in order, or are lost. */
export class Waiting {
  readonly #limit: number;
  /** When each one under way was sent, by its number. */
  readonly #sent = new Map<number, Millis>();
  #number = 0;
  #last: Millis = 0;

  /** @param limit How many may be under way: with one more the oldest is lost for good. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#sent.size;
  }

  /** Answers the number of the one that is about to be sent. */
  begin(now: Millis): number {
    this.#sent.set(++this.#number, now);
    if (this.#sent.size > this.#limit) this.#sent.delete(this.#number - this.#limit);
    return this.#number;
  }

  /** This one is back: those before it were lost, and tell nothing any more. */
  end(number: number, now: Millis): void {
    const sent = this.#sent.get(number);
    if (sent === undefined) return;
    this.#last = now - sent;
    for (const other of [...this.#sent.keys()]) if (other <= number) this.#sent.delete(other);
  }

  /** Nothing that is under way will come back. */
  forget(): void {
    this.#sent.clear();
    this.#last = 0;
  }

  delay(now: Millis): Millis {
    const [oldest = now] = this.#sent.values();
    return Math.max(this.#last, now - oldest);
  }
}
