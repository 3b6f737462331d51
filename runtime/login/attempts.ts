// How often somebody may try: leaky buckets by name, bounded in number.

import type { Millis } from "../../core/context.ts";

interface Bucket {
  level: number;
  at: Millis;
}

export interface AttemptsOptions {
  /** Attempts at once. */
  readonly burst: number;
  /** Until one more is allowed. */
  readonly every: Millis;
  /** Names: for one more the one that has been quiet for longest is forgotten. */
  readonly limit: number;
  /** Monotonic clock. */
  readonly now: () => Millis;
}

export class Attempts {
  readonly #options: AttemptsOptions;
  /** The one that was quiet for longest first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Counts an attempt. 0 = it is allowed, else how long to wait; then it is not counted. */
  take(name: string): Millis {
    const { burst, every, limit } = this.#options;
    const bucket = this.#drained(name);
    if (bucket.level > burst - 1) return Math.ceil((bucket.level - burst + 1) * every);
    bucket.level++;
    this.#buckets.delete(name);
    for (const [oldest] of this.#buckets) {
      if (this.#buckets.size < limit) break;
      this.#buckets.delete(oldest);
    }
    this.#buckets.set(name, bucket);
    return 0;
  }

  /** It was a good one, which does not count. */
  giveBack(name: string): void {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) return;
    bucket.level = Math.max(0, bucket.level - 1);
    if (bucket.level === 0) this.#buckets.delete(name);
  }

  #drained(name: string): Bucket {
    const { every, now } = this.#options;
    const at = now();
    const bucket = this.#buckets.get(name) ?? { level: 0, at };
    bucket.level = Math.max(0, bucket.level - (at - bucket.at) / every);
    bucket.at = at;
    return bucket;
  }
}
