// The keys that a token's issuer publishes (RFC 7517 section 5), fetched when they are needed.
//
//   no keys yet, or too old ones     who asks waits for the fetch
//   a key that is not among them     waits too, but no more often than every 30 s; all others go on
//   keys of more than 10 minutes     are used, and fetched anew meanwhile
//   the fetch fails                  the old ones are believed for a day

import { createLocalJWKSet, errors, type JSONWebKeySet, type JWSHeaderParameters } from "jose";
import type { Millis } from "../../core/context.ts";
import type { Log } from "../log.ts";
import { KEYS_LIMIT, readKeySet } from "./key_set.ts";

export interface RemoteKeysLimits {
  /** Time that a fetch has. */
  readonly patience: Millis;
  /** Between two fetches, when the first was good, and when it was not. */
  readonly pause: Millis;
  readonly pauseAfterFailure: Millis;
  /** From which age on keys are fetched anew, and from which on they are not believed. */
  readonly fresh: Millis;
  readonly believed: Millis;
  /** Bytes of a set, and its keys. */
  readonly bytes: number;
  readonly keys: number;
  /** Tokens that may wait for a fetch at a time. */
  readonly waiting: number;
}

export const REMOTE_KEYS_LIMITS: RemoteKeysLimits = {
  patience: 5_000,
  pause: 30_000,
  pauseAfterFailure: 5_000,
  fresh: 600_000,
  believed: 86_400_000,
  bytes: 262_144,
  keys: KEYS_LIMIT,
  waiting: 64,
};

export interface RemoteKeysOptions {
  readonly url: string;
  readonly log: Log;
  /** Monotonic clock. */
  readonly now: () => Millis;
  readonly limits?: Partial<RemoteKeysLimits>;
}

/** There are no keys to look a token's up in: nobody knows whether it is good. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

type KeySet = ReturnType<typeof createLocalJWKSet>;

export class RemoteKeys {
  readonly #options: RemoteKeysOptions;
  readonly #limits: RemoteKeysLimits;
  #set: KeySet | undefined;
  #fetchedAt: Millis = 0;
  /** Earliest time of the next fetch. */
  #notBefore: Millis = -Infinity;
  #fetching: Promise<void> | undefined;
  #waiting = 0;
  #fetches = 0;
  #failures = 0;
  readonly #closed = new AbortController();

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
    this.#limits = { ...REMOTE_KEYS_LIMITS, ...options.limits };
  }

  /** Fetches begun, and those of them that gave no keys. */
  get counts(): { readonly fetches: number; readonly failures: number } {
    return { fetches: this.#fetches, failures: this.#failures };
  }

  /** Begins to fetch, so that the first who comes need not wait. */
  start(): void {
    this.#refresh();
  }

  /** Begins to fetch whatever the pause: somebody knows that there are others. */
  renew(): void {
    this.#notBefore = -Infinity;
    this.#refresh();
  }

  close(): void {
    this.#closed.abort();
  }

  /**
   * The key of a token.
   *
   * @throws KeysUnavailable, JOSEError when there is none that fits
   */
  async find(header: JWSHeaderParameters): Promise<CryptoKey> {
    const known = this.#believed();
    if (known === undefined) {
      await this.#wait();
      return await this.#get()(header);
    }
    if (this.#options.now() - this.#fetchedAt >= this.#limits.fresh) this.#refresh();
    try {
      return await known(header);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.#mayFetch()) throw error;
      await this.#wait();
      return await this.#get()(header);
    }
  }

  #believed(): KeySet | undefined {
    const age = this.#options.now() - this.#fetchedAt;
    return age < this.#limits.believed ? this.#set : undefined;
  }

  #get(): KeySet {
    const set = this.#believed();
    if (set === undefined) throw new KeysUnavailable("The keys of the token's issuer cannot be had now");
    return set;
  }

  #mayFetch(): boolean {
    return this.#fetching !== undefined || this.#options.now() >= this.#notBefore;
  }

  async #wait(): Promise<void> {
    const fetching = this.#refresh();
    if (fetching === undefined) return;
    if (this.#waiting >= this.#limits.waiting) {
      throw new KeysUnavailable("Too many wait for the issuer's keys");
    }
    this.#waiting++;
    await fetching;
    this.#waiting--;
  }

  /** The fetch that goes on, or a new one; undefined = it is too early for one. It never fails. */
  #refresh(): Promise<void> | undefined {
    if (this.#fetching !== undefined) return this.#fetching;
    if (!this.#mayFetch()) return undefined;
    this.#fetches++;
    return this.#fetching = this.#fetch().finally(() => this.#fetching = undefined);
  }

  async #fetch(): Promise<void> {
    const { url, log, now } = this.#options;
    try {
      const keys = await fetchKeys(url, { ...this.#limits, signal: this.#closed.signal });
      this.#set = createLocalJWKSet(keys);
      this.#fetchedAt = now();
      this.#notBefore = this.#fetchedAt + this.#limits.pause;
      log.debug({ keys: keys.keys.length }, "Keys of the tokens' issuer are here");
    } catch (error) {
      this.#failures++;
      this.#notBefore = now() + this.#limits.pauseAfterFailure;
      if (this.#closed.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ url, error: reason }, "Keys of the tokens' issuer could not be fetched");
    }
  }
}

async function fetchKeys(
  url: string,
  { patience, bytes, keys, signal }: RemoteKeysLimits & { signal: AbortSignal },
): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    headers: { accept: "application/jwk-set+json, application/json" },
    // Somewhere else nobody has said that it is to be believed.
    redirect: "error",
    signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
  });
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > bytes) throw new Error(`The answer is longer than ${bytes} bytes`);
    chunks.push(chunk);
  }
  if (response.status !== 200) throw new Error(`The answer is ${response.status}`);
  return readKeySet(await new Blob(chunks).text(), keys);
}
