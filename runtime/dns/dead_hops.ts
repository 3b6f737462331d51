// Addresses that did not answer: tried last for a while, never left out, and never the name they came from.

import type { Millis } from "../../core/context.ts";
import { type Hop, hopKey } from "../../core/hop.ts";

const REMEMBERED: Millis = 30_000;
const LIMIT = 4_096;

export class DeadHops {
  readonly #now: () => Millis;
  /** When each is forgotten, the first to be forgotten first. */
  readonly #until = new Map<string, Millis>();

  constructor({ now }: { now: () => Millis }) {
    this.#now = now;
  }

  get size(): number {
    return this.#until.size;
  }

  add(hop: Hop): void {
    const key = hopKey(hop);
    this.#until.delete(key);
    this.#expire();
    if (this.#until.size >= LIMIT) {
      for (const first of this.#until.keys()) {
        this.#until.delete(first);
        break;
      }
    }
    this.#until.set(key, this.#now() + REMEMBERED);
  }

  /** The same hops: those that are not known to be dead, then the others, each in the order they had. */
  last(hops: readonly Hop[]): readonly Hop[] {
    this.#expire();
    if (this.#until.size === 0) return hops;
    const isDead = (hop: Hop) => this.#until.has(hopKey(hop));
    return [...hops.filter((hop) => !isDead(hop)), ...hops.filter(isDead)];
  }

  #expire(): void {
    const now = this.#now();
    for (const [key, until] of this.#until) {
      if (until > now) return;
      this.#until.delete(key);
    }
  }
}
