// One kind of what comes new, calls or logins: how much of it is taken while inputs have to wait, and what the log says of it.

import type { Millis } from "../../core/context.ts";
import type { Log } from "../log.ts";
import { AdmittedRate } from "./rate.ts";

export interface NewcomersOptions {
  readonly log: Log;
  /** Delay of inputs above which not all are taken. */
  readonly target: Millis;
  /** Share of the heap in use above which none is. */
  readonly heapShare: number;
  /** What they are called in the log. */
  readonly noun: string;
}

export class Newcomers {
  readonly #options: NewcomersOptions;
  readonly #rate: AdmittedRate;
  #refused = 0;
  #isFull = false;
  /** Of the present overload. */
  #shedding: { readonly since: Millis; readonly refused: number; delay: Millis } | undefined;

  constructor(options: NewcomersOptions) {
    this.#options = options;
    this.#rate = new AdmittedRate({ target: options.target });
  }

  /** Those that were turned away. */
  get refused(): number {
    return this.#refused;
  }

  /** How many a second are taken, Infinity = all. */
  get limit(): number {
    return this.#isFull ? 0 : this.#rate.limit;
  }

  /** Standing delay of inputs. */
  get delay(): Millis {
    return this.#rate.standing;
  }

  get isShedding(): boolean {
    return this.#shedding !== undefined;
  }

  admits(now: Millis): boolean {
    if (!this.#isFull && this.#rate.take(now)) return true;
    this.#refused++;
    return false;
  }

  /** Inputs have had to wait so long lately, and so much of the heap is in use. To be told as a rate is. */
  sample({ delay, heap }: { delay: Millis; heap: number }, now: Millis): void {
    this.#rate.sample(delay, now);
    this.#isFull = heap > this.#options.heapShare;
    this.#tell(now);
  }

  /** One line when it begins and one when it is over, not one for each that is turned away. */
  #tell(now: Millis): void {
    const { log, noun } = this.#options;
    const { limit, standing } = this.#rate;
    const sheds = this.#isFull || limit !== Infinity;
    if (this.#shedding === undefined) {
      if (!sheds) return;
      this.#shedding = { since: now, refused: this.#refused, delay: standing };
      const facts = { delay: Math.round(standing), limit: Math.round(limit), heapFull: this.#isFull };
      return log.warn(facts, `Overloaded: not every new ${noun} is taken`);
    }
    const { since, refused, delay } = this.#shedding;
    this.#shedding.delay = Math.max(delay, standing);
    if (sheds) return;
    this.#shedding = undefined;
    const facts = {
      seconds: Math.round((now - since) / 100) / 10,
      refused: this.#refused - refused,
      delay: Math.round(delay),
    };
    log.warn(facts, `No longer overloaded: every new ${noun} is taken`);
  }
}
