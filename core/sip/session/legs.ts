// Takes SIP legs through their table and performs its effects.

import { sip } from "../../../wasm/sip.ts";
import type { Context } from "../../context.ts";
import type { Owed, Report, Signal } from "../../leg.ts";
import { cellOf } from "../../machine/table.ts";
import type { Table } from "../../table.ts";
import type { Addresses } from "../addresses.ts";
import { type ClientRequest, type ClientRequests, noWay } from "../client_request.ts";
import { EndedInvites } from "./ended_invites.ts";
import { learnFromResponse, refreshTarget } from "../dialog.ts";
import { EarlyDialogs, isEarly } from "./early_dialogs.ts";
import { forkOfWindow } from "./forks.ts";
import { inviteSession } from "./invite_session.ts";
import type { Content, Fork, SipLeg } from "./leg.ts";
import { LegAnswers } from "./leg_answers.ts";
import { blankReport, LegReports, type LegUser } from "./leg_reports.ts";
import { LegTimers } from "./leg_timers.ts";
import { eventOfSignal, type SessionEffect, type SessionEvent, type SessionState } from "./session_events.ts";
import type { Flows } from "../flows.ts";
import { LegRequests } from "./leg_requests.ts";
import { ownBytes } from "../own_bytes.ts";
import type { SessionPolicy } from "./session_policy.ts";
import { SessionTimers } from "./session_timers.ts";
import { SentProvisionals } from "./sent_provisionals.ts";
import type { ServerTransaction } from "../transaction/server_transaction.ts";
import { T1 } from "../transaction/timers.ts";
import type { Transactions } from "../transaction/transactions.ts";

/** How long a re-INVITE may stay with provisional responses alone: as long as a first one (section 16.6 step 11). */
const finalWait = 180_000;

/** States in which the leg's offer may still have to be sent, to another address or another time. */
const offering: ReadonlySet<SessionState> = new Set(["resolving", "calling", "offering", "backingOff"]);

/** Bytes of offers that may wait for their answers, in all. */
const heldLimit = 64 * 1024 * 1024;

export class Legs {
  /** What goes on in early dialogs beside the session itself. */
  readonly early: EarlyDialogs;
  readonly session: SessionTimers;
  readonly ended: EndedInvites;
  readonly #context: Context;
  readonly #transactions: Transactions;
  readonly #requests: ClientRequests;
  readonly #timers: LegTimers;
  readonly #sending: LegRequests;
  readonly #answering: LegAnswers;
  readonly #table: Table<SipLeg>;
  readonly #flows: Flows;
  readonly #reports: LegReports;
  // What the effects of the current step speak of: the call's wish, or what came from the wire.
  #wish: Report = blankReport;
  #transaction: ServerTransaction | undefined;
  #held = 0;
  #status = 0;
  #reason = "";
  #fork = 0;
  #owed: Owed | undefined;

  constructor(options: {
    context: Context;
    transactions: Transactions;
    requests: ClientRequests;
    addresses: Addresses;
    table: Table<SipLeg>;
    flows: Flows;
    user: LegUser;
    session: SessionPolicy;
  }) {
    this.#context = options.context;
    this.#transactions = options.transactions;
    this.#requests = options.requests;
    this.#table = options.table;
    this.#flows = options.flows;
    this.#reports = new LegReports(options.user);
    this.#timers = new LegTimers(options.context);
    this.#sending = new LegRequests(options);
    this.ended = new EndedInvites(options);
    const { context, transactions } = options;
    const sent = new SentProvisionals({
      context,
      transactions,
      user: {
        acknowledged: (leg) => sent.holds(leg, leg.held?.fork ?? 0) || this.step(leg, "pracked"),
        unacknowledged: (leg) => this.step(leg, "noPrack"),
      },
    });
    this.session = new SessionTimers({
      ...options,
      timers: this.#timers,
      policy: options.session,
      perform: (leg, wish) => this.perform(leg, wish),
    });
    this.#answering = new LegAnswers({ ...options, reliable: sent, session: this.session });
    this.early = new EarlyDialogs({
      context,
      transactions,
      sent,
      sending: this.#sending,
      answering: this.#answering,
      reports: this.#reports,
      timers: this.#timers,
      provisional: (leg, fork, owed) => this.#provisional(leg, fork, owed),
    });
  }

  /** Whether all the offers are held that may be. */
  get full(): boolean {
    return this.#held >= heldLimit;
  }

  /** Performs the call's wish. An offer without a body asks for one. */
  perform(leg: SipLeg, wish: Report): void {
    const { signal } = wish;
    if (isEarly(signal)) return this.early.perform(leg, wish);
    if (signal === "offer" && this.session.postpones(leg, wish)) return;
    const outer = this.#wish;
    this.#wish = wish;
    if (signal === "offer") {
      this.#release(leg);
      leg.offer = ownBytes(wish.body);
      leg.contentType = wish.contentType;
      leg.asks = leg.offer === undefined;
      this.#held += leg.offer?.length ?? 0;
    }
    const isHeld = signal === "answer" && this.early.holds(leg, wish.fork);
    this.step(leg, isHeld ? "doHold" : eventOfSignal[signal]);
    this.#wish = outer;
  }

  /** Starts the first INVITE of a leg. `towards`: the URI or the address it goes to. */
  invite(leg: SipLeg, request: ClientRequest, towards: Parameters<ClientRequests["start"]>[1]): void {
    leg.request = request;
    request.head.lines = this.session.firstLines(leg, request.head.lines);
    this.#held += leg.offer?.length ?? 0;
    const status = this.#requests.start(request, towards);
    if (status !== 0) this.fail(leg, status, noWay(status));
    else if (request.state === "sent") this.step(leg, "sent");
  }

  /** Our INVITE came to nothing without a response: the status stands for it (sections 8.1.3.1 and 12.2.1.2), the reason tells a person. */
  fail(leg: SipLeg, status: number, reason: string): void {
    this.#status = status;
    this.#reason = reason;
    const isLost = leg.chosen >= 0 && (status === 408 || status === 481);
    this.step(leg, isLost ? "lost" : "failure");
    this.#reason = "";
  }

  /** A response to our INVITE is in the window. */
  response(leg: SipLeg): void {
    const { status } = sip;
    if (status === 100) {
      if (leg.state === "calling") this.#reports.tellStatus(leg, "ringing", { status, reason: "" });
      return;
    }
    this.#status = status;
    if (status < 300) {
      if (leg.chosen < 0 && sip.cseq !== leg.inviteSeq) return;
      const fork = forkOfWindow(leg);
      if (fork < 0) return;
      if (status >= 200) {
        this.#fork = fork;
        return this.#success(leg, leg.forks[fork]!);
      }
      const takes = leg.state === "calling" || leg.state === "offering";
      if (takes && this.early.take(leg, fork)) return;
      return this.#provisional(leg, fork, undefined);
    }
    this.#reason = sip.reason === 0 ? "" : sip.text(sip.reason);
    if (leg.chosen < 0) this.step(leg, "failure");
    else if (status === 491) this.step(leg, "conflict");
    else this.step(leg, status === 481 || status === 408 ? "lost" : "failure");
    this.#reason = "";
  }

  /** A request of the peer inside the leg's session is in the window. */
  request(
    leg: SipLeg,
    event: "invite" | "update" | "bye" | "cancel" | "ack",
    transaction?: ServerTransaction,
  ): void {
    this.#transaction = transaction;
    if (event === "invite" && leg.change !== undefined && this.early.overlaps(leg, transaction!)) return;
    this.step(leg, event === "ack" && leg.asks && sip.body === 0 ? "emptyAck" : event);
  }

  timeout(leg: SipLeg, kind: string): void {
    if (kind === "repeat") leg.repeatTimer = 0;
    else leg.waitTimer = 0;
    this.step(leg, kind as SessionEvent);
  }

  step(leg: SipLeg, event: SessionEvent): void {
    const cell = cellOf(inviteSession, { state: leg.state, event, name: "SIP leg" });
    if (cell === undefined) return;
    leg.state = cell[0];
    for (let at = 1; at < cell.length; at++) this.#effect(leg, cell[at] as SessionEffect);
    if (!offering.has(leg.state)) this.#release(leg);
    if (leg.change !== undefined) this.early.settleChange(leg);
    if (leg.session !== undefined) this.session.settle(leg, leg.session);
    if (leg.state === "ended") this.#forget(leg);
  }

  /** The leg's offer has done its work. */
  #release(leg: SipLeg): void {
    if (leg.offer === undefined) return;
    this.#held -= leg.offer.length;
    leg.offer = undefined;
    if (leg.request !== undefined) leg.request.body = undefined;
  }

  #effect(leg: SipLeg, effect: SessionEffect): void {
    switch (effect) {
      case "sendReinvite": {
        const status = this.#sending.reinvite(leg, this.session.refreshLines(leg));
        if (status !== 0) this.fail(leg, status, noWay(status));
        return;
      }
      case "sendAck":
        return this.#sending.acknowledge(leg, leg.forks[leg.chosen]!, leg.inviteSeq, this.#answer(leg));
      case "repeatAck":
        return this.#sending.acknowledge(leg, leg.forks[Math.max(leg.chosen, 0)]!, sip.cseq);
      case "sendCancel":
        if (leg.request === undefined) return;
        if (leg.request.transaction !== undefined) this.#transactions.cancel(leg.request.transaction);
        else leg.request.state = "done";
        return;
      case "sendBye":
        if (this.#sending.bye(leg, leg.forks[leg.chosen]!.dialog) !== 0) this.step(leg, "closed");
        return;
      case "withdraw":
        if (leg.request !== undefined) leg.request.state = "done";
        return;
      case "respondRinging":
        return this.#answering.provisional(leg, 180, { ...this.#content(), body: undefined });
      case "respondProgress":
        return this.#answering.provisional(leg, 183, this.#content());
      case "respondOk":
        return this.#answering.accept(leg, this.#content());
      case "hold":
        leg.held = { ...this.#content(), body: ownBytes(this.#content().body) };
        return;
      case "respondHeld":
        this.#answering.accept(leg, leg.held!);
        leg.held = undefined;
        return;
      case "respondUpdate":
        if (leg.invite !== undefined) this.#answering.agree(leg, leg.invite, this.#content());
        leg.invite = undefined;
        return;
      case "respondReject":
        return this.#answering.reject(leg, this.#wish.status, this.#wish.reason);
      case "respondDecline": {
        const { status, reason } = this.#wish;
        return this.#answering.reject(leg, status >= 300 ? status : 603, reason);
      }
      case "respondTerminated":
        return this.#answering.reject(leg, 487, "");
      case "respondTimeout":
        return this.#answering.reject(leg, 504, "A provisional response was never acknowledged");
      case "respondPending":
        return this.#respond(491);
      case "respondBusyOffer":
        // section 14.2: a Retry-After of 0 to 10 s, chosen by chance
        return this.#respond(500, [`Retry-After: ${this.#context.random.uint32() % 11}`]);
      case "respondGone":
        return this.#respond(481);
      case "respondBye":
        return this.#respond(200);
      case "repeatOk":
        if (leg.invite !== undefined) this.#transactions.repeat(leg.invite);
        return this.#timers.restartRepeat(leg);
      case "waitForAck":
        this.#timers.startRepeat(leg);
        return this.#timers.startWait(leg, "noAck", 64 * T1);
      case "waitForConfirm":
        return this.#timers.startWait(leg, "noConfirm", 64 * T1);
      case "waitForFinal":
        return this.#timers.startWait(leg, "noFinal", finalWait);
      case "startBackOff":
        return this.#timers.startBackOff(leg);
      case "stopTimers":
        return this.#timers.stop(leg);
      case "endProvisionals":
        return this.early.endProvisionals(leg);
      case "reportProvisional":
        return this.#reports.tell(leg, isProgress(leg, this.#owed) ? "progress" : "ringing", {
          fork: this.#fork,
          owed: this.#owed,
        });
      case "reportAnswer":
        if (this.session.takes(leg, 0)) return this.step(leg, "doConfirm");
        return this.#reports.tellAnswer(leg, this.#fork);
      case "reportConfirm":
        return this.#reports.tell(leg, "confirm", { fork: this.#fork });
      case "reportDone":
        return this.#tellStatus(leg, "confirm", 0);
      case "reportReject":
        if (this.session.takes(leg, this.#status)) return;
        return this.#tellStatus(leg, "reject", this.#status);
      case "reportSuperseded":
        if (this.session.takes(leg, 491)) return;
        return this.#tellStatus(leg, "reject", 491);
      case "reportOffer":
        return this.#takeOffer(leg);
      case "reportEnd":
        return this.#tellStatus(leg, "end", 0);
      case "reportLost":
        return this.#tellStatus(leg, "end", 408);
      default:
        return effect satisfies never;
    }
  }

  #provisional(leg: SipLeg, fork: number, owed: Owed | undefined): void {
    this.#fork = fork;
    this.#owed = owed;
    this.step(leg, "provisional");
    this.#owed = undefined;
    // of a re-INVITE nobody is told
    if (owed !== undefined && leg.chosen >= 0) {
      this.early.perform(leg, { ...blankReport, signal: "taken", fork });
    }
  }

  /** A 2xx: for the session, for a repeat of it, or for a fork that lost. */
  #success(leg: SipLeg, fork: Fork): void {
    const isUnwanted = leg.chosen >= 0 ? leg.forks[leg.chosen] !== fork : leg.state === "ended";
    if (isUnwanted) {
      // section 13.2.2.4: every 2xx makes a dialog; the one that nobody wants gets its ACK and a BYE
      const isFirst = fork.ack === undefined;
      if (isFirst) learnFromResponse(fork.dialog);
      this.#sending.acknowledge(leg, fork, sip.cseq);
      if (isFirst) this.#sending.bye(leg, fork.dialog, { alone: true });
      return;
    }
    if (leg.chosen >= 0 && sip.cseq !== leg.request?.head.cseq) {
      // the 2xx to an earlier INVITE again, whose ACK was lost: no answer to the one that is out
      return this.#sending.acknowledge(leg, fork, sip.cseq);
    }
    if (leg.chosen < 0) {
      leg.chosen = this.#fork;
      learnFromResponse(fork.dialog);
      leg.inviteSeq = sip.cseq;
      if (leg.request !== undefined) this.#requests.taken(leg.request);
    } else if (leg.state === "offering") refreshTarget(fork.dialog);
    const isOpen = leg.state === "calling" || leg.state === "offering";
    if (isOpen) this.session.agreed(leg, { isFirst: leg.state === "calling" });
    this.step(leg, isOpen && leg.asks && sip.body === 0 ? "emptySuccess" : "success");
  }

  /** The answer that the ACK owes, if it does. */
  #answer(leg: SipLeg): Report | undefined {
    if (!leg.asks || this.#wish.signal !== "confirm") return undefined;
    leg.asks = false;
    if (leg.session !== undefined) {
      this.session.describe(leg, { offer: this.#wish.body, contentType: this.#wish.contentType });
    }
    return this.#wish;
  }

  #takeOffer(leg: SipLeg): void {
    leg.invite = this.#transaction;
    leg.inviteSeq = sip.cseq;
    leg.asks = sip.body === 0;
    leg.invite!.owner = leg;
    refreshTarget(leg.forks[leg.chosen]!.dialog);
    this.#reports.tell(leg, "offer", { fork: this.#fork });
  }

  #respond(status: number, lines: readonly string[] = []): void {
    if (this.#transaction !== undefined) this.#transactions.respond(this.#transaction, { status, lines });
  }

  #content(): Content {
    return this.#wish;
  }

  #tellStatus(leg: SipLeg, signal: Signal, status: number): void {
    this.#reports.tellStatus(leg, signal, { status, reason: this.#reason });
  }

  #forget(leg: SipLeg): void {
    for (const { dialog } of leg.forks) this.#table.delete(dialog.key);
    if (leg.mergeKey !== "") this.#table.delete(leg.mergeKey);
    this.#flows.leave(leg);
    this.ended.end(leg);
    if (leg.invite !== undefined) this.#transactions.settle(leg.invite);
  }
}

/** Section 13.2.1: only a reliable response can make an offer. */
function isProgress(leg: SipLeg, owed: Owed | undefined): boolean {
  return sip.body !== 0 && (!leg.asks || owed === "answer");
}
