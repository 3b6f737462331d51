// Times in a histogram whose error is bounded: 128 steps for each doubling, so no value is off by more than 0.8 %.

const STEP_BITS = 7;
const STEPS = 1 << STEP_BITS;
/** Microseconds: about 71 minutes; what is longer counts as that. */
const LARGEST = 0xffff_ffff;
const SLOTS = (32 - STEP_BITS + 1) * STEPS;

/** As JSON carries it: pairs of slot and count, one after the other. */
export type Sparse = readonly number[];

export class Histogram {
  readonly #counts = new Float64Array(SLOTS);
  #count = 0;
  #sum = 0;
  #most = 0;

  static from(sparse: Sparse): Histogram {
    const histogram = new Histogram();
    for (let i = 0; i < sparse.length; i += 2) histogram.#add(sparse[i]!, sparse[i + 1]!);
    return histogram;
  }

  get count(): number {
    return this.#count;
  }

  /** Milliseconds, NaN without a value. */
  get mean(): number {
    return this.#count === 0 ? NaN : this.#sum / this.#count / 1e3;
  }

  /** Milliseconds, NaN without a value. */
  get most(): number {
    return this.#count === 0 ? NaN : this.#most / 1e3;
  }

  /** Takes milliseconds; less than nothing, as clocks that meet may give, is nothing. */
  record(milliseconds: number): void {
    const micros = Math.min(Math.max(Math.round(milliseconds * 1e3), 0), LARGEST);
    this.#counts[slotOf(micros)]!++;
    this.#count++;
    this.#sum += micros;
    if (micros > this.#most) this.#most = micros;
  }

  add(other: Histogram): void {
    other.#counts.forEach((count, slot) => {
      if (count > 0) this.#add(slot, count);
    });
  }

  clear(): void {
    this.#counts.fill(0);
    this.#count = this.#sum = this.#most = 0;
  }

  /** Milliseconds that so great a share of the values does not pass, NaN without a value. */
  quantile(share: number): number {
    if (this.#count === 0) return NaN;
    const wanted = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (let slot = 0; slot < SLOTS; slot++) {
      seen += this.#counts[slot]!;
      if (seen >= wanted) return Math.min(topOf(slot), this.#most) / 1e3;
    }
    return this.most;
  }

  toJSON(): Sparse {
    const sparse: number[] = [];
    this.#counts.forEach((count, slot) => {
      if (count > 0) sparse.push(slot, count);
    });
    return sparse;
  }

  #add(slot: number, count: number): void {
    const micros = topOf(slot);
    this.#counts[slot]! += count;
    this.#count += count;
    this.#sum += micros * count;
    if (micros > this.#most) this.#most = micros;
  }
}

/** Below 256 µs each its own slot, above that the highest seven bits after the first. */
function slotOf(micros: number): number {
  const doublings = Math.max(0, 31 - STEP_BITS - Math.clz32(micros));
  return doublings * STEPS + (micros >>> doublings);
}

/** The greatest value of a slot. */
function topOf(slot: number): number {
  if (slot < 2 * STEPS) return slot;
  const doublings = Math.floor(slot / STEPS) - 1;
  return (slot - doublings * STEPS + 1) * 2 ** doublings - 1;
}
