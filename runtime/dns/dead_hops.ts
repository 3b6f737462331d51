// Addresses that did not answer, or asked to be left alone: tried last for a while, never left out, and never the name they came from.

import type { Millis } from "../../core/context.ts";
import { type Hop, hopKey } from "../../core/hop.ts";

const LIMIT = 4_096;

export class DeadHops {
  readonly #now: () => Millis;
  /** When each is forgotten, the one that was added first first. */
  readonly #until = new Map<string, Millis>();

  constructor({ now }: { now: () => Millis }) {
    this.#now = now;
  }

  get size(): number {
    return this.#until.size;
  }

  /** For `duration`, or as long as it is dead already, whichever is longer. */
  add(hop: Hop, duration: Millis): void {
    const key = hopKey(hop);
    const until = Math.max(this.#now() + duration, this.#until.get(key) ?? 0);
    this.#until.delete(key);
    if (this.#until.size >= LIMIT) {
      // It has had the longest time, whatever it said.
      for (const first of this.#until.keys()) {
        this.#until.delete(first);
        break;
      }
    }
    this.#until.set(key, until);
  }

  /** The same hops: those that are not known to be dead, then the others, each in the order they had. */
  last(hops: readonly Hop[]): readonly Hop[] {
    if (this.#until.size === 0) return hops;
    const now = this.#now();
    const dead: Hop[] = [];
    const alive = hops.filter((hop) => {
      const key = hopKey(hop);
      const until = this.#until.get(key);
      if (until === undefined) return true;
      if (until <= now) return this.#until.delete(key);
      dead.push(hop);
      return false;
    });
    return [...alive, ...dead];
  }
}
