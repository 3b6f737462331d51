// The sibling shards that are there now, and the messages that are theirs.

import { windowBytes } from "../../wasm/codec.ts";
import type { Output } from "../output.ts";
import type { Arrival } from "../sip/arrival.ts";
import { sourceHop } from "../sip/response_hop.ts";
import { ownerOfWindow } from "../sip/shard.ts";

export class Siblings {
  readonly #outputs: Output[];
  readonly #shards = new Set<number>();

  constructor(outputs: Output[]) {
    this.#outputs = outputs;
  }

  add(shard: number): void {
    this.#shards.add(shard);
  }

  delete(shard: number): void {
    this.#shards.delete(shard);
  }

  /** Whether the message in the window is a sibling's and goes there whole. What a sibling has handed on stays. */
  forwards(arrival: Arrival, length: number): boolean {
    if (arrival.transport === "loop" || arrival.shard !== undefined) return false;
    const shard = ownerOfWindow();
    // Of one that is not there nobody knows anything: 481, as for any dialog that is not known.
    if (!this.#shards.has(shard)) return false;
    this.#outputs.push({ type: "forward", shard, source: sourceHop(arrival), bytes: windowBytes(length) });
    return true;
  }

  /** Hears all of them before the message in the window comes again, from a feed or from where it came. False: there are none. */
  ask(from: Arrival | number, length: number): boolean {
    if (this.#shards.size === 0) return false;
    if (typeof from === "number") this.#outputs.push({ type: "textAgain", feed: from });
    else this.#outputs.push({ type: "again", from: sourceHop(from), bytes: windowBytes(length) });
    return true;
  }
}
