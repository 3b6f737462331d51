// Datagrams to be sent in one call: noted where they lie in the codec's memory, others copied beside each other.

import { codec } from "../../../wasm/codec.ts";
import { AF_INET } from "../../net/libc.ts";
import { withPort } from "../../net/sockaddr.ts";
import type { Libc } from "./libc.ts";
import { addressOf, MessageTable } from "./message_table.ts";

const COUNT = 64;
const STAGING_BYTES = 256 * 1024;
const IPV4_BYTES = 16;
const IPV6_BYTES = 28;

/** Of a socket address: its words without the port. */
export interface Noted {
  readonly bytes: Uint8Array;
  readonly name: Uint32Array;
  readonly port: number;
  readonly transaction: string;
}

export class SendBatch {
  readonly #libc: Libc;
  readonly #descriptor: number;
  readonly #table = new MessageTable({ count: COUNT });
  readonly #memory = codec.memory.bytes;
  readonly #memoryBase = addressOf(this.#memory);
  readonly #staging = new Uint8Array(STAGING_BYTES);
  readonly #stagingBase = addressOf(this.#staging);
  readonly #transactions: string[] = new Array(COUNT).fill("");
  /** Offset in the memory, or beyond it in the staging area. */
  readonly #starts = new Float64Array(COUNT);
  readonly #lengths = new Uint32Array(COUNT);
  readonly #ports = new Uint16Array(COUNT);
  readonly #names: (Uint32Array | undefined)[] = new Array(COUNT).fill(undefined);
  #staged = 0;
  #size = 0;

  constructor({ libc, descriptor }: { libc: Libc; descriptor: number }) {
    this.#libc = libc;
    this.#descriptor = descriptor;
  }

  get size(): number {
    return this.#size;
  }

  /** Notes one more; false when there is no room for it. Bytes in the codec's memory have to stay there until the batch is cleared. */
  add({ bytes, name, port, transaction }: Noted): boolean {
    const entry = this.#size;
    if (entry === COUNT) return false;
    const { length } = bytes;
    const table = this.#table;
    if (bytes.buffer === this.#memory.buffer) {
      this.#starts[entry] = bytes.byteOffset;
      table.setStretch(entry, this.#memoryBase + bytes.byteOffset, length);
    } else {
      if (this.#staged + length > STAGING_BYTES) return false;
      this.#staging.set(bytes, this.#staged);
      this.#starts[entry] = this.#memory.length + this.#staged;
      table.setStretch(entry, this.#stagingBase + this.#staged, length);
      this.#staged += length;
    }
    const { words } = table;
    const at = table.nameAt(entry);
    const family = name[0]!;
    words[at] = withPort(family, port);
    words[at + 1] = name[1]!;
    if (family !== AF_INET) { for (let word = 2; word < 7; word++) words[at + word] = name[word]!; }
    table.setNameLength(entry, family === AF_INET ? IPV4_BYTES : IPV6_BYTES);
    this.#lengths[entry] = length;
    this.#ports[entry] = port;
    this.#names[entry] = name;
    this.#transactions[entry] = transaction;
    this.#size++;
    return true;
  }

  /** Sends from an entry on. How many have left, or an error's number negated: the error of the first. */
  send(from: number): number {
    return this.#libc.sendmmsg(this.#descriptor, this.#table.pointer(from), this.#size - from);
  }

  transaction(entry: number): string {
    return this.#transactions[entry]!;
  }

  /** An entry with bytes of its own. */
  copy(entry: number): Noted {
    const start = this.#starts[entry]!;
    const length = this.#lengths[entry]!;
    const own = start >= this.#memory.length;
    const source = own ? this.#staging : this.#memory;
    const offset = own ? start - this.#memory.length : start;
    return {
      bytes: source.slice(offset, offset + length),
      name: this.#names[entry]!,
      port: this.#ports[entry]!,
      transaction: this.#transactions[entry]!,
    };
  }

  clear(): void {
    this.#size = 0;
    this.#staged = 0;
  }
}
