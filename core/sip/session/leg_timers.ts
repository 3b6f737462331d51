// The timers of a SIP leg itself; what one request's repeats need is its transaction's.

import type { Context, Millis } from "../../context.ts";
import type { SipLeg } from "./leg.ts";
import { T1, T2 } from "../transaction/timers.ts";

export class LegTimers {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Of a 2xx, until its ACK comes (section 13.3.1.4). */
  startRepeat(leg: SipLeg): void {
    leg.repeatAfter = T1;
    this.restartRepeat(leg);
  }

  restartRepeat(leg: SipLeg): void {
    leg.repeatTimer = this.#context.wheel.schedule(this.#context.now + leg.repeatAfter, leg, "repeat");
    leg.repeatAfter = Math.min(2 * leg.repeatAfter, T2);
  }

  startWait(leg: SipLeg, kind: "noAck" | "noConfirm" | "noFinal", after: Millis): void {
    leg.waitTimer = this.#context.wheel.schedule(this.#context.now + after, leg, kind);
  }

  startBackOff(leg: SipLeg): void {
    const { now, wheel } = this.#context;
    leg.waitTimer = wheel.schedule(now + this.backOff(leg), leg, "backOff");
  }

  /** Section 14.1: 2.1 to 4 s for the owner of the Call-ID, 0 to 2 s otherwise, in steps of 10 ms. */
  backOff(leg: SipLeg): Millis {
    const chance = this.#context.random.uint32();
    return leg.role === "client" ? 2100 + 10 * (chance % 191) : 10 * (chance % 201);
  }

  stop(leg: SipLeg): void {
    this.#context.wheel.cancel(leg.repeatTimer);
    this.#context.wheel.cancel(leg.waitTimer);
    leg.repeatTimer = leg.waitTimer = 0;
  }
}
