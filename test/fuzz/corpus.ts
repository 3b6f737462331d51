// The messages that mutation starts from: the seeds, and each message that reached something new.

import type { Chance } from "./chance.ts";

export interface Gain {
  /** How much new it reached. */
  readonly worth: number;
  /** Whether the codec took it. */
  readonly taken: boolean;
}

interface Entry extends Gain {
  readonly message: Uint8Array<ArrayBuffer>;
  readonly isSeed: boolean;
  picked: number;
}

/** Beyond these the oldest quarter goes, the seeds stay. */
const LIMIT = 4_000;
/** Longer ones are kept when they are worth it: each pick of them costs as much as many short ones. */
const SHORT = 2_048;
const WORTH_IT = 10;
const SEED_WORTH = 10;
const NEWEST = 64;

export class Corpus {
  /** Most changes break a message, and a broken one seldom leads on: what was taken is kept apart, to be picked first. */
  readonly #taken: Entry[] = [];
  readonly #refused: Entry[] = [];

  get size(): number {
    return this.#taken.length + this.#refused.length;
  }

  addSeed(message: Uint8Array, taken: boolean): void {
    this.#listOf(taken).push({ message: message.slice(), worth: SEED_WORTH, taken, isSeed: true, picked: 0 });
  }

  add(message: Uint8Array, gain: Gain): void {
    if (message.length > SHORT && gain.worth < WORTH_IT) return;
    const list = this.#listOf(gain.taken);
    list.push({ ...gain, message: message.slice(), isSeed: false, picked: 0 });
    if (list.length <= LIMIT) return;
    const kept = list.filter(({ isSeed }, index) => isSeed || index > LIMIT / 4);
    list.splice(0, list.length, ...kept);
  }

  /** Mostly what was taken; of two the one picked less for its worth and length. Throws RangeError when there is none. */
  pick(chance: Chance): Uint8Array<ArrayBuffer> {
    const list = this.#anyList(chance);
    const one = some(list, chance);
    const two = some(list, chance);
    const entry = tired(one) <= tired(two) ? one : two;
    entry.picked++;
    return entry.message;
  }

  /** Any, evenly. */
  any(chance: Chance): Uint8Array<ArrayBuffer> {
    return some(this.#anyList(chance), chance).message;
  }

  #listOf(taken: boolean): Entry[] {
    return taken ? this.#taken : this.#refused;
  }

  #anyList(chance: Chance): Entry[] {
    if (this.#refused.length === 0) return this.#taken;
    return this.#taken.length > 0 && !chance.oneIn(5) ? this.#taken : this.#refused;
  }
}

/** The newest are the likeliest to lead on. */
function some(list: readonly Entry[], chance: Chance): Entry {
  const from = chance.oneIn(3) ? Math.max(0, list.length - NEWEST) : 0;
  const entry = list[from + chance.below(list.length - from)];
  if (entry === undefined) throw new RangeError("The corpus is empty");
  return entry;
}

function tired({ message, worth, picked }: Entry): number {
  return picked * (message.length + 500) / (worth + 5);
}
