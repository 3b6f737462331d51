// Whether a shard still lives: it is asked once a second and has to say something. What counts are the looks that found nothing, not the time
// between them: of a machine that slept, or that gave nobody a turn, a shard can know nothing.
//
//   look ──ask──► shard      at each look, so that one answer that gets lost (the engine may write to the same pipe, when it is told to trace) costs nothing
//        ◄─word──            any word is a sign of life
//   look, look, … look       as many in turn as there is patience, each in time: hung. No more questions than that are out, so a pipe that nobody reads does
//                            not fill

import type { Millis } from "../../core/context.ts";

/** Between two looks. */
export const PERIOD: Millis = 1_000;
/** Looks without a word. The longest that a shard is away when all is well: a collection of a full heap, 2 s or so on a slow machine. */
export const PATIENCE = 10;
/** The same until it has said that it is ready: it loads its code, and another shard may load beside it. */
export const START_PATIENCE = 60;
/** After such a pause a look does not count: it was us who had no turn. */
const LATE: Millis = 2 * PERIOD;

export class Pulse {
  #looked: Millis;
  #isAsked = false;
  #silent = 0;

  constructor(now: Millis) {
    this.#looked = now;
  }

  /** It has said something. */
  heard(): void {
    this.#isAsked = false;
    this.#silent = 0;
  }

  /** To be called once a period. ask: it is to be asked now. hung: told once, it is given up. */
  look(now: Millis, patience: number): "ask" | "wait" | "hung" {
    const isLate = now - this.#looked > LATE;
    this.#looked = now;
    if (!this.#isAsked) {
      this.#isAsked = true;
      return "ask";
    }
    if (isLate) return "wait";
    if (++this.#silent === patience) return "hung";
    return this.#silent < patience ? "ask" : "wait";
  }
}
