// The shards of one relay, joined by a way between them that delays and keeps the order, as the runtime's links do; shards can die and come back.

import type { PeerMessage } from "../../core/peer_message.ts";
import type { Listener } from "../../core/sip/addresses.ts";
import type { Network } from "./network.ts";
import type { RelayNode } from "./relay_node.ts";

/** How long a message takes from one shard to another. */
const way = 1;
/** How many messages of a shard's own state are handed over at a time. */
const portion = 2;

export class ShardGroup {
  readonly listeners: readonly (readonly Listener[])[];
  /** Nobody takes SIP messages of a sibling's any more. */
  isFull = false;
  readonly #network: Network;
  readonly #nodes = new Map<number, RelayNode>();

  constructor({ network, host, shards }: { network: Network; host: string; shards: number }) {
    this.#network = network;
    this.listeners = Array.from(
      { length: shards },
      (_, shard) =>
        (["udp", "tcp"] as const).map((transport) => ({ transport, host, port: 5060 + 2 * shard })),
    );
  }

  node(shard: number): RelayNode | undefined {
    return this.#nodes.get(shard);
  }

  /** A shard has come: all others and it hear of each other, and of each other's users. */
  join(shard: number, node: RelayNode): void {
    this.#nodes.set(shard, node);
    for (const [other, sibling] of this.#nodes) {
      if (other === shard) continue;
      this.#introduce(other, sibling, shard);
      this.#introduce(shard, node, other);
    }
  }

  /** Does something at a sibling a moment later, in order; false when it is not there. */
  at(shard: number, act: (node: RelayNode) => void): boolean {
    const node = this.#nodes.get(shard);
    if (node === undefined) return false;
    this.#network.after(way, () => {
      if (this.#nodes.get(shard) === node) act(node);
    });
    return true;
  }

  announce(from: number, message: PeerMessage): void {
    for (const shard of this.#nodes.keys()) {
      if (shard === from) continue;
      this.at(shard, (node) => node.act((relay) => relay.peer(from, message, this.#network.now)));
    }
  }

  /** Calls back once all that any shard has said so far has been heard, and an answer would have come. */
  settle(done: () => void): void {
    this.#network.after(2 * way, done);
  }

  /** As by kill -9: nothing is said to anybody outside. */
  kill(shard: number): void {
    this.#nodes.get(shard)!.vanish();
    this.#nodes.delete(shard);
    for (const other of this.#nodes.keys()) {
      this.at(other, (node) => node.act((relay) => relay.peerGone(shard, this.#network.now)));
    }
  }

  #introduce(to: number, node: RelayNode, shard: number): void {
    this.at(to, () => node.act((relay) => relay.peerUp(shard)));
    const rest = this.#nodes.get(shard)!.relay.toTell();
    const tell = () => {
      for (let told = 0; told < portion; told++) {
        const next = rest.next();
        if (next.done) return;
        this.at(to, () => node.act((relay) => relay.peer(shard, next.value, this.#network.now)));
      }
      this.#network.after(way, tell);
    };
    tell();
  }
}
