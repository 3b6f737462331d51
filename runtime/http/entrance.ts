// The way in: connections until their request's head has come, bounded in number and time.
//
//   accept ──► head ──┬─ GET with Upgrade: websocket ──► doorkeeper ──► a WebSocket
//                     └─ anything else ──────────────► handed over to Deno's HTTP server

import type { Millis } from "../../core/context.ts";
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

export interface EntranceOptions {
  readonly limits: EntranceLimits;
  /** Takes a connection over, or says why not. `rest` bytes from behind the head stand at the beginning of `readWindow`. */
  readonly enter: (connection: Connection, head: RequestHead, rest: number) => Refusal | undefined;
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
    const refusal = this.#options.enter(guest.connection, head, rest);
    if (refusal === undefined) return;
    this.#guests.add(guest);
    guest.turnAway(refusal);
  }

  left(left: Guest | Connection): void {
    if (left instanceof Guest) {
      this.#guests.delete(left);
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
    for (const guest of this.#guests) guest.dismiss();
  }
}
