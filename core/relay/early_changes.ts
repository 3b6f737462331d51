// Offers that are made while the call's first one has its answer and not yet its final one (RFC 3311): from the caller to one of the forks, or from a fork to
// the caller. One at a time in a call. What is open when the call is answered is answered too; new offers wait for that.

import type { Report } from "../leg.ts";
import type { Call, Leg } from "./call.ts";

/** Plain data. `fork` is the offering leg's own number for its dialog. */
export interface EarlyChange {
  readonly from: Leg;
  readonly to: Leg;
  readonly fork: number;
}

/** What the calls do for it. */
export interface EarlyChangeUser {
  perform(leg: Leg, report: Report): void;
  /** The caller's number for an early dialog of a called leg. */
  forkNumber(call: Call, leg: Leg, fork: number): number;
}

const pending: Report = {
  signal: "unchanged",
  fork: 0,
  status: 491,
  reason: "",
  body: undefined,
  contentType: "",
};

export class EarlyChanges {
  readonly #user: EarlyChangeUser;

  constructor(user: EarlyChangeUser) {
    this.#user = user;
  }

  /** Takes a leg's change, or what became of the other's. */
  signal(call: Call, leg: Leg, report: Report): void {
    if (report.signal === "change") return this.#offer(call, leg, report);
    const { change } = call;
    if (change === undefined || change.to !== leg) return;
    call.change = undefined;
    this.#user.perform(change.from, { ...report, fork: change.fork });
  }

  /** A called leg is out of the call: who offered to it hears so. */
  drop(call: Call, leg: Leg): void {
    const { change } = call;
    if (change === undefined || (change.from !== leg && change.to !== leg)) return;
    call.change = undefined;
    if (change.to === leg) this.#user.perform(change.from, { ...pending, status: 480, fork: change.fork });
  }

  #offer(call: Call, from: Leg, report: Report): void {
    const isCaller = from === call.offerer;
    const fork = isCaller ? call.forks[report.fork] : undefined;
    const to = isCaller ? fork?.leg : call.offerer;
    if (call.state !== "inviting" || call.change !== undefined || to === undefined) {
      return this.#user.perform(from, { ...pending, fork: report.fork });
    }
    const number = fork?.fork ?? this.#user.forkNumber(call, from, report.fork);
    call.change = { from, to, fork: report.fork };
    this.#user.perform(to, { ...report, fork: number });
  }
}
