// What has been reached so far: for each block of the codec the orders of magnitude of how often one message entered it, and for
// each order of length the most steps that a byte took.

/** Bit of a count: 1, 2, 3, 4–7, 8–15, 16–31, 32–127, 128 and more. */
const BUCKETS = new Uint8Array(256);
for (let count = 1; count < 256; count++) {
  const bucket = count < 4
    ? count - 1
    : count < 8
    ? 3
    : count < 16
    ? 4
    : count < 32
    ? 5
    : count < 128
    ? 6
    : 7;
  BUCKETS[count] = 1 << bucket;
}
/** A record in slowness has to be beaten by this much to count. */
const SLOWER = 1.25;
const OVERHEAD = 64;

export interface Reached {
  /** Something was reached that no message reached before. */
  readonly fresh: boolean;
  /** How much of it: blocks entered for the first time count tenfold. */
  readonly worth: number;
}

const NOTHING: Reached = { fresh: false, worth: 0 };

export class Coverage {
  readonly #seen: Uint8Array;
  readonly #slowest = new Float64Array(32);
  #blocks = 0;
  #points = 0;

  constructor(counters: number) {
    this.#seen = new Uint8Array(counters);
  }

  /** Blocks entered. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Blocks with orders of magnitude: the finer measure. */
  get points(): number {
    return this.#points;
  }

  /** Most steps a byte. */
  get slowest(): number {
    return this.#slowest.reduce((most, one) => Math.max(most, one), 0);
  }

  /** Takes an execution's counters in and clears them. */
  take(
    counters: Uint32Array,
    { steps, length }: { readonly steps: number; readonly length: number },
  ): Reached {
    const seen = this.#seen;
    let worth = 0;
    for (let i = 0; i < counters.length; i++) {
      const count = counters[i]!;
      if (count === 0) continue;
      const bit = BUCKETS[count < 256 ? count : 255]!;
      const known = seen[i]!;
      if ((known & bit) !== 0) continue;
      seen[i] = known | bit;
      worth += known === 0 ? 10 : 1;
      this.#points++;
      if (known === 0) this.#blocks++;
    }
    counters.fill(0);
    const slow = steps / (length + OVERHEAD);
    const order = Math.min(31, Math.floor(Math.log2(length + 1)));
    if (slow > SLOWER * this.#slowest[order]!) {
      this.#slowest[order] = slow;
      worth++;
    }
    return worth === 0 ? NOTHING : { fresh: true, worth };
  }
}
