// Addresses that a request was too large for UDP for, and that did not take it over TCP either: UDP is tried first there for a while
// (RFC 3261 section 18.1.1 allows it then), so that not every call waits for a connection that never comes.

import type { Millis } from "../context.ts";
import type { Hop } from "../hop.ts";

const REMEMBERED: Millis = 60_000;
const LIMIT = 1_024;

export class MissingStreams {
  /** `host:port` → until when; the first to be forgotten first. */
  readonly #until = new Map<string, Millis>();

  add({ host, port }: Hop, now: Millis): void {
    const key = `${host}:${port}`;
    this.#until.delete(key);
    if (this.#until.size >= LIMIT) {
      for (const first of this.#until.keys()) {
        this.#until.delete(first);
        break;
      }
    }
    this.#until.set(key, now + REMEMBERED);
  }

  has({ host, port }: Hop, now: Millis): boolean {
    if (this.#until.size === 0) return false;
    const key = `${host}:${port}`;
    const until = this.#until.get(key);
    if (until === undefined) return false;
    if (until > now) return true;
    this.#until.delete(key);
    return false;
  }
}
