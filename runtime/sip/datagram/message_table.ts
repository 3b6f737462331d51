// A table of `struct mmsghdr` for recvmmsg and sendmmsg, each with one stretch of bytes, a socket address and, if wanted, control data.
//
//   headers   count × 64 bytes   name, its length, iovec, 1, control, its length, flags, │ bytes moved
//   iovecs    count × 16 bytes   base, length
//   names     count × 32 bytes
//   control   count × controlBytes

import { NAME_BYTES } from "../../net/sockaddr.ts";

const HEADER_WORDS = 16;
const IOVEC_WORDS = 4;
const NAME_WORDS = NAME_BYTES / 4;
// In words from a header's first.
const NAME = 0;
const NAME_LENGTH = 2;
const IOVEC = 4;
const IOVEC_COUNT = 6;
const CONTROL = 8;
const CONTROL_LENGTH = 10;
const FLAGS = 12;
const MOVED = 14;
const TRUNCATED = 0x20;
const HALF = 2 ** 32;

export class MessageTable {
  readonly words: Uint32Array<ArrayBuffer>;
  readonly count: number;
  readonly controlBytes: number;
  readonly #base: number;
  readonly #iovecs: number;
  readonly #names: number;
  readonly #control: number;
  readonly #pointers: Deno.PointerValue[] = [];

  constructor({ count, controlBytes = 0 }: { count: number; controlBytes?: number }) {
    this.count = count;
    this.controlBytes = controlBytes;
    this.#iovecs = count * HEADER_WORDS;
    this.#names = this.#iovecs + count * IOVEC_WORDS;
    this.#control = this.#names + count * NAME_WORDS;
    this.words = new Uint32Array(this.#control + count * controlBytes / 4);
    this.#base = addressOf(this.words);
    for (let at = 0; at < count; at++) {
      const header = at * HEADER_WORDS;
      this.#setAddress(header + NAME, this.#base + this.nameAt(at) * 4);
      this.#setAddress(header + IOVEC, this.#base + (this.#iovecs + at * IOVEC_WORDS) * 4);
      this.words[header + IOVEC_COUNT] = 1;
      if (controlBytes > 0) this.#setAddress(header + CONTROL, this.#base + this.controlAt(at) * 4);
      this.#pointers.push(Deno.UnsafePointer.create(BigInt(this.#base + header * 4)));
      this.reset(at);
    }
  }

  /** The table from an entry on, as the kernel takes it. */
  pointer(entry: number): Deno.PointerValue {
    return this.#pointers[entry]!;
  }

  /** Where an entry's socket address begins, in words. */
  nameAt(entry: number): number {
    return this.#names + entry * NAME_WORDS;
  }

  controlAt(entry: number): number {
    return this.#control + entry * this.controlBytes / 4;
  }

  /** Bytes of an entry that have been received. */
  moved(entry: number): number {
    return this.words[entry * HEADER_WORDS + MOVED]!;
  }

  /** Whether it was longer than its stretch. */
  truncated(entry: number): boolean {
    return (this.words[entry * HEADER_WORDS + FLAGS]! & TRUNCATED) !== 0;
  }

  /** Bytes of control data that have been received. */
  controlLength(entry: number): number {
    return this.words[entry * HEADER_WORDS + CONTROL_LENGTH]!;
  }

  setStretch(entry: number, address: number, length: number): void {
    const at = this.#iovecs + entry * IOVEC_WORDS;
    this.#setAddress(at, address);
    this.words[at + 2] = length;
  }

  /** The kernel has overwritten how much room there is. */
  reset(entry: number): void {
    this.words[entry * HEADER_WORDS + NAME_LENGTH] = NAME_BYTES;
    this.words[entry * HEADER_WORDS + CONTROL_LENGTH] = this.controlBytes;
  }

  setNameLength(entry: number, length: number): void {
    this.words[entry * HEADER_WORDS + NAME_LENGTH] = length;
  }

  #setAddress(at: number, address: number): void {
    this.words[at] = address % HALF;
    this.words[at + 1] = address / HALF;
  }
}

/** Where bytes lie in the process. They have to be many enough not to lie on V8's heap, where they would move. */
export function addressOf(bytes: Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): number {
  return Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}
