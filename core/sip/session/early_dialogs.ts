// What goes on in the early dialogs of a leg beside its INVITE: reliable provisional responses and their PRACKs (RFC 3262), and offers by UPDATE (RFC 3311).

import { sip } from "../../../wasm/sip.ts";
import type { Context } from "../../context.ts";
import { type ChangeSignal, isChange, type Owed, type Report, type Signal } from "../../leg.ts";
import type { ClientRequest } from "../client_request.ts";
import { refreshTarget } from "../dialog.ts";
import type { EarlyChange } from "./early_change.ts";
import type { Fork, SipLeg } from "./leg.ts";
import type { LegAnswers } from "./leg_answers.ts";
import { LegChanges } from "./leg_changes.ts";
import type { LegReports } from "./leg_reports.ts";
import type { LegRequests } from "./leg_requests.ts";
import type { LegTimers } from "./leg_timers.ts";
import type { ReceivedProvisional } from "./received_provisional.ts";
import { ReceivedProvisionals } from "./received_provisionals.ts";
import type { Response } from "../transaction/response.ts";
import type { SentProvisional } from "./sent_provisional.ts";
import type { SentProvisionals } from "./sent_provisionals.ts";
import type { ServerTransaction } from "../transaction/server_transaction.ts";
import type { SessionState } from "./session_events.ts";
import type { Transactions } from "../transaction/transactions.ts";

/** Signals that the session's own table has nothing to do with. */
export type EarlySignal = "taken" | "settled" | ChangeSignal;

/** Those of its records that own timers. */
export type EarlyRecord = SentProvisional | ReceivedProvisional | EarlyChange;

/** States with early dialogs. */
const early: ReadonlySet<SessionState> = new Set(["calling", "incoming", "held"]);

/** States in which nothing is offered any more. */
const ending: ReadonlySet<SessionState> = new Set(["cancelled", "endingAfterAck", "ending", "ended"]);

export class EarlyDialogs {
  readonly #transactions: Transactions;
  readonly #answering: LegAnswers;
  readonly #reports: LegReports;
  readonly #sent: SentProvisionals;
  readonly #received: ReceivedProvisionals;
  readonly #changes: LegChanges;

  constructor(options: {
    context: Context;
    transactions: Transactions;
    sent: SentProvisionals;
    sending: LegRequests;
    answering: LegAnswers;
    reports: LegReports;
    timers: LegTimers;
    /** Told of a reliable response in the window that is the next in order. */
    provisional: (leg: SipLeg, fork: number, owed: Owed) => void;
  }) {
    const { context, sending, reports, provisional } = options;
    this.#transactions = options.transactions;
    this.#answering = options.answering;
    this.#reports = reports;
    this.#sent = options.sent;
    this.#received = new ReceivedProvisionals({
      context,
      sending,
      user: { provisional, settled: (leg, fork) => reports.tellMark(leg, "settled", fork) },
    });
    this.#changes = new LegChanges({
      ...options,
      describe: (leg, fork, description) => this.#received.describe(leg, fork, description),
    });
  }

  /** Performs the call's wish, one that is early. */
  perform(leg: SipLeg, wish: Report): void {
    if (wish.signal === "taken") this.#received.taken(leg, wish);
    // the PRACK has had its 200
    else if (wish.signal !== "settled") this.#changes.perform(leg, wish);
  }

  /** Whether a 2xx in this fork has to wait for a PRACK. */
  holds(leg: SipLeg, fork: number): boolean {
    return this.#sent.holds(leg, fork);
  }

  /** Takes the provisional response in the window. False: it is not reliable. */
  take(leg: SipLeg, fork: number): boolean {
    return this.#received.take(leg, fork);
  }

  /** The INVITE has its final response. */
  endProvisionals(leg: SipLeg): void {
    this.#sent.end(leg);
    this.#received.end(leg);
  }

  /** The leg has its one dialog, or is at its end. */
  settleChange(leg: SipLeg): void {
    if (ending.has(leg.state)) this.#changes.end(leg);
    else if (leg.chosen >= 0) this.#changes.settle(leg);
  }

  /** Takes the peer's UPDATE in the window. False: it is an offer that changes a confirmed session. */
  update(leg: SipLeg, fork: Fork, transaction: ServerTransaction): boolean {
    if (sip.body === 0 && leg.state !== "updating" && this.#changes.pending(leg) !== "theirs") {
      // RFC 3311 section 5.2: nothing but the target is refreshed
      refreshTarget(fork.dialog);
      this.#answering.agree(leg, transaction, { body: undefined, contentType: "" });
      return true;
    }
    if (!early.has(leg.state)) return this.overlaps(leg, transaction);
    this.#changes.offered(leg, fork, transaction);
    return true;
  }

  /** An UPDATE of ours has come to its end. */
  updated(leg: SipLeg, request: ClientRequest, status: number): void {
    this.#changes.ended(leg, request, status);
  }

  /** Whether an offer that began in an early dialog is still open: then there is no room for another. */
  overlaps(leg: SipLeg, transaction: ServerTransaction): boolean {
    const pending = this.#changes.pending(leg);
    if (pending !== "none") this.#changes.refuse(transaction, pending === "ours" ? 491 : 500);
    return pending !== "none";
  }

  /** A PRACK of the peer is in the window: what answers it. */
  prack(leg: SipLeg, fork: Fork, transaction: ServerTransaction): Response | undefined {
    if (!this.#sent.expects(leg, fork)) return { status: 481 };
    const owesAnswer = leg.asks && this.#sent.holds(leg, leg.forks.indexOf(fork));
    if (owesAnswer && sip.body === 0) return { status: 400, reason: "The answer is missing" };
    if (owesAnswer) leg.asks = false;
    else if (sip.body !== 0) return this.#prackOffer(leg, fork, transaction);
    // its 200 goes before whatever it lets go
    this.#transactions.respond(transaction, { status: 200 });
    this.#sent.prack(fork);
    this.#reports.tell(leg, "taken", { fork: leg.forks.indexOf(fork) });
    return undefined;
  }

  /** RFC 3262 section 5: once it has an answer, the caller may offer again in the PRACK to it. */
  #prackOffer(leg: SipLeg, fork: Fork, transaction: ServerTransaction): undefined {
    this.#sent.prack(fork);
    if (early.has(leg.state)) this.#changes.offered(leg, fork, transaction);
    else this.#changes.refuse(transaction, 491);
    this.#reports.tellMark(leg, "taken", leg.forks.indexOf(fork));
  }

  /** A PRACK of ours has its final response, which is in the window. */
  pracked(leg: SipLeg, request: ClientRequest): void {
    this.#received.answered(leg, request);
  }

  timeout(record: EarlyRecord, kind: string): void {
    if (record.part === "change") this.#changes.timeout(record);
    else if (record.part === "sent") this.#sent.timeout(record, kind);
    else this.#received.timeout(record, kind);
  }
}

export function isEarly(signal: Signal): signal is EarlySignal {
  return signal === "taken" || signal === "settled" || isChange(signal);
}
