// Takes SIP legs through their table and performs its effects.

import { sip } from "../../wasm/sip.ts";
import type { Context } from "../context.ts";
import type { Report, Signal } from "../leg.ts";
import { cellOf } from "../machine/table.ts";
import type { Table } from "../table.ts";
import type { Addresses } from "./addresses.ts";
import type { ClientRequest, ClientRequests } from "./client_request.ts";
import { endInvite } from "./ended_invite.ts";
import { type Dialog, learnFromResponse, refreshTarget } from "./dialog.ts";
import type { Flows } from "./flows.ts";
import { inviteSession, type SessionEffect, type SessionEvent, type SessionState } from "./invite_session.ts";
import { type Fork, forkLimit, type SipLeg } from "./leg.ts";
import { type Content, LegAnswers } from "./leg_answers.ts";
import { LegRequests } from "./leg_requests.ts";
import type { ServerTransaction } from "./server_transaction.ts";
import { T1, T2 } from "./timers.ts";
import type { Transactions } from "./transactions.ts";

/** The other side of the legs: whoever joins them into calls. */
export interface LegUser {
  signal(leg: SipLeg, report: Report): void;
}

const eventOfSignal: Readonly<Record<Signal, SessionEvent>> = {
  offer: "doOffer",
  ringing: "doRinging",
  progress: "doProgress",
  answer: "doAnswer",
  confirm: "doConfirm",
  reject: "doReject",
  end: "doEnd",
};

/** How long a re-INVITE may stay with provisional responses alone: as long as a first one (section 16.6 step 11). */
const finalWait = 180_000;

/** States in which the leg's offer may still have to be sent, to another address or another time. */
const offering: ReadonlySet<SessionState> = new Set(["resolving", "calling", "offering", "backingOff"]);

/** Bytes of offers that may wait for their answers, in all. */
const heldLimit = 64 * 1024 * 1024;

const nothing: Report = { signal: "end", fork: 0, status: 0, reason: "", body: undefined, contentType: "" };

export class Legs {
  readonly #context: Context;
  readonly #transactions: Transactions;
  readonly #requests: ClientRequests;
  readonly #sending: LegRequests;
  readonly #answering: LegAnswers;
  readonly #table: Table<SipLeg>;
  readonly #flows: Flows;
  readonly #user: LegUser;
  // What the effects of the current step speak of: the call's wish, or what came from the wire.
  #wish: Report = nothing;
  #transaction: ServerTransaction | undefined;
  #held = 0;
  #status = 0;
  #reason = "";
  #fork = 0;

  constructor(options: {
    context: Context;
    transactions: Transactions;
    requests: ClientRequests;
    addresses: Addresses;
    table: Table<SipLeg>;
    flows: Flows;
    user: LegUser;
  }) {
    this.#context = options.context;
    this.#transactions = options.transactions;
    this.#requests = options.requests;
    this.#table = options.table;
    this.#flows = options.flows;
    this.#user = options.user;
    this.#sending = new LegRequests(options);
    this.#answering = new LegAnswers(options);
  }

  /** Whether all the offers are held that may be. */
  get full(): boolean {
    return this.#held >= heldLimit;
  }

  /** Performs the call's wish. An offer's body is owned bytes: it may have to be sent again. */
  perform(leg: SipLeg, wish: Report): void {
    const outer = this.#wish;
    this.#wish = wish;
    if (wish.signal === "offer") {
      this.#release(leg);
      leg.offer = wish.body as Uint8Array;
      leg.contentType = wish.contentType;
      this.#held += leg.offer.length;
    }
    this.step(leg, eventOfSignal[wish.signal]);
    this.#wish = outer;
  }

  /** Starts the first INVITE of a leg. `towards`: the URI or the address it goes to. */
  invite(leg: SipLeg, request: ClientRequest, towards: Parameters<ClientRequests["start"]>[1]): void {
    leg.request = request;
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
    if (status === 100) return;
    this.#status = status;
    if (status < 300) {
      if (leg.chosen < 0 && sip.cseq !== leg.inviteSeq) return;
      const fork = this.#forkOfWindow(leg);
      if (fork < 0) return;
      this.#fork = fork;
      return status < 200 ? this.step(leg, "provisional") : this.#success(leg, leg.forks[fork]!);
    }
    this.#reason = sip.reason === 0 ? "" : sip.text(sip.reason);
    if (leg.chosen < 0) this.step(leg, "failure");
    else if (status === 491) this.step(leg, "conflict");
    else this.step(leg, status === 481 || status === 408 ? "lost" : "failure");
    this.#reason = "";
  }

  /** A request of the peer inside the leg's session is in the window. */
  request(leg: SipLeg, event: "invite" | "bye" | "cancel" | "ack", transaction?: ServerTransaction): void {
    this.#transaction = transaction;
    this.step(leg, event);
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
        const status = this.#sending.reinvite(leg);
        if (status !== 0) this.fail(leg, status, noWay(status));
        return;
      }
      case "sendAck":
        return this.#sending.acknowledge(leg, leg.forks[leg.chosen]!, leg.inviteSeq);
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
      case "respondReject":
        return this.#answering.reject(leg, this.#wish.status, this.#wish.reason);
      case "respondDecline": {
        const { status, reason } = this.#wish;
        return this.#answering.reject(leg, status >= 300 ? status : 603, reason);
      }
      case "respondTerminated":
        return this.#answering.reject(leg, 487, "");
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
        return this.#armRepeat(leg);
      case "waitForAck":
        leg.repeatAfter = T1;
        this.#armRepeat(leg);
        return this.#armWait(leg, "noAck", 64 * T1);
      case "waitForConfirm":
        return this.#armWait(leg, "noConfirm", 64 * T1);
      case "waitForFinal":
        return this.#armWait(leg, "noFinal", finalWait);
      case "startBackOff":
        return this.#armWait(leg, "backOff", this.#backOff(leg));
      case "stopTimers":
        this.#context.wheel.cancel(leg.repeatTimer);
        this.#context.wheel.cancel(leg.waitTimer);
        leg.repeatTimer = leg.waitTimer = 0;
        return;
      case "reportProvisional":
        return this.#tell(leg, sip.body === 0 ? "ringing" : "progress");
      case "reportAnswer":
        return this.#tell(leg, "answer");
      case "reportConfirm":
        return this.#tell(leg, "confirm");
      case "reportReject":
        return this.#tellStatus(leg, "reject", this.#status);
      case "reportSuperseded":
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
    } else if (leg.state === "offering") refreshTarget(fork.dialog);
    this.step(leg, "success");
  }

  /**
   * Number of the early dialog that the window's response belongs to, -1 when there are too many. A 2xx finds room where a provisional response has none: a
   * call whose answer is dropped would never end.
   */
  #forkOfWindow(leg: SipLeg): number {
    const tag = sip.toTag === 0 ? "" : sip.text(sip.toTag);
    const ownTag = sip.fromTag === 0 ? "" : sip.text(sip.fromTag);
    const known = forkOf(leg, ownTag, tag);
    // the dialogs that we answered in were all made by ourselves
    if (known >= 0 || leg.role === "server") return known;
    if (sip.status < 200 && leg.chosen >= 0) return -1;
    const first = leg.forks[0]!.dialog;
    if (leg.forks.length === 1 && first.remoteTag === "") {
      learnFromResponse(first);
      return 0;
    }
    if (leg.forks.length >= (sip.status < 200 ? forkLimit : 2 * forkLimit)) return -1;
    const dialog: Dialog = { ...first, remoteTag: tag, routeSet: "" };
    learnFromResponse(dialog);
    return leg.forks.push({ dialog, ack: undefined }) - 1;
  }

  #takeOffer(leg: SipLeg): void {
    leg.invite = this.#transaction;
    leg.inviteSeq = sip.cseq;
    leg.invite!.owner = leg;
    refreshTarget(leg.forks[leg.chosen]!.dialog);
    this.#tell(leg, "offer");
  }

  #respond(status: number, lines: readonly string[] = []): void {
    if (this.#transaction !== undefined) this.#transactions.respond(this.#transaction, { status, lines });
  }

  #content(): Content {
    return this.#wish;
  }

  #tell(leg: SipLeg, signal: Signal): void {
    const hasBody = sip.body !== 0;
    this.#user.signal(leg, {
      signal,
      fork: this.#fork,
      status: sip.status,
      reason: "",
      body: hasBody ? sip.body : undefined,
      // the default for what an INVITE and its answers carry: a body must not go on without a type
      contentType: !hasBody ? "" : sip.contentType === 0 ? "application/sdp" : sip.text(sip.contentType),
    });
  }

  #tellStatus(leg: SipLeg, signal: Signal, status: number): void {
    const reason = this.#reason;
    this.#user.signal(leg, { signal, fork: 0, status, reason, body: undefined, contentType: "" });
  }

  #armRepeat(leg: SipLeg): void {
    leg.repeatTimer = this.#context.wheel.schedule(this.#context.now + leg.repeatAfter, leg, "repeat");
    leg.repeatAfter = Math.min(2 * leg.repeatAfter, T2);
  }

  #armWait(leg: SipLeg, kind: SessionEvent, after: number): void {
    leg.waitTimer = this.#context.wheel.schedule(this.#context.now + after, leg, kind);
  }

  /** Section 14.1: 2.1 to 4 s for the owner of the Call-ID, 0 to 2 s otherwise, in steps of 10 ms. */
  #backOff(leg: SipLeg): number {
    const chance = this.#context.random.uint32();
    return leg.role === "client" ? 2100 + 10 * (chance % 191) : 10 * (chance % 201);
  }

  #forget(leg: SipLeg): void {
    for (const { dialog } of leg.forks) this.#table.delete(dialog.key);
    if (leg.mergeKey !== "") this.#table.delete(leg.mergeKey);
    this.#flows.leave(leg);
    endInvite(leg);
  }
}

/** Index of the fork that has these tags, -1 = none. */
function forkOf({ forks }: SipLeg, localTag: string, remoteTag: string): number {
  for (let at = 0; at < forks.length; at++) {
    const { dialog } = forks[at]!;
    if (dialog.remoteTag === remoteTag && dialog.localTag === localTag) return at;
  }
  return -1;
}

/** Why a request could not even be started. */
function noWay(status: number): string {
  return status === 503
    ? "The relay has no room or no transport for the request"
    : "The next hop is no SIP URI";
}
