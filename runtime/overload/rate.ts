// How many new calls a second may be taken, out of how long inputs have to wait: rate control as in RFC 7415, the rate found by a
// proportional-integral controller as in PIE (RFC 8033 section 4), on the standing delay as in CoDel (RFC 8289 section 3). Pure: time and delays are arguments.
//
//   offered ─────────╮               ╭──
//                    │ ╭─────────────╯       the rate follows what can be done, whatever is offered,
//   taken   ─────────┴─╯                     and there is none while the delay is below the target
//
// The queue is an integrator: it grows by what comes too much. GROWTH answers its growth, LENGTH its length, both on a logarithmic scale, so that
// their effect is the same at any rate; the two damp each other while GROWTH² ≥ 4 · LENGTH.

import type { Millis } from "../../core/context.ts";

/** Natural logarithm that the rate falls by for each second that the delay grows by, and rises for each that it shrinks by. */
const GROWTH = 6;
/** The same in each second for each second that the delay is above the target and does not shrink: what shrinks is on its way. */
const LENGTH = 5;
/** The same in each second that it is below: slow beside the way from a call to its delay, much of which comes with the call's later messages. */
const CLIMB = 0.3;
/** With every delay below half the target for so long, there is room for much more: it climbs ever faster, by HURRY in each second, up to FASTEST. */
const PATIENCE: Millis = 500;
const HURRY = 5;
const FASTEST = 5;
/** A delay of any length counts as so much: a stall says nothing of how long the way back is. */
const LONGEST: Millis = 500;
/** Samples of which the least counts: a burst is no queue. */
const STANDING = 3;
/**
 * Overload begins with so many samples in turn at the target, or with fewer, but no less than LEAST, that are longer: a pause of the garbage
 * collector, or of the machine, is over and its queue worked off sooner.
 */
const BEGINS = 10;
const LEAST = 6;
/** New calls a second that are always taken: were the delay not of their making, none of them would ever get through. */
export const LEAST_RATE = 100;
/** Samples further apart than this tell nothing of the time between. */
const LONGEST_STEP: Millis = 200;
/** Samples over which the rate of what has been taken is told. */
const MEMORY = 10;
/** So long after the last refusal nothing is limited any more. */
const QUIET: Millis = 2_000;
/** What may be taken at once, as a time at the rate. */
const BURST: Millis = 20;

export class AdmittedRate {
  readonly #target: Millis;
  readonly #recent: number[] = [];
  #standing = 0;
  #at: Millis | undefined;
  /** Taken since the last sample, and before each of the last few. */
  #taken = 0;
  readonly #history: { readonly at: Millis; readonly taken: number }[] = [];
  /** Delays that have been above the target in turn, and their sum in targets. */
  #longOnes = 0;
  #above = 0;
  /** When a delay was last above half the target. */
  #aboveAt: Millis = -Infinity;
  #limit = Infinity;
  /** What may be taken at once, and when it was last filled up. */
  #tokens = 0;
  #filled: Millis = 0;
  #refusedAt: Millis = -Infinity;

  /** @param target Delay that is kept to under overload, and below which nothing is turned away anew. */
  constructor({ target }: { target: Millis }) {
    if (!(target > 0 && target < LONGEST)) throw new RangeError(`Target delay ${target}`);
    this.#target = target;
  }

  /** New calls a second, Infinity = all. */
  get limit(): number {
    return this.#limit;
  }

  /** The least of the last few delays. */
  get standing(): Millis {
    return this.#standing;
  }

  /** Takes one, or says that it is too much. */
  take(now: Millis): boolean {
    if (this.#limit !== Infinity && !this.#pays(now)) {
      this.#refusedAt = now;
      return false;
    }
    this.#taken++;
    return true;
  }

  /** Inputs have had to wait so long lately. To be told every 20 ms or so while there is work, or a limit. */
  sample(delay: Millis, now: Millis): void {
    const step = this.#at === undefined ? 0 : Math.min(Math.max(now - this.#at, 0), LONGEST_STEP);
    this.#at = now;
    if (this.#history.push({ at: now, taken: this.#taken }) > MEMORY) this.#history.shift();
    this.#taken = 0;
    if (this.#recent.push(Math.min(Math.max(delay, 0), LONGEST)) > STANDING) this.#recent.shift();
    const before = this.#standing;
    this.#standing = this.#recent.length < STANDING ? 0 : Math.min(...this.#recent);
    const isLong = this.#standing > this.#target;
    this.#longOnes = isLong ? this.#longOnes + 1 : 0;
    this.#above = isLong ? this.#above + this.#standing / this.#target : 0;
    if (delay > this.#target / 2) this.#aboveAt = now;
    if (this.#limit === Infinity) return this.#begin(now);
    if (!isLong && now - this.#refusedAt > QUIET) {
      this.#limit = Infinity;
      return;
    }
    const growth = (this.#standing - before) / 1_000;
    const length = isLong
      ? growth < 0 ? 0 : LENGTH * (this.#target - this.#standing) / 1_000
      : this.#climb(now);
    this.#change(length * step / 1_000 - GROWTH * growth);
  }

  /** Begins with what has been taken until now, less what the queue that has grown from it is worth. */
  #begin(now: Millis): void {
    if (this.#above < BEGINS || this.#longOnes < LEAST) return;
    const [first] = this.#history;
    const taken = this.#history.reduce((sum, entry) => sum + entry.taken, 0) - first!.taken;
    this.#limit = taken * 1_000 / Math.max(now - first!.at, 1);
    this.#change(-GROWTH * this.#standing / 1_000);
    this.#refusedAt = now;
    this.#filled = now;
    this.#tokens = 0;
  }

  #climb(now: Millis): number {
    const calm = Math.max(now - this.#aboveAt - PATIENCE, 0) / 1_000;
    return Math.min(CLIMB + HURRY * calm, FASTEST);
  }

  #change(by: number): void {
    this.#limit = Math.max(this.#limit * Math.exp(by), LEAST_RATE);
  }

  #pays(now: Millis): boolean {
    const room = Math.max(1, this.#limit * BURST / 1_000);
    this.#tokens = Math.min(room, this.#tokens + this.#limit * (now - this.#filled) / 1_000);
    this.#filled = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
