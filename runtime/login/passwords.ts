// The browsers' users with a password: one hash at a time is worked on, so that a flood of logins leaves the machine to the calls.

import { decoy, isPassword, type PasswordHash, readPasswordHash } from "./password_hash.ts";

/** Logins that wait for the one that is worked on. */
const WAITING_LIMIT = 16;

type Entries = readonly (readonly [user: string, hash: string])[];

export class Passwords {
  /** As texts: there may be very many, few of whom ever come. */
  #hashes: ReadonlyMap<string, string>;
  /** For users that do not exist: the answer takes as long as the first one's. */
  #decoy: PasswordHash;
  readonly #limit: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** The hashes have been looked at when the configuration was read. */
  constructor(entries: Entries, limit = WAITING_LIMIT) {
    this.#limit = limit;
    [this.#hashes, this.#decoy] = tableOf(entries);
  }

  /** Other users, or with other passwords, from now on. */
  renew(entries: Entries): void {
    [this.#hashes, this.#decoy] = tableOf(entries);
  }

  hashOf(user: string): string | undefined {
    return this.#hashes.get(user);
  }

  /** "busy": too many wait already. */
  async check(user: string, password: string): Promise<boolean | "busy"> {
    if (this.#waiting > this.#limit) return "busy";
    this.#waiting++;
    const text = this.#hashes.get(user);
    const hash = text === undefined ? this.#decoy : read(text);
    const checked = this.#last.then(() => isPassword(password, hash));
    this.#last = checked.catch(() => {});
    try {
      // A password that has been changed meanwhile proves nothing.
      return await checked && text !== undefined && this.#hashes.get(user) === text;
    } finally {
      this.#waiting--;
    }
  }
}

function tableOf(entries: Entries): [ReadonlyMap<string, string>, PasswordHash] {
  const [first] = entries;
  return [new Map(entries), decoy(first === undefined ? undefined : read(first[1]))];
}

function read(text: string): PasswordHash {
  const hash = readPasswordHash(text);
  if (typeof hash === "string") throw new TypeError(`The hash of a user ${hash}`);
  return hash;
}
