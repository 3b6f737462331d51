// Nonces that carry their own proof, and the memory of which nonce counts were used (RFC 7616 sections 3.3, 3.4, 5.4).
//
//   nonce = time . token . keyed hash of (algorithm, time, token)
//
// A nonce costs nothing until a good answer to it has arrived. Then its counts are kept in a bounded table. A nonce that
// had to leave the table takes with it every unknown nonce that is not younger: they count as stale, so that a full table
// costs a client one more challenge and never lets an answer be replayed.

import type { Millis, Random } from "../context.ts";
import { equalHash, type Hash } from "../hash.ts";

export const NONCE_LIFETIME: Millis = 300_000;
/** Counts below the highest that may still arrive, once each: UDP may reorder. At most 32, the bits of `seen`. */
const WINDOW = 32;
const LONGEST = 128;

/** One use of a nonce. */
export interface NonceUse {
  readonly nonce: string;
  readonly algorithm: string;
  readonly count: number;
}

/** What lets several relays take each other's nonces: the same key, and word of each use. Their clocks have to agree. */
export interface NonceSharing {
  readonly key: string;
  /** Whose use was told before this time is not known here, so nonces from before count as used. */
  readonly since: Millis;
  readonly used: (use: NonceUse) => void;
}

interface Counts {
  readonly issued: Millis;
  highest: number;
  /** Bit i: count `highest - 1 - i` was used. */
  seen: number;
}

export class Nonces {
  readonly #hash: Hash;
  readonly #random: Random;
  readonly #secret: string;
  readonly #limit: number;
  readonly #sharing: NonceSharing | undefined;
  readonly #used = new Map<string, Counts>();
  #floor: Millis;

  /** @param options `limit`: nonces whose counts are remembered at the same time. */
  constructor(options: { hash: Hash; random: Random; limit?: number; sharing?: NonceSharing | undefined }) {
    this.#hash = options.hash;
    this.#random = options.random;
    this.#limit = options.limit ?? 16_384;
    this.#sharing = options.sharing;
    this.#floor = options.sharing?.since ?? -1;
    this.#secret = options.sharing?.key ?? options.random.token() + options.random.token();
  }

  /** Nonces whose counts are remembered. */
  get size(): number {
    return this.#used.size;
  }

  /** A fresh nonce, good for answers by this algorithm only, for NONCE_LIFETIME. */
  issue(algorithm: string, now: Millis): string {
    const text = `${Math.floor(now).toString(36)}.${this.#random.token()}`;
    return `${text}.${this.#proof(algorithm, text)}`;
  }

  /** Takes one use of a nonce. False when it is not ours, too old, or was used with this count. */
  use(use: NonceUse, now: Millis): boolean {
    if (!this.take(use, now)) return false;
    this.#sharing?.used(use);
    return true;
  }

  /** The same for a use that somebody else took: nobody is told of it again. */
  take(use: NonceUse, now: Millis): boolean {
    const { nonce, count } = use;
    const issued = this.#issued(nonce, use.algorithm);
    if (issued === undefined || now - issued > NONCE_LIFETIME || count < 1) return false;
    const counts = this.#used.get(nonce);
    if (counts !== undefined) return takeCount(counts, count);
    if (issued <= this.#floor) return false;
    if (this.#used.size >= this.#limit) this.#forgetOldest();
    this.#used.set(nonce, { issued, highest: count, seen: 0 });
    return true;
  }

  #issued(nonce: string, algorithm: string): Millis | undefined {
    if (nonce.length > LONGEST) return undefined;
    const end = nonce.lastIndexOf(".");
    if (end < 0) return undefined;
    const text = nonce.slice(0, end);
    if (!equalHash(nonce.slice(end + 1), this.#proof(algorithm, text))) return undefined;
    return parseInt(text, 36); // up to the first dot
  }

  #proof(algorithm: string, text: string): string {
    // Hashed twice, as HMAC does, so that no proof can be lengthened into another one.
    const inner = this.#hash("SHA-256", `${this.#secret}:${algorithm}:${text}`);
    return this.#hash("SHA-256", `${this.#secret}:${inner}`).slice(0, 40);
  }

  #forgetOldest(): void {
    for (const [nonce, counts] of this.#used) {
      this.#used.delete(nonce);
      this.#floor = Math.max(this.#floor, counts.issued);
      return;
    }
  }
}

function takeCount(counts: Counts, count: number): boolean {
  const ahead = count - counts.highest;
  if (ahead > 0) {
    // A shift by 32 would be none.
    const kept = ahead < WINDOW ? counts.seen << ahead : 0;
    counts.seen = ahead <= WINDOW ? kept | 1 << (ahead - 1) : 0;
    counts.highest = count;
    return true;
  }
  if (ahead === 0 || -ahead > WINDOW) return false;
  const bit = 1 << (-ahead - 1);
  if ((counts.seen & bit) !== 0) return false;
  counts.seen |= bit;
  return true;
}
