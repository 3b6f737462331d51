// When calls arrive: an open loop, which does not care how the ones before are doing.

export type Arrivals = "constant" | "poisson";

/** Uniform in (0, 1]. */
export type Chance = () => number;

export class Schedule {
  readonly #gap: () => number;
  #next: number;

  /** `rate` a second from `start`, in milliseconds, on. Rate 0 never comes. */
  constructor(
    { rate, start, arrivals, chance = () => 1 - Math.random() }: {
      rate: number;
      start: number;
      arrivals: Arrivals;
      chance?: Chance;
    },
  ) {
    const mean = rate > 0 ? 1_000 / rate : Infinity;
    // A Poisson process has gaps of exponential length.
    this.#gap = arrivals === "constant" ? () => mean : () => -Math.log(chance()) * mean;
    this.#next = start + this.#gap();
  }

  /** When the next one is due. */
  get next(): number {
    return this.#next;
  }

  /** Takes the next one: its time, whenever that is asked. */
  take(): number {
    const due = this.#next;
    this.#next += this.#gap();
    return due;
  }
}
