// Nodes joined by a network that delays, reorders and loses, on a virtual clock. The same seed tells the same story.
//
// A node is anything that takes bytes and has timers: an endpoint of a test, a whole relay. The network calls it with one input at a time;
// whatever the node has to send it hands to `send` before it returns.

import type { Millis } from "../../core/context.ts";
import type { Transport } from "../../core/hop.ts";
import { seededRandom } from "./seeded_random.ts";

export interface Address {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
}

/** Where a packet came from. `flow` names the connection, 0 for datagrams. */
export interface Source extends Address {
  readonly flow: number;
}

export interface Node {
  receive(bytes: Uint8Array, from: Source): void;
  /** Time has passed: `Network.now` is the time. */
  tick(): void;
  readonly nextTimer: Millis | undefined;
}

/** One message on its way. */
export interface Packet {
  /** 0 for the first packet of the story. */
  readonly serial: number;
  readonly sentAt: Millis;
  readonly from: Address;
  readonly to: Address;
  readonly bytes: Uint8Array;
  readonly fate: "lost" | "delivered";
}

export interface NetworkOptions {
  readonly seed?: number;
  /** Shortest and longest way of a packet. Where they differ, datagrams overtake each other; streams keep their order. */
  readonly delay?: readonly [shortest: Millis, longest: Millis];
  /** Part of the datagrams that is lost, 0 to 1. */
  readonly loss?: number;
  /** Part of the datagrams that arrives twice, 0 to 1. */
  readonly duplicates?: number;
  /** Says which datagrams are lost besides. Streams lose nothing. */
  readonly lose?: (packet: Omit<Packet, "fate">) => boolean;
}

interface Event {
  readonly at: Millis;
  readonly serial: number;
  readonly happen: () => void;
}

export class Network {
  /** All that was sent, in order, the lost too. */
  readonly packets: Packet[] = [];
  readonly #options: Required<Omit<NetworkOptions, "seed">>;
  readonly #chance: () => number;
  readonly #nodes = new Map<string, Node>();
  readonly #flows = new Map<string, number>();
  /** When the last packet of each stream arrives. */
  readonly #lastArrivals = new Map<string, Millis>();
  #events: Event[] = [];
  #eventSerial = 0;
  #now: Millis = 0;

  constructor(
    { seed = 1, delay = [10, 10], loss = 0, duplicates = 0, lose = () => false }: NetworkOptions = {},
  ) {
    this.#options = { delay, loss, duplicates, lose };
    this.#chance = seededRandom(seed);
  }

  get now(): Millis {
    return this.#now;
  }

  /** A node may have several addresses. */
  attach(address: Address, node: Node): void {
    this.#nodes.set(nameOf(address), node);
  }

  /** Nobody listens at this address any more. */
  detach(address: Address): void {
    this.#nodes.delete(nameOf(address));
  }

  isAttached(address: Address): boolean {
    return this.#nodes.has(nameOf(address));
  }

  /** Takes a packet. False when nobody listens at a stream's other end: the connection is refused. */
  send(bytes: Uint8Array, { from, to }: { from: Address; to: Address }): boolean {
    const { delay: [shortest, longest], loss, duplicates, lose } = this.#options;
    const packet = { serial: this.packets.length, sentAt: this.#now, from, to, bytes: bytes.slice() };
    const way = shortest + this.#chance() * (longest - shortest);
    if (to.transport !== "udp") {
      if (!this.#nodes.has(nameOf(to))) return false;
      this.packets.push({ ...packet, fate: "delivered" });
      const stream = `${nameOf(from)} ${nameOf(to)}`;
      const arrival = Math.max(this.#now + way, this.#lastArrivals.get(stream) ?? 0);
      this.#lastArrivals.set(stream, arrival);
      this.#deliver(packet, arrival);
      return true;
    }
    const lost = this.#chance() < loss || lose(packet);
    this.packets.push({ ...packet, fate: lost ? "lost" : "delivered" });
    if (lost) return true;
    this.#deliver(packet, this.#now + way);
    if (this.#chance() < duplicates) this.#deliver(packet, this.#now + way * (1 + this.#chance()));
    return true;
  }

  /** Has something happen after a while: a person presses a key, a cable is cut. */
  after(delay: Millis, happen: () => void): void {
    this.#insert({ at: this.#now + delay, serial: this.#eventSerial++, happen });
  }

  /** Lets time pass, with all that happens in it. */
  run(duration: Millis): void {
    const end = this.#now + duration;
    while (true) {
      const at = this.#nextTime();
      if (at === undefined || at > end) break;
      this.#step(at);
    }
    this.#now = end;
  }

  /**
   * Lets time pass until nothing is on its way and no timer runs.
   *
   * @throws Error when that takes more than `limit` (an hour by default).
   */
  settle(limit: Millis = 3_600_000): void {
    const end = this.#now + limit;
    for (let at = this.#nextTime(); at !== undefined; at = this.#nextTime()) {
      if (at > end) throw new Error(`Not settled after ${limit} ms`);
      this.#step(at);
    }
  }

  #nextTime(): Millis | undefined {
    let first = this.#events[0]?.at;
    for (const node of this.#nodes.values()) {
      const { nextTimer } = node;
      if (nextTimer !== undefined && (first === undefined || nextTimer < first)) first = nextTimer;
    }
    return first === undefined ? undefined : Math.max(first, this.#now);
  }

  /** Ticks the nodes whose time has come, then lets the packets of that time arrive. */
  #step(at: Millis): void {
    this.#now = at;
    for (const node of new Set(this.#nodes.values())) {
      if (node.nextTimer === undefined || node.nextTimer > at) continue;
      node.tick();
      if (node.nextTimer !== undefined && node.nextTimer <= at) throw new Error(`A timer due at ${at} stays`);
    }
    while (this.#events.length > 0 && this.#events[0]!.at <= at) this.#events.shift()!.happen();
  }

  #deliver({ from, to, bytes }: Omit<Packet, "fate">, at: Millis): void {
    const source = { ...from, flow: from.transport === "udp" ? 0 : this.flowOf(from, to) };
    const happen = () => this.#nodes.get(nameOf(to))?.receive(bytes, source);
    this.#insert({ at, serial: this.#eventSerial++, happen });
  }

  #insert(event: Event): void {
    let place = this.#events.length;
    while (place > 0 && this.#events[place - 1]!.at > event.at) place--;
    this.#events.splice(place, 0, event);
  }

  /** One number for both directions of a connection. */
  flowOf(from: Address, to: Address): number {
    const ends = [nameOf(from), nameOf(to)].sort().join(" ");
    const flow = this.#flows.get(ends) ?? this.#flows.size + 1;
    this.#flows.set(ends, flow);
    return flow;
  }
}

function nameOf({ transport, host, port }: Address): string {
  return `${transport}:${host}:${port}`;
}
