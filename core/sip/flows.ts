// WebSockets that carry SIP (RFC 7118), as far as core has to remember them: which legs end with one, and how much nonsense it has sent. What is not in use
// takes no room.

import type { Millis } from "../context.ts";
import { type Hop, isWebSocket } from "../hop.ts";
import type { SipLeg } from "./session/leg.ts";

/** Bad messages that a flow may send at once, and how many are forgiven each second: as many as a browser's in ROAP. */
const BUCKET = 20;
const FORGIVEN_PER_SECOND = 2;

/** Status: the flow that a request has to take is gone (RFC 5626 section 11.6). */
export const FLOW_FAILED = 430;

interface Faults {
  count: number;
  at: Millis;
}

export class Flows {
  readonly #legs = new Map<number, Set<SipLeg>>();
  /** Of this shard's own flows. */
  readonly #faults = new Map<number, Faults>();

  /** Flows that are remembered. */
  get size(): number {
    return this.#legs.size + this.#faults.size;
  }

  /** The leg's other end is reached by a flow: it ends with that. */
  join(leg: SipLeg): void {
    if (leg.way === undefined || !isWebSocket(leg.way.transport)) return;
    const key = keyOf(leg.way);
    const legs = this.#legs.get(key);
    if (legs === undefined) this.#legs.set(key, new Set([leg]));
    else legs.add(leg);
  }

  leave(leg: SipLeg): void {
    if (leg.way === undefined) return;
    const key = keyOf(leg.way);
    const legs = this.#legs.get(key);
    if (legs?.delete(leg) && legs.size === 0) this.#legs.delete(key);
  }

  /** The leg's INVITE takes another way. */
  move(leg: SipLeg, hop: Hop): void {
    this.leave(leg);
    leg.way = isWebSocket(hop.transport) ? hop : undefined;
    this.join(leg);
  }

  /** A flow of a sibling's, or without `shard` of ours, is gone: the legs that end with it. */
  gone(flow: number, shard?: number): readonly SipLeg[] {
    if (shard === undefined) this.#faults.delete(flow);
    const legs = this.#legs.get(keyOf(shard === undefined ? { flow } : { flow, shard }));
    return legs === undefined ? [] : [...legs];
  }

  /** A sibling is gone with all its flows. */
  goneWith(shard: number): readonly SipLeg[] {
    return [...this.#legs.values()].flatMap((legs) => [...legs].filter(({ way }) => way?.shard === shard));
  }

  /** Counts a bad message. True: that was one too many, the flow has to go. */
  countFault(flow: number, now: Millis): boolean {
    const faults = this.#faults.get(flow) ?? { count: 0, at: now };
    faults.count = Math.max(0, faults.count - (now - faults.at) * FORGIVEN_PER_SECOND / 1000) + 1;
    faults.at = now;
    this.#faults.set(flow, faults);
    return faults.count > BUCKET;
  }
}

/** Flow numbers have 32 bits between shards. */
function keyOf({ flow, shard = -1 }: Pick<Hop, "flow" | "shard">): number {
  return (shard + 1) * 2 ** 32 + flow;
}
