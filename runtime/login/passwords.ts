// The browsers' users with a password: one hash at a time is worked on, so that a flood of logins leaves the machine to the calls.

import { decoy, isPassword, type PasswordHash, readPasswordHash } from "./password_hash.ts";

/** Logins that wait for the one that is worked on. */
const WAITING_LIMIT = 16;

export class Passwords {
  readonly #hashes = new Map<string, PasswordHash>();
  /** For users that do not exist: the answer takes as long as the first one's. */
  readonly #decoy: PasswordHash;
  readonly #limit: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** The hashes have been looked at when the configuration was read. */
  constructor(entries: readonly (readonly [user: string, hash: string])[], limit = WAITING_LIMIT) {
    this.#limit = limit;
    for (const [user, text] of entries) {
      const hash = readPasswordHash(text);
      if (typeof hash === "string") throw new TypeError(`The hash of a user ${hash}`);
      this.#hashes.set(user, hash);
    }
    const [first] = this.#hashes.values();
    this.#decoy = decoy(first);
  }

  /** "busy": too many wait already. */
  async check(user: string, password: string): Promise<boolean | "busy"> {
    if (this.#waiting > this.#limit) return "busy";
    this.#waiting++;
    const known = this.#hashes.get(user);
    const checked = this.#last.then(() => isPassword(password, known ?? this.#decoy));
    this.#last = checked.catch(() => {});
    try {
      return await checked && known !== undefined;
    } finally {
      this.#waiting--;
    }
  }
}
