// Chance that can be told again: the same seed gives the same choices (Chris Doty-Humphrey's sfc32).

export class Chance {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1);
    this.#c = 0x2545f491;
    for (let i = 0; i < 12; i++) this.word();
  }

  /** 32 bits, signed. */
  word(): number {
    const word = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + word | 0;
    return word;
  }

  /** A whole number from 0 up to, not including, the limit. 0 for a limit of 0. */
  below(limit: number): number {
    return Math.floor((this.word() >>> 0) / 2 ** 32 * limit);
  }

  /** A whole number from 1 on: small ones are likely, large ones happen. */
  small(limit: number): number {
    return 1 + this.below(Math.min(limit, 1 << (1 + this.below(5))));
  }

  oneIn(number: number): boolean {
    return this.below(number) === 0;
  }

  /** Throws RangeError for an empty list. */
  pick<T>(list: readonly T[]): T {
    const found = list[this.below(list.length)];
    if (found === undefined) throw new RangeError("Nothing to pick from");
    return found;
  }
}
