// The SIP user agent: what every request and response means before it reaches a leg (RFC 3261 sections 8.2, 9.2, 11, 12.2.2 and 13.3).

import {
  HEADER_RETRY_AFTER,
  METHOD_ACK,
  METHOD_BYE,
  METHOD_CANCEL,
  METHOD_INFO,
  METHOD_INVITE,
  METHOD_MESSAGE,
  METHOD_NOTIFY,
  METHOD_OPTIONS,
  METHOD_PRACK,
  METHOD_REFER,
  METHOD_REGISTER,
  METHOD_UPDATE,
} from "../../wasm/assembly/codes.ts";
import { headers } from "../../wasm/header.ts";
import { sip } from "../../wasm/sip.ts";
import type { Context, Millis } from "../context.ts";
import { type Hop, isWebSocket } from "../hop.ts";
import type { Resolved } from "../output.ts";
import { FLOW_FAILED } from "./flows.ts";
import type { Table } from "../table.ts";
import { type ClientRequest, type ClientRequests, reasonOf } from "./client_request.ts";
import type { ClientTransaction } from "./transaction/client_transaction.ts";
import type { Dialog } from "./dialog.ts";
import { type Fork, legKey, type SipLeg } from "./session/leg.ts";
import { acceptLine, allowLine } from "./allow.ts";
import type { EndedInvite } from "./session/ended_invites.ts";
import { contentRefusal } from "./content.ts";
import { examine, examineInside } from "./examination.ts";
import { isLate, LateAnswers } from "./session/late_answers.ts";
import type { Legs } from "./session/legs.ts";
import type { Response } from "./transaction/response.ts";
import { mergeKeyOfWindow } from "./session/open_leg.ts";
import { isBeside } from "./own_request.ts";
import type { ServerTransaction } from "./transaction/server_transaction.ts";
import type { TransactionUser } from "./transaction/transaction_user.ts";
import type { Transactions } from "./transaction/transactions.ts";

/** How long an address that did not answer is tried last. */
const DEAD: Millis = 30_000;
/** The longest that an address is left alone because it says so, in seconds. */
const LONGEST_RETRY_AFTER = 3_600;

/** What lies above the user agent. */
export interface Domain {
  /** A new INVITE, in the window. Answers the leg that takes it, the response that refuses it, or that it comes again later. */
  invited(transaction: ServerTransaction): SipLeg | Response | "later";
  /** A REGISTER in the window. */
  register(transaction: ServerTransaction): Response;
  /** A MESSAGE outside any dialog, in the window. Undefined: it is answered later. */
  message(transaction: ServerTransaction): Response | "later" | undefined;
  /** A request beside the offers of a leg's session, in the window. Undefined: it is answered later, or has been. */
  inside(transaction: ServerTransaction, leg: SipLeg): Response | undefined;
  /** A NOTIFY in the window that is for no leg; undefined = nobody waits for it. */
  notified(): Response | undefined;
  /** The header line that answers the challenge in the window for the request's account, "" = it is not to be answered. */
  prove(request: ClientRequest): string;
  /** A request of an account was refused, and it is in the window how. */
  refused(request: ClientRequest): void;
}

/** Times that a request is sent again with credentials: the second only where the first were right but late. */
const PROOFS = 2;

export class UserAgent implements TransactionUser {
  readonly #context: Context;
  readonly #table: Table<SipLeg>;
  readonly #domain: Domain;
  // Set once all three know each other: transactions need their user first.
  #transactions!: Transactions;
  #requests!: ClientRequests;
  #legs!: Legs;
  #late!: LateAnswers;

  constructor(options: { context: Context; table: Table<SipLeg>; domain: Domain }) {
    this.#context = options.context;
    this.#table = options.table;
    this.#domain = options.domain;
  }

  join(parts: { transactions: Transactions; requests: ClientRequests; legs: Legs }): void {
    this.#transactions = parts.transactions;
    this.#requests = parts.requests;
    this.#legs = parts.legs;
    this.#late = new LateAnswers(parts);
  }

  request(transaction: ServerTransaction): void {
    const answer = examine(transaction) ?? this.#take(transaction);
    if (answer === undefined) return;
    if (answer.once === true) this.#transactions.respond(transaction, answer);
    else this.#transactions.dismiss(transaction, answer);
  }

  ack(): void {
    const leg = this.#table.get(legKey(sip.text(sip.callId), sip.text(sip.toTag)));
    if (leg === undefined) return;
    this.#context.call = leg.call;
    if (leg.inviteSeq !== sip.cseq || this.#forkOfPeer(leg) === undefined) return;
    this.#legs.request(leg, "ack");
  }

  response(transaction: ClientTransaction): void {
    const owner = transaction.owner as ClientRequest | EndedInvite;
    if (transaction.method === METHOD_CANCEL) return;
    if (owner.type === "ended") return this.#legs.ended.received(owner);
    const request = owner;
    const { leg } = request;
    if (request.failover !== undefined) {
      if (request.transaction !== transaction) return this.#lateResponse(request, transaction);
      this.#requests.heard(request);
    }
    if (sip.status >= 300) {
      if (sip.status === 503 || sip.status === FLOW_FAILED) {
        if (sip.status === 503) this.#leaveAlone(transaction.hop);
        if (this.#mayRetry(request) && this.#requests.retry(request, { isLeft: false })) return;
      }
      if (request.account !== undefined && request.account !== "") {
        if (this.#prove(request)) return;
        this.#domain.refused(request);
      }
      if (sip.status === 422 && this.#grow(request)) return;
      request.state = "done";
    }
    if (leg === undefined) return request.asker?.answered(request);
    if (transaction.method === METHOD_INVITE) return this.#legs.response(leg);
    if (sip.status < 200) return;
    if (transaction.method === METHOD_PRACK) this.#legs.early.pracked(leg, request);
    if (transaction.method === METHOD_UPDATE) this.#legs.early.updated(leg, request, sip.status);
    if (transaction.method === METHOD_BYE) this.#legs.step(leg, "closed");
  }

  strayResponse(): void {
    if (this.#legs.ended.late()) return;
    const leg = this.#table.get(legKey(sip.text(sip.callId), sip.text(sip.fromTag)));
    if (leg === undefined) return;
    const { request } = leg;
    const state = request?.transaction?.state;
    const isOut = sip.cseq === leg.inviteSeq && (state === "calling" || state === "proceeding");
    if (request?.failover !== undefined && isLate(request.failover, isOut && leg.chosen < 0)) {
      return this.#late.end(request);
    }
    // what answers an INVITE that is still out comes by its branch, and ends its transaction too
    if (isOut) return;
    this.#legs.response(leg);
  }

  failed(transaction: ClientTransaction | ServerTransaction, cause: "timeout" | "transport"): void {
    // a response that cannot be delivered is repeated by its peer's request, or ends with the leg's own timers
    if (transaction.type === "serverTransaction") return;
    const request = transaction.owner as ClientRequest;
    // after a final response this is only its ACK, which the peer asks for again; an address that was left is dead already
    if (request.state === "done") return;
    if (request.failover !== undefined && request.transaction !== transaction) return;
    const isLostFlow = isWebSocket(transaction.hop.transport);
    // one that was cancelled has answered, or nobody wants its answer
    const { cancel } = transaction;
    if (cancel !== "sent") this.#dead(transaction.hop);
    if (cancel === "none" && this.#mayRetry(request) && this.#requests.retry(request, { isLeft: true })) {
      return;
    }
    this.#requests.heard(request);
    request.state = "done";
    // section 8.1.3.1: a time-out counts as 408, a transport error as 503, or for a flow as RFC 5626 section 5.3 has it
    const [status, reason] = cause === "timeout"
      ? [408, "The next hop did not answer"] as const
      : isLostFlow
      ? [FLOW_FAILED, "The connection to the browser is gone"] as const
      : [503, "The next hop cannot be reached"] as const;
    if (request.leg === undefined) return request.asker?.failed(request, status, reason);
    if (transaction.method === METHOD_BYE) return this.#legs.step(request.leg, "closed");
    // who never gets its PRACK refuses the INVITE
    if (transaction.method === METHOD_PRACK) return;
    if (transaction.method === METHOD_UPDATE) return this.#legs.early.updated(request.leg, request, status);
    this.#legs.fail(request.leg, status, reason);
  }

  /** The flow that reaches the leg's other end is gone: its INVITE that is out takes another, or fails. False: none is out that could. */
  flowGone(leg: SipLeg): boolean {
    const transaction = leg.request?.transaction;
    if (transaction === undefined || !this.#transactions.abandon(transaction)) return false;
    if (leg.chosen >= 0) return false;
    this.failed(transaction, "transport");
    return true;
  }

  /** A timer: the address in use has said nothing for as long as it may while there is another one. */
  silent(request: ClientRequest): void {
    const { failover, transaction } = request;
    if (failover === undefined || transaction === undefined) return;
    failover.timer = 0;
    this.#context.call = request.call;
    this.#dead(transaction.hop);
    if (transaction.cancel === "none" && this.#mayRetry(request)) {
      this.#requests.retry(request, { isLeft: true });
    }
  }

  /** Input: the resolver's answer. */
  resolved(query: number, found: Resolved): void {
    const outcome = this.#requests.resolved(query, found);
    if (outcome === undefined) return;
    const { request, status } = outcome;
    const { leg } = request;
    if (leg === undefined) {
      if (status !== 0) request.asker?.failed(request, status, "The name of the next hop leads nowhere");
      return;
    }
    if (request.head.method === METHOD_ACK) {
      // the 2xx that comes again gets another one
      const fork = status === 0 ? undefined : leg.forks.find(({ ack }) => ack === request.sentAck);
      if (fork !== undefined) fork.ack = undefined;
      return;
    }
    if (request.head.method === METHOD_BYE) {
      if (status !== 0) this.#legs.step(leg, "closed");
      return;
    }
    if (request.head.method === METHOD_PRACK) return;
    if (request.head.method === METHOD_UPDATE) {
      if (status !== 0) this.#legs.early.updated(leg, request, status);
      return;
    }
    if (status !== 0) this.#legs.fail(leg, status, reasonOf(status));
    else if (leg.state === "resolving") this.#legs.step(leg, "sent");
  }

  #take(transaction: ServerTransaction): Response | undefined {
    if (transaction.method === METHOD_CANCEL) return this.#cancel(transaction);
    if (transaction.toHasTag) return this.#inside(transaction);
    switch (transaction.method) {
      case METHOD_INVITE:
        return this.#invite(transaction);
      case METHOD_REGISTER:
        return this.#domain.register(transaction);
      case METHOD_OPTIONS:
        return { status: 200, lines: [allowLine, acceptLine] };
      case METHOD_BYE:
      case METHOD_INFO:
      case METHOD_NOTIFY:
      case METHOD_PRACK:
      case METHOD_UPDATE:
        return { status: 481 };
      case METHOD_REFER:
        return { status: 403, reason: "REFER is for calls" };
      case METHOD_MESSAGE:
        return this.#unlessLater(transaction, this.#domain.message(transaction));
      default:
        return { status: 405, lines: [allowLine] };
    }
  }

  #unlessLater<Taken>(transaction: ServerTransaction, taken: Taken | "later"): Taken | undefined {
    if (taken === "later") this.#transactions.forget(transaction);
    return taken === "later" ? undefined : taken;
  }

  /** Section 9.2. The CANCEL is answered on its own, whatever becomes of the INVITE, and before it: phones expect that order. */
  #cancel(transaction: ServerTransaction): Response | undefined {
    const invite = this.#transactions.cancelled();
    if (invite === undefined) {
      return this.#transactions.isSettled ? { status: 200, once: true } : { status: 481 };
    }
    const leg = invite.owner as SipLeg | undefined;
    if (leg === undefined) return { status: 200, once: true };
    // the 200 goes before the 487 that it brings about
    this.#transactions.respond(transaction, { status: 200, toTag: leg.localTag, once: true });
    this.#legs.request(leg, "cancel");
    return undefined;
  }

  /** A request with a To tag (section 12.2.2). */
  #inside(transaction: ServerTransaction): Response | undefined {
    const leg = this.#table.get(legKey(sip.text(sip.callId), sip.text(sip.toTag)));
    const fork = leg === undefined ? undefined : this.#forkOfPeer(leg);
    if (leg === undefined || fork === undefined) {
      const isNews = transaction.method === METHOD_NOTIFY && leg === undefined;
      return (isNews ? this.#domain.notified() : undefined) ?? { status: 481 };
    }
    transaction.call = this.#context.call = leg.call;
    const refusal = examineInside(fork.dialog, transaction.method) ??
      this.#legs.session.asked(leg, transaction.method);
    // its CSeq has been seen: worked on again, a repeat would be told that it is late
    if (refusal !== undefined) return { ...refusal, once: true };
    if (isBeside(transaction.method)) {
      const answer = this.#domain.inside(transaction, leg);
      return answer === undefined ? undefined : { ...answer, once: true };
    }
    if (transaction.method === METHOD_PRACK) {
      const refused = this.#legs.early.prack(leg, fork, transaction);
      return refused === undefined ? undefined : { ...refused, once: true };
    }
    if (transaction.method === METHOD_UPDATE) {
      if (!this.#legs.early.update(leg, fork, transaction)) this.#legs.request(leg, "update", transaction);
      return undefined;
    }
    this.#legs.request(leg, transaction.method === METHOD_BYE ? "bye" : "invite", transaction);
    return undefined;
  }

  #invite(transaction: ServerTransaction): Response | undefined {
    const refusal = contentRefusal() ?? this.#legs.session.refusal();
    if (refusal !== undefined) return refusal;
    if (sip.contactUri === 0) return { status: 400, reason: "Missing Contact" };
    if (this.#table.get(mergeKeyOfWindow()) !== undefined) return { status: 482 };
    const taken = this.#unlessLater(transaction, this.#domain.invited(transaction));
    return taken === undefined || "forks" in taken ? undefined : taken;
  }

  #forkOfPeer(leg: SipLeg): Fork | undefined {
    const localTag = sip.text(sip.toTag);
    const remoteTag = sip.fromTag === 0 ? "" : sip.text(sip.fromTag);
    return leg.forks.find(({ dialog }) => dialog.localTag === localTag && dialog.remoteTag === remoteTag);
  }

  /** Section 22.2: the same request with credentials, a new CSeq and a new branch. False: the challenge is its final answer. */
  #prove(request: ClientRequest): boolean {
    if (sip.status !== 401 && sip.status !== 407) return false;
    const { proofs = 0 } = request;
    if (proofs >= PROOFS || !this.#mayRetry(request)) return false;
    const proof = this.#domain.prove(request);
    if (proof === "") return false;
    request.proofs = proofs + 1;
    return this.#again(request, [proof]);
  }

  /** RFC 4028 section 7.3: an INVITE again, with the interval that the 422 in the window wants. False: the 422 is its final answer. */
  #grow(request: ClientRequest): boolean {
    const { head, leg } = request;
    if (leg === undefined || head.method !== METHOD_INVITE || !this.#mayRetry(request)) return false;
    const lines = this.#legs.session.grown(leg);
    return lines !== undefined && this.#again(request, lines);
  }

  #again(request: ClientRequest, lines: readonly string[]): boolean {
    const { asker, head, leg } = request;
    let cseq = asker?.nextSeq?.(request) ?? head.cseq + 1;
    if (leg !== undefined) {
      cseq = ++this.#dialogOf(leg).localSeq;
      if (head.method === METHOD_INVITE) leg.inviteSeq = cseq;
    }
    return this.#requests.again(request, { cseq, lines });
  }

  /** The dialog of the response in the window, as far as it names one that is known. */
  #dialogOf(leg: SipLeg): Dialog {
    const tag = sip.toTag === 0 ? "" : sip.text(sip.toTag);
    const fork = leg.forks.find(({ dialog }) => dialog.remoteTag === tag);
    return (fork ?? leg.forks[Math.max(leg.chosen, 0)]!).dialog;
  }

  /** A response from an address that was left: the request is at the next one. */
  #lateResponse(request: ClientRequest, { method }: ClientTransaction): void {
    const { leg } = request;
    if (method !== METHOD_INVITE || leg === undefined || sip.status < 200 || sip.status >= 300) return;
    const dialog = leg.forks[leg.chosen]?.dialog;
    // inside the call's own dialog it is the call's answer, whichever way it came
    const isOwn = dialog !== undefined && sip.toTag !== 0 && dialog.remoteTag === sip.text(sip.toTag);
    if (isOwn) this.#legs.response(leg);
    else this.#late.end(request);
  }

  /** A flow that is gone is never asked for again. */
  #dead(hop: Hop): void {
    if (isWebSocket(hop.transport)) return;
    this.#context.outputs.push({ type: "dead", hop, duration: DEAD });
  }

  /** Section 21.5.4: who answers 503 with Retry-After gets nothing else for so long, as far as there is somebody else. */
  #leaveAlone(hop: Hop): void {
    const value = sip.value(HEADER_RETRY_AFTER);
    if (value === 0) return;
    const read = headers.retryAfter(value);
    if (!("seconds" in read) || read.seconds === 0) return;
    const duration = 1_000 * Math.min(read.seconds, LONGEST_RETRY_AFTER);
    this.#context.outputs.push({ type: "dead", hop, duration });
  }

  #mayRetry(request: ClientRequest): boolean {
    const { leg } = request;
    return leg === undefined || (leg.state !== "cancelled" && leg.state !== "ended");
  }
}
