// A connection until its request's head is whole: what comes first, bounded.

import type { Millis } from "../../core/context.ts";
import { readWindow } from "../../wasm/masked_text.ts";
import type { Connection, Receiver } from "../net/connection.ts";
import { HEAD_LIMIT, headEnd, readHead, type RequestHead } from "../ws/request_head.ts";
import { type Refusal, refusalBytes } from "./refusal.ts";

export interface House {
  /** Its head is there; the `rest` that came behind it stands at the beginning of `readWindow`, so many bytes. */
  entered(guest: Guest, head: RequestHead, rest: number): void;
  /** It is none any more: entered, gone or turned away. */
  left(guest: Guest): void;
}

export class Guest implements Receiver {
  readonly connection: Connection;
  /** When it came. */
  readonly since: Millis;
  readonly #house: House;
  #head: Uint8Array | undefined;
  #turnedAway = false;

  constructor(connection: Connection, { since, house }: { since: Millis; house: House }) {
    this.connection = connection;
    this.since = since;
    this.#house = house;
    connection.receiver = this;
  }

  received(length: number): void {
    if (this.#turnedAway) return;
    const before = this.#head?.length ?? 0;
    const read = readWindow.subarray(0, length);
    const bytes = before === 0 ? read : joined(this.#head!, read);
    // A blank line may have been split where the last read ended.
    const end = headEnd(bytes, Math.max(before - 3, 0));
    if (end > HEAD_LIMIT || (end === 0 && bytes.length > HEAD_LIMIT)) {
      return this.turnAway({ status: 431, reason: "The head of the request is too long" });
    }
    if (end === 0) {
      this.#head = before === 0 ? bytes.slice() : bytes;
      return;
    }
    this.#head = undefined;
    const head = readHead(bytes.subarray(0, end));
    if (typeof head === "number") {
      return this.turnAway({ status: head, reason: "The request cannot be read" });
    }
    const rest = bytes.length - end;
    readWindow.copyWithin(0, length - rest, length);
    this.#house.left(this);
    this.#house.entered(this, head, rest);
  }

  ended(): void {
    this.connection.close();
  }

  closed(): void {
    this.#house.left(this);
  }

  /** It has had its time. */
  timeOut(): void {
    if (this.#turnedAway) return this.dismiss();
    if (this.#head === undefined) return this.connection.close();
    this.turnAway({ status: 408, reason: "The request did not come in time" });
    this.connection.close();
  }

  /** Says no, and waits for the peer to hang up: what it has sent and nobody read would reset the connection before it reads our answer. */
  turnAway(refusal: Refusal): void {
    this.#turnedAway = true;
    this.connection.receiver = this;
    this.#head = undefined;
    this.connection.send(refusalBytes(refusal));
    this.connection.end();
  }

  dismiss(): void {
    this.connection.abort();
    this.#house.left(this);
  }
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(left.length + right.length);
  bytes.set(left);
  bytes.set(right, left.length);
  return bytes;
}
