// The way in: connections until their request's head has come, bounded in number and time.
//
//   accept ──► head ──┬─ GET with Upgrade: websocket ──► doorkeeper ──► a WebSocket
//                     └─ anything else ──────────────► handed over to Deno's HTTP server

import type { Millis } from "../../core/context.ts";
import { readWindow } from "../../wasm/masked_text.ts";
import type { Acceptor, Connection } from "../net/connection.ts";
import type { RequestHead } from "../ws/request_head.ts";
import { Guest, type House } from "./guest.ts";
import type { Refusal } from "./refusal.ts";

export interface EntranceLimits {
  /** Connections whose head has not come: the oldest has to go for one more. */
  readonly halfOpen: number;
  /** Time that a head has. */
  readonly headTime: Millis;
  /** Connections in all, and of one address: further ones get 503. */
  readonly connections: number;
  readonly perAddress: number;
}

/** Undefined: the connection is another's now. */
export type Entry = Refusal | undefined;

/** What comes of a question about somebody: a refusal, or what takes the connection over, its `rest` bytes being where they were. */
export type Later = Refusal | ((rest: number) => Entry);

export interface EntranceOptions {
  readonly limits: EntranceLimits;
  /** Takes a connection over, or says why not. `rest` bytes from behind the head stand at the beginning of `readWindow`. */
  readonly enter: (connection: Connection, head: RequestHead, rest: number) => Entry | Promise<Later>;
  /** Nothing can be accepted for now. */
  readonly exhausted: (error: string) => void;
  readonly now?: () => Millis;
}

const CROWDED: Refusal = {
  status: 503,
  reason: "Too many connections",
  headers: { "retry-after": "5" },
};

export class Entrance implements Acceptor, House {
  readonly #options: EntranceOptions;
  readonly #now: () => Millis;
  /** The oldest first. */
  readonly #guests = new Set<Guest>();
  /** Those about whom a question is open. */
  readonly #asked = new Set<Guest>();
  readonly #byAddress = new Map<string, number>();
  #connections = 0;
  #late = 0;
  #refused = 0;
  #exhausted = 0;

  constructor(options: EntranceOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /**
   * Connections in all, and without a head; how many were cut off before theirs had come; how many found no room; how often nothing could be
   * accepted.
   */
  get counts(): { open: number; halfOpen: number; late: number; refused: number; exhausted: number } {
    return {
      open: this.#connections,
      halfOpen: this.#guests.size,
      late: this.#late,
      refused: this.#refused,
      exhausted: this.#exhausted,
    };
  }

  accepted(connection: Connection): void {
    const { limits } = this.#options;
    for (const oldest of this.#guests) {
      if (this.#guests.size < limits.halfOpen) break;
      this.#late++;
      oldest.dismiss();
    }
    this.#connections++;
    const ofAddress = (this.#byAddress.get(connection.host) ?? 0) + 1;
    this.#byAddress.set(connection.host, ofAddress);
    const guest = new Guest(connection, { since: this.#now(), house: this });
    this.#guests.add(guest);
    if (this.#connections <= limits.connections && ofAddress <= limits.perAddress) return;
    this.#refused++;
    guest.turnAway(CROWDED);
  }

  exhausted(error: string): void {
    this.#exhausted++;
    this.#options.exhausted(error);
  }

  entered(guest: Guest, head: RequestHead, rest: number): void {
    const entry = this.#options.enter(guest.connection, head, rest);
    if (entry instanceof Promise) this.#wait(guest, entry, readWindow.slice(0, rest));
    else if (entry !== undefined) this.#turnAway(guest, entry);
  }

  left(left: Guest | Connection): void {
    if (left instanceof Guest) {
      this.#guests.delete(left);
      this.#asked.delete(left);
      return;
    }
    this.#connections--;
    const ofAddress = this.#byAddress.get(left.host)! - 1;
    if (ofAddress > 0) this.#byAddress.set(left.host, ofAddress);
    else this.#byAddress.delete(left.host);
  }

  /** To be called about once a second. */
  sweep(): void {
    const now = this.#now();
    for (const guest of this.#guests) {
      if (now - guest.since < this.#options.limits.headTime) return;
      this.#late++;
      guest.timeOut();
    }
  }

  close(): void {
    for (const guest of [...this.#guests, ...this.#asked]) guest.dismiss();
  }

  /** Nothing is read from it meanwhile; how many there are, and how long they wait, is limited by whoever is asked. */
  async #wait(guest: Guest, question: Promise<Later>, rest: Uint8Array): Promise<void> {
    const { connection } = guest;
    this.#asked.add(guest);
    connection.read(false);
    const found = await question;
    // It may have gone.
    if (!this.#asked.delete(guest)) return;
    readWindow.set(rest);
    const refusal = typeof found === "function" ? found(rest.length) : found;
    if (refusal !== undefined) this.#turnAway(guest, refusal);
    connection.read(true);
  }

  #turnAway(guest: Guest, refusal: Refusal): void {
    this.#guests.add(guest);
    guest.turnAway(refusal);
  }
}
