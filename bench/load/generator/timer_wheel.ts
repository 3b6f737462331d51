// Timers by number, a bucket a millisecond: setting and cancelling cost the same however many there are, and make no object.

const BUCKETS = 16_384;
const NONE = -1;

export class TimerWheel {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #due: Float64Array;
  readonly #heads = new Int32Array(BUCKETS).fill(NONE);
  /** The bucket's millisecond that is worked off next. */
  #tick: number;
  #size = 0;

  /** Timers are 0 to `count` - 1. Times are milliseconds of any clock that does not go back. */
  constructor(count: number, now: number) {
    this.#next = new Int32Array(count).fill(NONE);
    this.#previous = new Int32Array(count).fill(NONE);
    this.#due = new Float64Array(count).fill(-1);
    this.#tick = Math.floor(now);
  }

  /** How many are set. */
  get size(): number {
    return this.#size;
  }

  /** In the place of what the timer was set to before. Fires in the first `advance` that is not before `due`. */
  set(timer: number, due: number): void {
    this.cancel(timer);
    const at = Math.max(Math.ceil(due), this.#tick);
    const bucket = at & (BUCKETS - 1);
    const head = this.#heads[bucket]!;
    this.#due[timer] = at;
    this.#next[timer] = head;
    this.#previous[timer] = NONE;
    if (head !== NONE) this.#previous[head] = timer;
    this.#heads[bucket] = timer;
    this.#size++;
  }

  cancel(timer: number): void {
    const due = this.#due[timer]!;
    if (due < 0) return;
    const next = this.#next[timer]!;
    const previous = this.#previous[timer]!;
    if (previous === NONE) this.#heads[due & (BUCKETS - 1)] = next;
    else this.#next[previous] = next;
    if (next !== NONE) this.#previous[next] = previous;
    this.#due[timer] = -1;
    this.#size--;
  }

  /** Fires all that are due. What `fire` sets is for a later advance at the earliest. */
  advance(now: number, fire: (timer: number) => void): void {
    const last = Math.floor(now);
    // After a pause longer than a turn of the wheel each bucket is looked at once.
    if (last - this.#tick >= BUCKETS) this.#tick = last - BUCKETS + 1;
    while (this.#tick <= last) {
      const bucket = this.#tick & (BUCKETS - 1);
      // From here on a timer set for now goes into the next millisecond's bucket.
      this.#tick++;
      // Found anew each time: `fire` may cancel or set any timer.
      for (let timer = this.#firstDue(bucket, last); timer !== NONE; timer = this.#firstDue(bucket, last)) {
        this.cancel(timer);
        fire(timer);
      }
    }
  }

  #firstDue(bucket: number, last: number): number {
    let timer = this.#heads[bucket]!;
    while (timer !== NONE && this.#due[timer]! > last) timer = this.#next[timer]!;
    return timer;
  }
}
