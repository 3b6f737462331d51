// What comes of SIP's WebSockets when they end, or ought to: legs whose other end nothing else reaches end with them (RFC 7118, RFC 5626 section 5.3).

import type { Context } from "../context.ts";
import { makeRoom } from "../room.ts";
import type { Arrival } from "../sip/arrival.ts";
import type { Flows } from "../sip/flows.ts";
import type { SipLeg } from "../sip/session/leg.ts";
import type { UserAgent } from "../sip/user_agent.ts";
import type { Calls } from "./calls.ts";

export class FlowEnds {
  readonly #context: Context;
  readonly #flows: Flows;
  readonly #calls: Calls;
  readonly #userAgent: UserAgent;

  constructor(options: { context: Context; flows: Flows; calls: Calls; userAgent: UserAgent }) {
    this.#context = options.context;
    this.#flows = options.flows;
    this.#calls = options.calls;
    this.#userAgent = options.userAgent;
  }

  /** A flow of ours, or of a sibling's, is gone. */
  gone(flow: number, shard?: number): void {
    this.#lose(this.#flows.gone(flow, shard));
  }

  /** A sibling is gone with all its flows. */
  goneWith(shard: number): void {
    this.#lose(this.#flows.goneWith(shard));
  }

  /** Who sends what is no SIP has his answers, and then no more. */
  countFault({ flow }: Arrival): void {
    const { now, outputs } = this.#context;
    if (!this.#flows.countFault(flow, now)) return;
    outputs.push({ type: "close", feed: flow, code: 1008, reason: "Too many bad messages" });
  }

  #lose(legs: readonly SipLeg[]): void {
    for (const leg of legs) {
      makeRoom(this.#context.outputs);
      if (!this.#userAgent.flowGone(leg)) this.#calls.loseLeg(leg);
    }
  }
}
