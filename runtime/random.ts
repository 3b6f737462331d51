// Chance for core: tokens and numbers from the operating system's generator, fetched a pool at a time.

import type { Random } from "../core/context.ts";

/** Codes of a to z and 2 to 7, by five bits. */
const CODES = new TextEncoder().encode("abcdefghijklmnopqrstuvwxyz234567");
const TOKEN_LENGTH = 20; // 5 bits each: 100 bits
const POOL_LENGTH = 8_192;

export class CryptoRandom implements Random {
  readonly #pool = new Uint8Array(POOL_LENGTH);
  #next = POOL_LENGTH;

  token(): string {
    const at = this.#take(TOKEN_LENGTH);
    const pool = this.#pool;
    // Written out: a loop would make a text at each letter, and a spread an array.
    return String.fromCharCode(
      codeOf(pool[at]!),
      codeOf(pool[at + 1]!),
      codeOf(pool[at + 2]!),
      codeOf(pool[at + 3]!),
      codeOf(pool[at + 4]!),
      codeOf(pool[at + 5]!),
      codeOf(pool[at + 6]!),
      codeOf(pool[at + 7]!),
      codeOf(pool[at + 8]!),
      codeOf(pool[at + 9]!),
      codeOf(pool[at + 10]!),
      codeOf(pool[at + 11]!),
      codeOf(pool[at + 12]!),
      codeOf(pool[at + 13]!),
      codeOf(pool[at + 14]!),
      codeOf(pool[at + 15]!),
      codeOf(pool[at + 16]!),
      codeOf(pool[at + 17]!),
      codeOf(pool[at + 18]!),
      codeOf(pool[at + 19]!),
    );
  }

  uint32(): number {
    const from = this.#take(4);
    const pool = this.#pool;
    return (pool[from]! | pool[from + 1]! << 8 | pool[from + 2]! << 16 | pool[from + 3]! << 24) >>> 0;
  }

  #take(count: number): number {
    if (this.#next + count > POOL_LENGTH) {
      crypto.getRandomValues(this.#pool);
      this.#next = 0;
    }
    const from = this.#next;
    this.#next += count;
    return from;
  }
}

function codeOf(byte: number): number {
  return CODES[byte & 31]!;
}
