// Takes the offers of a leg's early dialogs through their table and performs its effects (RFC 3311).

import { sip } from "../../../wasm/sip.ts";
import type { Context } from "../../context.ts";
import type { Report } from "../../leg.ts";
import { cellOf } from "../../machine/table.ts";
import { refreshTarget } from "../dialog.ts";
import { type ChangeEffect, type ChangeEvent, type EarlyChange, earlyChange } from "./early_change.ts";
import type { Fork, SipLeg } from "./leg.ts";
import type { LegAnswers } from "./leg_answers.ts";
import { blankReport, type LegReports } from "./leg_reports.ts";
import type { LegRequests } from "./leg_requests.ts";
import type { LegTimers } from "./leg_timers.ts";
import { ownBytes } from "../own_bytes.ts";
import type { ClientRequest } from "../client_request.ts";
import type { ServerTransaction } from "../transaction/server_transaction.ts";
import type { Transactions } from "../transaction/transactions.ts";

/** Bytes of our offers that may wait for their answers, in all. */
const heldLimit = 16 * 1024 * 1024;

/** Keeps the peer's newest description in an early dialog. */
export type Describe = (leg: SipLeg, fork: number, description: Uint8Array) => void;

export class LegChanges {
  readonly #context: Context;
  readonly #transactions: Transactions;
  readonly #sending: LegRequests;
  readonly #answering: LegAnswers;
  readonly #reports: LegReports;
  readonly #timers: LegTimers;
  readonly #describe: Describe;
  #held = 0;
  // What the effects of the current step speak of.
  #wish: Report = blankReport;
  #transaction: ServerTransaction | undefined;
  #fork = 0;
  #status = 0;

  constructor(options: {
    context: Context;
    transactions: Transactions;
    sending: LegRequests;
    answering: LegAnswers;
    reports: LegReports;
    timers: LegTimers;
    describe: Describe;
  }) {
    this.#context = options.context;
    this.#transactions = options.transactions;
    this.#sending = options.sending;
    this.#answering = options.answering;
    this.#reports = options.reports;
    this.#timers = options.timers;
    this.#describe = options.describe;
  }

  /** An offer of the peer's in an early dialog, in the window: an UPDATE, or a PRACK that was expected. */
  offered(leg: SipLeg, fork: Fork, transaction: ServerTransaction): void {
    this.#transaction = transaction;
    this.#fork = leg.forks.indexOf(fork);
    if (isAgreed(fork)) return this.#step(leg.change ??= create(leg), "offer");
    // the first offer has no answer: ours is out, or theirs is
    if (leg.role === "client") this.refuse(transaction, 491);
    else this.refuse(transaction, 500);
  }

  /** Performs the call's wish. */
  perform(leg: SipLeg, wish: Report): void {
    const outer = this.#wish;
    this.#wish = wish;
    const fork = leg.forks[wish.fork];
    if (wish.signal !== "change") {
      if (leg.change !== undefined) {
        this.#step(leg.change, wish.signal === "changed" ? "doChanged" : "doUnchanged");
      }
    } else if (fork === undefined || !isAgreed(fork) || this.#held >= heldLimit) {
      this.#reports.tellStatus(leg, "unchanged", { status: 491, reason: "" });
    } else this.#step(leg.change ??= create(leg), "doChange");
    this.#wish = outer;
  }

  /** Our UPDATE has come to its end: with the final response in the window, or by itself with the status that stands for it. */
  ended(leg: SipLeg, request: ClientRequest, status: number): void {
    const { change } = leg;
    if (change === undefined || change.request !== request) return;
    this.#status = status;
    if (status === 491) return this.#step(change, "conflict");
    // a 2xx without the answer leaves everything as it was
    const isAnswer = status < 300 && sip.body !== 0;
    if (isAnswer) refreshTarget(leg.forks[change.fork]!.dialog);
    else if (status < 300) this.#status = 500;
    this.#step(change, isAnswer ? "answer" : "failure");
  }

  /** Whose offer waits for its answer. */
  pending({ change }: SipLeg): "ours" | "theirs" | "none" {
    if (change === undefined) return "none";
    if (change.state === "offered") return "theirs";
    return change.state === "offering" ? "ours" : "none";
  }

  /** The call went to one of the forks: what is open in another will have no answer. */
  settle({ change, chosen }: SipLeg): void {
    if (change === undefined || change.fork === chosen) return;
    this.#status = 480;
    this.#step(change, "failure");
  }

  end(leg: SipLeg): void {
    if (leg.change !== undefined) this.#step(leg.change, "over");
  }

  timeout(change: EarlyChange): void {
    change.timer = 0;
    this.#step(change, "backOff");
  }

  /** 491, or 500 to an overlapping offer: to be tried again after 0 to 10 s, chosen by chance (RFC 3261 section 14.2, RFC 3311 section 5.2). */
  refuse(transaction: ServerTransaction, status: 481 | 491 | 500): void {
    const lines = status === 500 ? [`Retry-After: ${this.#context.random.uint32() % 11}`] : [];
    this.#transactions.respond(transaction, { status, lines });
  }

  #step(change: EarlyChange, event: ChangeEvent): void {
    const cell = cellOf(earlyChange, { state: change.state, event, name: "Change of an early dialog" });
    if (cell === undefined) return;
    change.state = cell[0];
    for (let at = 1; at < cell.length; at++) this.#effect(change, cell[at] as ChangeEffect);
  }

  #hold(change: EarlyChange, offer: Uint8Array | undefined): void {
    this.#held += (offer?.length ?? 0) - (change.offer?.length ?? 0);
    change.offer = offer;
  }

  #effect(change: EarlyChange, effect: ChangeEffect): void {
    const { leg } = change;
    switch (effect) {
      case "take":
        change.transaction = this.#transaction;
        change.fork = this.#fork;
        if (leg.role === "client") this.#hold(change, sip.bytes(sip.body));
        return refreshTarget(leg.forks[change.fork]!.dialog);
      case "keep":
        change.fork = this.#wish.fork;
        change.contentType = this.#wish.contentType;
        return this.#hold(change, ownBytes(this.#wish.body));
      case "send": {
        const status = this.#sending.update(leg, change);
        if (status === 0) return;
        this.#status = status;
        return this.#step(change, "failure");
      }
      case "startBackOff": {
        const { now, wheel } = this.#context;
        change.timer = wheel.schedule(now + this.#timers.backOff(leg), change, "backOff");
        return;
      }
      case "stopBackOff":
        this.#context.wheel.cancel(change.timer);
        change.timer = 0;
        return;
      case "release":
        if (change.state === "none" || change.state === "over") change.request = undefined;
        return this.#hold(change, undefined);
      case "respondAnswer":
        if (change.transaction !== undefined) this.#answering.agree(leg, change.transaction, this.#wish);
        change.transaction = undefined;
        if (change.offer !== undefined) this.#describe(leg, change.fork, change.offer);
        return this.#hold(change, undefined);
      case "respondReject": {
        const { status, reason } = this.#wish;
        this.#answering.refuse(change.transaction, { status, reason, toTag: "" });
        change.transaction = undefined;
        return this.#hold(change, undefined);
      }
      case "respondTerminated":
        this.#answering.refuse(change.transaction, { status: 487, reason: "", toTag: "" });
        change.transaction = undefined;
        return this.#hold(change, undefined);
      case "respondPending":
        return this.refuse(this.#transaction!, 491);
      case "respondBusy":
        return this.refuse(this.#transaction!, 500);
      case "respondGone":
        return this.refuse(this.#transaction!, 481);
      case "report":
        return this.#reports.tell(leg, "change", { fork: change.fork });
      case "reportChanged":
        this.#describe(leg, change.fork, sip.bytes(sip.body));
        return this.#reports.tell(leg, "changed", { fork: change.fork });
      case "reportUnchanged":
        return this.#reports.tellStatus(leg, "unchanged", { status: this.#status, reason: "" });
      case "reportPending":
        return this.#reports.tellStatus(leg, "unchanged", { status: 491, reason: "" });
      default:
        return effect satisfies never;
    }
  }
}

/** Whether the first offer of an early dialog has its answer, and both ends know. */
function isAgreed({ sent, received }: Fork): boolean {
  return sent?.isAgreed === true || received?.isAgreed === true;
}

function create(leg: SipLeg): EarlyChange {
  return {
    type: "early",
    part: "change",
    leg,
    state: "none",
    fork: 0,
    offer: undefined,
    contentType: "",
    request: undefined,
    transaction: undefined,
    timer: 0,
  };
}
