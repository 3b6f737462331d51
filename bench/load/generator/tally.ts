// What happened: counted here, printed elsewhere.

import { Histogram, type Sparse } from "../histogram.ts";

export interface Retransmissions {
  /** Ours, because no answer came in time. */
  invites: number;
  answers: number;
  byes: number;
  registers: number;
  /** Theirs: what came a second time. */
  invitesAgain: number;
  answersAgain: number;
  byesAgain: number;
}

/** Calls that were scheduled in the measured time; calls of the warm-up are in none of the numbers. */
export interface TallyFigures {
  readonly started: number;
  readonly completed: number;
  readonly failed: number;
  readonly nearCompleted: number;
  readonly farCompleted: number;
  readonly causes: Readonly<Record<string, number>>;
  readonly retransmissions: Retransmissions;
  /** Messages that belong to no call of ours, or to one that is over. */
  readonly strays: number;
  readonly setUp: Sparse;
  readonly added: Sparse;
  readonly lag: Sparse;
  readonly logins: Sparse;
  readonly registrations: Sparse;
}

export class Tally {
  started = 0;
  completed = 0;
  failed = 0;
  /** Calls whose near side, and whose far side, saw everything to the end. */
  nearCompleted = 0;
  farCompleted = 0;
  strays = 0;
  /** Completed calls, those of the warm-up too. */
  completedEver = 0;
  failedEver = 0;
  readonly causes = new Map<string, number>();
  readonly retransmissions: Retransmissions = {
    invites: 0,
    answers: 0,
    byes: 0,
    registers: 0,
    invitesAgain: 0,
    answersAgain: 0,
    byesAgain: 0,
  };
  /** From the scheduled time to the answer. */
  readonly setUp = new Histogram();
  /** The same without the time that our own answering side took on purpose. */
  readonly added = new Histogram();
  /** From the scheduled time to the time we sent: what the generator itself adds. */
  readonly lag = new Histogram();
  /** From connecting to the WebSocket's opening. */
  readonly logins = new Histogram();
  /** From the scheduled time to the 200, the challenge in between. */
  readonly registrations = new Histogram();
  /** Of the current interval, for the live display. */
  readonly recent = new Histogram();

  cause(text: string, times = 1): void {
    this.causes.set(text, (this.causes.get(text) ?? 0) + times);
  }

  toJSON(): TallyFigures {
    const { started, completed, failed, nearCompleted, farCompleted, strays, retransmissions } = this;
    return {
      started,
      completed,
      failed,
      nearCompleted,
      farCompleted,
      causes: Object.fromEntries(this.causes),
      retransmissions,
      strays,
      setUp: this.setUp.toJSON(),
      added: this.added.toJSON(),
      lag: this.lag.toJSON(),
      logins: this.logins.toJSON(),
      registrations: this.registrations.toJSON(),
    };
  }
}
