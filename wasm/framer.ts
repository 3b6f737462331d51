// Cuts a stream into SIP messages and keep-alives (RFC 3261 18.3, RFC 5626 3.5.1).

import { FAULT_TOO_LONG } from "./assembly/codes.ts";
import { BODY } from "./assembly/layout.ts";
import type { CodecExports } from "./exports.ts";
import { type CodecMemory, INPUT_LIMIT } from "./memory.ts";

export type Frame =
  /** One whole message, valid until the next call. */
  | { readonly type: "message"; readonly bytes: Uint8Array }
  /** A double line break: to be answered with a single one. */
  | { readonly type: "ping" }
  | { readonly type: "pong" }
  /** FAULT_*: where the next message begins cannot be known, so the connection must be closed. */
  | { readonly type: "fault"; readonly code: number };

const ping: Frame = { type: "ping" };
const pong: Frame = { type: "pong" };
const firstRoom = 4096;
const blankLine = 4;
const window = 2048;
const cr = 13;
const lf = 10;

/** Holds the bytes of one connection that make no whole message yet. */
export class CodecFramer {
  readonly #memory: Uint8Array<ArrayBuffer>;
  readonly #wasm: CodecExports;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #start = 0;
  #end = 0;
  /** Bytes from #start on in which no blank line begins. */
  #searched = 0;
  /** Length of the whole message at #start, 0 = not known yet. */
  #length = 0;
  #fault: Frame | undefined;

  constructor(memory: CodecMemory, wasm: CodecExports) {
    this.#memory = memory.bytes;
    this.#wasm = wasm;
  }

  /** Bytes held. */
  get pending(): number {
    return this.#end - this.#start;
  }

  /** Takes the bytes over, by a copy. All frames have to be taken out before the next push, else what is held has no bound. */
  push(chunk: Uint8Array): void {
    if (this.#fault !== undefined || chunk.length === 0) return;
    this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The next frame; undefined = more bytes are needed. After a fault always the fault. */
  next(): Frame | undefined {
    if (this.#fault !== undefined) return this.#fault;
    if (this.#length === 0) {
      const keepAlive = this.#keepAlive();
      if (keepAlive !== undefined) return keepAlive;
      if (!this.#measure()) return this.#fault;
    }
    if (this.pending < this.#length) return undefined;
    const bytes = this.#bytes.subarray(this.#start, this.#start + this.#length);
    this.#drop(this.#length);
    return { type: "message", bytes };
  }

  /** Line breaks before a message. Two are a ping; one is a pong only when it is known not to be half a ping, else the frames would depend on the stream's split. */
  #keepAlive(): Frame | undefined {
    if (this.#at(0) !== cr || this.#at(1) !== lf) return undefined;
    const third = this.#at(2);
    const fourth = this.#at(3);
    if (third === cr && fourth === lf) {
      this.#drop(4);
      return ping;
    }
    if (third === undefined || (third === cr && fourth === undefined)) return undefined;
    this.#drop(2);
    return pong;
  }

  /** Finds the length of the message at #start. False = not known, or a fault. */
  #measure(): boolean {
    const held = Math.min(this.pending, INPUT_LIMIT);
    let head = 0;
    // In windows, so that a short message before many others does not cost a copy of them all.
    while (head === 0 && held - this.#searched >= blankLine) {
      const to = Math.min(held, this.#searched + window);
      const found = this.#wasm.findHead(this.#show(this.#searched, to));
      if (found !== 0) head = this.#searched + found;
      else this.#searched = to - blankLine + 1;
    }
    if (head === 0) {
      if (held === INPUT_LIMIT) this.#fail(FAULT_TOO_LONG);
      return false;
    }
    this.#show(0, head);
    const body = this.#wasm.headLength(head);
    if (body < 0) this.#fail(-body);
    else if (head + body > INPUT_LIMIT) this.#fail(FAULT_TOO_LONG);
    else this.#length = head + body;
    return this.#fault === undefined;
  }

  /** Copies held bytes to where the codec looks at them. Their count. */
  #show(from: number, to: number): number {
    this.#memory.set(this.#bytes.subarray(this.#start + from, this.#start + to), BODY);
    return to - from;
  }

  #fail(code: number): void {
    this.#fault = { type: "fault", code };
    this.#bytes = new Uint8Array(0);
    this.#start = this.#end = 0;
  }

  #at(index: number): number | undefined {
    return this.#start + index < this.#end ? this.#bytes[this.#start + index] : undefined;
  }

  #drop(count: number): void {
    this.#start += count;
    this.#searched = 0;
    this.#length = 0;
  }

  #makeRoom(count: number): void {
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
      // What one long message needed is not kept while the connection idles.
      if (this.#bytes.length > firstRoom && count <= firstRoom) this.#bytes = new Uint8Array(firstRoom);
    }
    if (this.#end + count <= this.#bytes.length) return;
    const held = this.#bytes.subarray(this.#start, this.#end);
    const needed = held.length + count;
    if (needed <= this.#bytes.length && this.#start >= held.length) {
      this.#bytes.set(held);
    } else {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length, firstRoom));
      larger.set(held);
      this.#bytes = larger;
    }
    this.#end = held.length;
    this.#start = 0;
  }
}
