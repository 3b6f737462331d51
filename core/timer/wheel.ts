// Timers of one event loop: a hierarchical timing wheel over a slab of arrays.
//
//   level 0   32 slots of 1 ms       the ticks that share all but the lowest 5 bits with the present one
//   level 1   32 slots of 32 ms      … all but the lowest 10 bits
//     ⋮
//   level 5   32 slots of 9.3 hours  … all but the lowest 30 bits
//   far       one list               whatever lies in another block of 2³⁰ ms (12.4 days)
//
// A slot is a doubly linked list threaded through the slab. When the present enters a slot of level n > 0, its timers move down;
// they keep their order, so timers of one millisecond fire in the order in which they were scheduled.
//
// What is known of a timer stands together, so that it is one line of the processor's cache that has to be fetched:
//
//   int32    0 next   1 previous   2 slot   3 generation   4, 5 –   6, 7 tick, as a float64

import type { Millis } from "../context.ts";

/** Names one scheduled timer; 0 names none, so that a record's field can be 0. */
export type TimerId = number;

const SLOT_BITS = 5;
const SLOTS = 32;
const LEVELS = 6;
const BLOCK = 2 ** (SLOT_BITS * LEVELS);
const FAR = SLOTS * LEVELS;
const FREE = -1;
const NONE = -1;

const WORDS = 8;
const NEXT = 0;
const PREVIOUS = 1;
const SLOT = 2;
const GENERATION = 3;
// In float64s.
const DOUBLES = WORDS / 2;
const TICK = 3;

// An id is generation · 2²² + index. Generations go round after 2³¹ uses of one index, and begin where no id fits 32 bits any more: the
// engine compiles for what it has seen, and would have to begin anew with the first one that does not.
const INDEX_LIMIT = 2 ** 22;
const FIRST_GENERATION = 2 ** 10;
const GENERATION_MASK = 0x7fffffff;
const FIRST_CAPACITY = 1024;

/**
 * A timer fires at the first `advance` that reaches the whole millisecond at or after its time, never before its time.
 *
 * @param options.now Present time: what lies at or before it is due at once.
 * @param options.limit Highest number of timers at a time; at most, and by default, 4,194,304.
 */
export class TimerWheel<Owner extends object> {
  readonly #limit: number;
  #now: Millis;
  /** The present tick: #block · BLOCK + #low. All slots that begin at or before it have moved down. */
  #block: number;
  #low: number;

  readonly #heads = new Int32Array(FAR + 1).fill(NONE);
  readonly #tails = new Int32Array(FAR + 1).fill(NONE);
  /** One bit a slot: whether its list has a timer. */
  readonly #occupied = new Int32Array(LEVELS);

  #capacity = FIRST_CAPACITY;
  #words = new Int32Array(FIRST_CAPACITY * WORDS);
  /** The same memory. */
  #doubles = new Float64Array(this.#words.buffer);
  readonly #owners: (Owner | undefined)[] = [];
  readonly #kinds: string[] = [];
  #free = NONE;
  #used = 0;
  #size = 0;

  constructor({ now, limit = INDEX_LIMIT }: { now: Millis; limit?: number }) {
    if (!Number.isInteger(limit) || limit < 1 || limit > INDEX_LIMIT) {
      throw new RangeError(`Timer limit ${limit}`);
    }
    this.#limit = limit;
    this.#now = now;
    const tick = Math.floor(now);
    this.#block = Math.floor(tick / BLOCK);
    this.#low = tick - this.#block * BLOCK;
  }

  get size(): number {
    return this.#size;
  }

  /** Time at which the next timer may be due: never later than the first one's, `undefined` when there is none. */
  get next(): Millis | undefined {
    if (this.#size === 0) return undefined;
    for (let level = 0; level < LEVELS; level++) {
      const start = this.#startOfNextSlot(level);
      if (start !== NONE) return this.#block * BLOCK + start;
    }
    return this.#nextBlock() * BLOCK;
  }

  /** @throws RangeError when `at` is not a finite time, or `limit` timers are waiting. */
  schedule(at: Millis, owner: Owner, kind: string): TimerId {
    if (!Number.isFinite(at)) throw new RangeError(`Timer ${kind} at ${at}`);
    const present = this.#block * BLOCK + this.#low;
    const index = this.#take();
    this.#doubles[index * DOUBLES + TICK] = at <= this.#now ? present : Math.max(present, Math.ceil(at));
    this.#owners[index] = owner;
    this.#kinds[index] = kind;
    this.#append(index);
    this.#size++;
    return this.#words[index * WORDS + GENERATION]! * INDEX_LIMIT + index;
  }

  /** Forgets a timer. An id of a timer that fired or was cancelled does nothing, nor does 0. */
  cancel(id: TimerId): void {
    const generation = Math.floor(id / INDEX_LIMIT);
    const index = id - generation * INDEX_LIMIT;
    if (index >= this.#used || this.#words[index * WORDS + SLOT] === FREE) return;
    if (this.#words[index * WORDS + GENERATION] !== generation) return;
    this.#remove(index);
    this.#release(index);
  }

  /**
   * Moves the present to `now` and fires all that is due, in order of time. What `fire` schedules and is due already fires too.
   * When `fire` throws, the wheel stays whole: the timers not yet fired do so at the next advance.
   */
  advance(now: Millis, fire: (owner: Owner, kind: string) => void): void {
    if (now > this.#now) this.#now = now;
    const target = Math.floor(this.#now);
    while (this.#size > 0 && this.#moveDown(target)) {
      const slot = this.#low & (SLOTS - 1);
      for (let index = this.#heads[slot]!; index !== NONE; index = this.#heads[slot]!) {
        const owner = this.#owners[index]!;
        const kind = this.#kinds[index]!;
        this.#remove(index);
        this.#release(index);
        fire(owner, kind);
      }
    }
    this.#block = Math.floor(target / BLOCK);
    this.#low = target - this.#block * BLOCK;
  }

  /** Brings the present to the first tick that has a timer, moving slots down on the way. False when that lies after `target`. */
  #moveDown(target: number): boolean {
    while (true) {
      let level = 0;
      let start = NONE;
      while (level < LEVELS && (start = this.#startOfNextSlot(level)) === NONE) level++;
      if (level === LEVELS) {
        if (!this.#enterNextBlock(target)) return false;
        continue;
      }
      if (this.#block * BLOCK + start > target) return false;
      this.#low = start;
      if (level === 0) return true;
      this.#redistribute(level * SLOTS + ((start >>> (SLOT_BITS * level)) & (SLOTS - 1)));
    }
  }

  /** Low part of the tick at which the first occupied slot of a level begins, or NONE. */
  #startOfNextSlot(level: number): number {
    const shift = SLOT_BITS * level;
    const digit = (this.#low >>> shift) & (SLOTS - 1);
    // Level 0 may hold timers of the present tick; the present slots of the levels above are empty.
    const ahead = this.#occupied[level]! & (-1 << digit);
    if (ahead === 0) return NONE;
    const slot = 31 - Math.clz32(ahead & -ahead);
    const above = shift + SLOT_BITS;
    return ((this.#low >>> above) << above) | (slot << shift);
  }

  /** The first block that has a far timer. */
  #nextBlock(): number {
    let block = Infinity;
    for (let index = this.#heads[FAR]!; index !== NONE; index = this.#words[index * WORDS + NEXT]!) {
      block = Math.min(block, Math.floor(this.#doubles[index * DOUBLES + TICK]! / BLOCK));
    }
    return block;
  }

  #enterNextBlock(target: number): boolean {
    const block = this.#nextBlock();
    if (block * BLOCK > target) return false;
    this.#block = block;
    this.#low = 0;
    this.#redistribute(FAR);
    return true;
  }

  #redistribute(slot: number): void {
    let index = this.#heads[slot]!;
    this.#heads[slot] = NONE;
    this.#tails[slot] = NONE;
    if (slot !== FAR) this.#occupied[slot >>> SLOT_BITS]! &= ~(1 << (slot & (SLOTS - 1)));
    while (index !== NONE) {
      const next = this.#words[index * WORDS + NEXT]!;
      this.#append(index);
      index = next;
    }
  }

  #slotOf(tick: number): number {
    const block = Math.floor(tick / BLOCK);
    if (block !== this.#block) return FAR;
    const low = tick - block * BLOCK;
    const differing = low ^ this.#low;
    const level = differing === 0 ? 0 : ((31 - Math.clz32(differing)) / SLOT_BITS) | 0;
    return level * SLOTS + ((low >>> (SLOT_BITS * level)) & (SLOTS - 1));
  }

  #append(index: number): void {
    const words = this.#words;
    const slot = this.#slotOf(this.#doubles[index * DOUBLES + TICK]!);
    const tail = this.#tails[slot]!;
    const at = index * WORDS;
    words[at + SLOT] = slot;
    words[at + PREVIOUS] = tail;
    words[at + NEXT] = NONE;
    this.#tails[slot] = index;
    if (tail !== NONE) {
      words[tail * WORDS + NEXT] = index;
      return;
    }
    this.#heads[slot] = index;
    if (slot !== FAR) this.#occupied[slot >>> SLOT_BITS]! |= 1 << (slot & (SLOTS - 1));
  }

  #remove(index: number): void {
    const words = this.#words;
    const at = index * WORDS;
    const slot = words[at + SLOT]!;
    const before = words[at + PREVIOUS]!;
    const after = words[at + NEXT]!;
    if (before === NONE) this.#heads[slot] = after;
    else words[before * WORDS + NEXT] = after;
    if (after === NONE) this.#tails[slot] = before;
    else words[after * WORDS + PREVIOUS] = before;
    if (slot !== FAR && this.#heads[slot] === NONE) {
      this.#occupied[slot >>> SLOT_BITS]! &= ~(1 << (slot & (SLOTS - 1)));
    }
  }

  /** An index of the slab, with a generation of its own. */
  #take(): number {
    let index = this.#free;
    if (index !== NONE) {
      this.#free = this.#words[index * WORDS + NEXT]!;
    } else {
      if (this.#used === this.#limit) throw new RangeError(`More than ${this.#limit} timers`);
      if (this.#used === this.#capacity) this.#grow();
      index = this.#used++;
    }
    const at = index * WORDS + GENERATION;
    this.#words[at] = Math.max(FIRST_GENERATION, (this.#words[at]! + 1) & GENERATION_MASK);
    return index;
  }

  #release(index: number): void {
    const at = index * WORDS;
    this.#words[at + SLOT] = FREE;
    this.#owners[index] = undefined;
    this.#words[at + NEXT] = this.#free;
    this.#free = index;
    this.#size--;
  }

  #grow(): void {
    this.#capacity *= 2;
    const words = new Int32Array(this.#capacity * WORDS);
    words.set(this.#words);
    this.#words = words;
    this.#doubles = new Float64Array(words.buffer);
  }
}
