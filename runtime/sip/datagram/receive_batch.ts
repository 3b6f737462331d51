// Datagrams that are there, received in one call into the slots of the codec's memory.

import { codec, INPUT_LIMIT } from "../../../wasm/codec.ts";
import { EINTR, type Libc } from "./libc.ts";
import { addressOf, MessageTable } from "./message_table.ts";

export class ReceiveBatch {
  readonly table: MessageTable;
  readonly #libc: Libc;
  readonly #descriptor: number;

  constructor({ libc, descriptor }: { libc: Libc; descriptor: number }) {
    const { memory } = codec;
    this.#libc = libc;
    this.#descriptor = descriptor;
    this.table = new MessageTable({ count: memory.receiveSlots });
    const base = addressOf(memory.bytes);
    for (let slot = 0; slot < this.table.count; slot++) {
      this.table.setStretch(slot, base + memory.receiveOffset(slot), INPUT_LIMIT + 1);
    }
  }

  /** How many datagrams have come, or an error's number negated. They are there until the next batch of any socket. */
  receive(): number {
    const { table } = this;
    let count: number;
    do count = this.#libc.recvmmsg(this.#descriptor, table.pointer(0), table.count); while (count === -EINTR);
    for (let entry = 0; entry < count; entry++) table.reset(entry);
    return count;
  }
}
