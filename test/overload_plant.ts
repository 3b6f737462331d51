// A server on a virtual clock, for what controls its load: one queue, one worker, calls whose work comes in parts, and a probe that queues up.

import type { AdmittedRate } from "../runtime/overload/rate.ts";
import { seededRandom } from "./scenarios/seeded_random.ts";

export interface Work {
  /** Milliseconds of work for one call, and for one that is refused as a share of it. */
  readonly call: number;
  readonly refusal: number;
  /** When the parts of a call's work come, after its beginning. */
  readonly parts: readonly { readonly after: number; readonly share: number }[];
}

/** What happened in one second. */
export interface Second {
  readonly taken: number;
  readonly refused: number;
  /** Longest delay. */
  readonly delay: number;
  /** Milliseconds without work. */
  readonly idle: number;
}

const SAMPLE = 20;

export class Plant {
  readonly #rate: AdmittedRate;
  readonly #work: Work;
  readonly #random: () => number;
  readonly #coming = new Map<number, number>();
  #now = 0;
  #backlog = 0;
  #credit = 0;
  #probe: { sent: number; back: number } | undefined;
  #waited = 0;

  constructor(rate: AdmittedRate, work: Work, seed = 1) {
    this.#rate = rate;
    this.#work = work;
    this.#random = seededRandom(seed);
  }

  /** @param factor Calls that come, as a multiple of what could be done if none were refused. */
  run(seconds: number, factor: number): Second[] {
    return Array.from({ length: seconds }, () => this.#second(factor));
  }

  #second(factor: number): Second {
    const { call, refusal, parts } = this.#work;
    let [taken, refused, delay, idle] = [0, 0, 0, 0];
    for (const end = this.#now + 1_000; this.#now < end; this.#now++) {
      const chance = 2 * this.#random();
      this.#credit += chance * factor / call;
      for (; this.#credit >= 1; this.#credit--) {
        if (this.#rate.take(this.#now)) {
          taken++;
          for (const { after, share } of parts) this.#add(this.#now + after, share * call);
        } else {
          refused++;
          this.#backlog += refusal * call;
        }
      }
      this.#backlog += this.#coming.get(this.#now) ?? 0;
      this.#coming.delete(this.#now);
      delay = Math.max(delay, this.#backlog);
      idle += Math.max(0, 1 - this.#backlog);
      this.#backlog = Math.max(0, this.#backlog - 1);
      this.#look();
    }
    return { taken, refused, delay, idle };
  }

  #add(at: number, work: number): void {
    this.#coming.set(at, (this.#coming.get(at) ?? 0) + work);
  }

  #look(): void {
    const now = this.#now;
    if (this.#probe !== undefined && now >= this.#probe.back) {
      this.#waited = this.#probe.back - this.#probe.sent;
      this.#probe = undefined;
    }
    if (now % SAMPLE !== 0) return;
    this.#rate.sample(Math.max(this.#waited, now - (this.#probe?.sent ?? now)), now);
    this.#probe ??= { sent: now, back: now + this.#backlog };
  }
}
