// Chance for core: tokens and numbers from the operating system's generator, fetched a pool at a time.

import type { Random } from "../core/context.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const TOKEN_LENGTH = 20; // 5 bits each: 100 bits
const POOL_LENGTH = 8_192;

export class CryptoRandom implements Random {
  readonly #pool = new Uint8Array(POOL_LENGTH);
  #next = POOL_LENGTH;

  token(): string {
    const from = this.#take(TOKEN_LENGTH);
    let text = "";
    for (let i = 0; i < TOKEN_LENGTH; i++) text += ALPHABET.charAt(this.#pool[from + i]! & 31);
    return text;
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
