// One connection to a sibling shard: frames in, a bounded buffer of frames out. What is said within one turn leaves in one write.

import type { PeerMessage } from "../../core/peer_message.ts";
import {
  FRAME_LIMIT,
  FrameReader,
  jsonFrame,
  KIND_PEER,
  type SipFrame,
  sipFrameRoom,
  type SipKind,
  writeSipFrame,
} from "./frame.ts";

/** Bytes that may wait for a sibling. */
const WAITING_LIMIT = 8 * 1024 * 1024;
/** What is only to be looked at gives way much earlier. */
const SHOWN_LIMIT = 1024 * 1024;
const AFTERWARDS_LIMIT = 1_000;
const FIRST_LENGTH = 64 * 1024;
/** Bytes of our own state that are handed over at a time. */
const PORTION = 32 * 1024;

export interface LinkOptions {
  readonly connection: Deno.UnixConn;
  /** What frames that came at once bring about leaves together; until then their bytes stay. */
  readonly together: (deliverAll: () => void) => void;
  /** Whose link it is, once it has said so. */
  readonly onFrame: (link: Link, kind: number, rest: Uint8Array) => void;
  /** Told once, with why. */
  readonly onClose: (link: Link, reason: string) => void;
}

export class Link {
  /** -1 until it has said who it is. */
  shard = -1;
  readonly #connection: Deno.UnixConn;
  readonly #together: LinkOptions["together"];
  readonly #onFrame: LinkOptions["onFrame"];
  readonly #onClose: LinkOptions["onClose"];
  #filling = new Uint8Array(FIRST_LENGTH);
  #filled = 0;
  #spare = new Uint8Array(FIRST_LENGTH);
  #unsent = 0;
  #writing = false;
  #closed = false;
  /** What the sibling has still to be told of our state. */
  #rest: Iterator<PeerMessage> | undefined;
  readonly #afterwards: Uint8Array[] = [];

  constructor({ connection, together, onFrame, onClose }: LinkOptions) {
    this.#connection = connection;
    this.#together = together;
    this.#onFrame = onFrame;
    this.#onClose = onClose;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Bytes that have not left. */
  get waiting(): number {
    return this.#filled + this.#unsent;
  }

  start(): void {
    this.#read();
  }

  /** Hands over all of this, between what else has to be said. */
  tell(rest: Iterator<PeerMessage>): void {
    this.#rest = rest;
    this.#wake();
  }

  /** False: there is no room. */
  sendSip(kind: SipKind, message: SipFrame): boolean {
    if (!this.#make(sipFrameRoom(message))) return false;
    this.#filled += writeSipFrame(kind, message, this.#filling.subarray(this.#filled));
    this.#wake();
    return true;
  }

  /** A whole frame. False: there is no room. */
  send(frame: Uint8Array): boolean {
    if (!this.#append(frame)) return false;
    this.#wake();
    return true;
  }

  /** A whole frame, behind all that is still to be told. */
  sendAfterwards(frame: Uint8Array): void {
    if (this.#rest === undefined) this.send(frame);
    else if (this.#afterwards.length < AFTERWARDS_LIMIT) this.#afterwards.push(frame);
  }

  /** The same for what may be left out. */
  show(frame: Uint8Array): boolean {
    return this.waiting + frame.length <= SHOWN_LIMIT && this.send(frame);
  }

  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#connection.close();
    } catch {
      // Closed by the sibling in the meantime.
    }
    this.#filling = this.#spare = new Uint8Array(0);
    this.#onClose(this, reason);
  }

  #make(length: number): boolean {
    if (this.#closed || length > FRAME_LIMIT || this.waiting + length > WAITING_LIMIT) return false;
    const needed = this.#filled + length;
    if (needed <= this.#filling.length) return true;
    let size = this.#filling.length;
    while (size < needed) size *= 2;
    const larger = new Uint8Array(size);
    larger.set(this.#filling.subarray(0, this.#filled));
    this.#filling = larger;
    return true;
  }

  #wake(): void {
    if (this.#writing || this.#closed) return;
    this.#writing = true;
    queueMicrotask(() => this.#write());
  }

  async #write(): Promise<void> {
    try {
      while (!this.#closed) {
        if (this.#filled === 0 && this.#rest !== undefined) this.#portion(this.#rest);
        if (this.#filled === 0) break;
        const bytes = this.#filling.subarray(0, this.#filled);
        // A flood that is over gives its memory back.
        this.#filling = this.#spare.length > 16 * FIRST_LENGTH ? new Uint8Array(FIRST_LENGTH) : this.#spare;
        this.#filled = 0;
        this.#unsent = bytes.length;
        for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
        this.#unsent = 0;
        this.#spare = new Uint8Array(bytes.buffer);
      }
    } catch (error) {
      this.close(String(error));
    }
    this.#writing = false;
  }

  #portion(rest: Iterator<PeerMessage>): void {
    while (this.#filled < PORTION) {
      const next = rest.next();
      if (next.done) {
        this.#rest = undefined;
        for (const frame of this.#afterwards.splice(0)) this.#append(frame);
        return;
      }
      this.#append(jsonFrame(KIND_PEER, next.value));
    }
  }

  #append(frame: Uint8Array): boolean {
    if (!this.#make(frame.length)) return false;
    this.#filling.set(frame, this.#filled);
    this.#filled += frame.length;
    return true;
  }

  async #read(): Promise<void> {
    const reader = new FrameReader();
    let reason = "Closed by the sibling";
    try {
      while (!this.#closed) {
        const count = await this.#connection.read(reader.room());
        if (count === null) break;
        reader.filled(count);
        let isWhole = true;
        this.#together(() => {
          isWhole = this.#deliver(reader);
        });
        if (isWhole) continue;
        reason = "The stream cannot be cut into frames";
        break;
      }
    } catch (error) {
      reason = String(error);
    }
    this.close(reason);
  }

  #deliver(reader: FrameReader): boolean {
    for (let frame = reader.next(); frame !== undefined && !this.#closed; frame = reader.next()) {
      if (frame === "fault") return false;
      this.#onFrame(this, frame.kind, frame.rest);
    }
    return true;
  }
}
