// The SIP user agent: what every request and response means before it reaches a leg (RFC 3261 sections 8.2, 9.2, 11, 12.2.2 and 13.3).

import {
  HEADER_ACCEPT,
  HEADER_CONTENT_ENCODING,
  HEADER_REQUIRE,
  METHOD_ACK,
  METHOD_BYE,
  METHOD_CANCEL,
  METHOD_INFO,
  METHOD_INVITE,
  METHOD_MESSAGE,
  METHOD_NOTIFY,
  METHOD_OPTIONS,
  METHOD_OTHER,
  METHOD_REFER,
  METHOD_REGISTER,
  SCHEME_OTHER,
} from "../../wasm/assembly/codes.ts";
import { sip } from "../../wasm/sip.ts";
import type { Context } from "../context.ts";
import type { Hop } from "../hop.ts";
import type { Table } from "../table.ts";
import type { Asker, ClientRequest, ClientRequests } from "./client_request.ts";
import type { ClientTransaction } from "./client_transaction.ts";
import type { Dialog } from "./dialog.ts";
import { type Fork, legKey, type SipLeg } from "./leg.ts";
import { acceptLine, allowLine } from "./allow.ts";
import { type EndedInvite, LateAnswers } from "./late_answers.ts";
import type { Legs } from "./legs.ts";
import type { Response } from "./response.ts";
import type { ServerTransaction } from "./server_transaction.ts";
import type { TransactionUser } from "./transaction_user.ts";
import type { Transactions } from "./transactions.ts";

/** What lies above the user agent. */
export interface Domain {
  /** A new INVITE with an offer, in the window. Answers the leg that takes it, the response that refuses it, or that it comes again later. */
  invited(transaction: ServerTransaction): SipLeg | Response | "later";
  /** A REGISTER in the window. */
  register(transaction: ServerTransaction): Response;
  /** A MESSAGE outside any dialog, in the window. Undefined: it is answered later. */
  message(transaction: ServerTransaction): Response | "later" | undefined;
  /** A request beside the offers of a leg's session, in the window. Undefined: it is answered later, or has been. */
  inside(transaction: ServerTransaction, leg: SipLeg): Response | undefined;
  /** The final answer to a request of an asker's, or the status that stands for it. The answer is in the window, if one came. */
  answered(asker: Asker, status: number, reason: string): void;
}

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
    this.#late = new LateAnswers({ context: this.#context, requests: parts.requests });
  }

  request(transaction: ServerTransaction): void {
    const answer = this.#examine(transaction) ?? this.#take(transaction);
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
    if (owner.type === "ended") return this.#late.received(owner);
    const request = owner;
    const { leg } = request;
    if (sip.status >= 300) {
      if (sip.status === 503 && this.#mayRetry(request) && this.#requests.retry(request)) return;
      request.state = "done";
    }
    if (leg === undefined) {
      if (sip.status < 200 || request.asker === undefined) return;
      request.state = "done";
      return this.#domain.answered(request.asker, sip.status, sip.reason === 0 ? "" : sip.text(sip.reason));
    }
    if (transaction.method === METHOD_INVITE) return this.#legs.response(leg);
    if (transaction.method === METHOD_BYE && sip.status >= 200) this.#legs.step(leg, "closed");
  }

  strayResponse(): void {
    const leg = this.#table.get(legKey(sip.text(sip.callId), sip.text(sip.fromTag)));
    if (leg === undefined) return;
    const state = leg.request?.transaction?.state;
    // what answers an INVITE that is still out comes by its branch, and ends its transaction too
    if (sip.cseq === leg.inviteSeq && (state === "calling" || state === "proceeding")) return;
    this.#legs.response(leg);
  }

  failed(transaction: ClientTransaction | ServerTransaction, cause: "timeout" | "transport"): void {
    // a response that cannot be delivered is repeated by its peer's request, or ends with the leg's own timers
    if (transaction.type === "serverTransaction") return;
    const request = transaction.owner as ClientRequest;
    // after a final response this is only its ACK, which the peer asks for again
    if (request.state === "done") return;
    this.#context.outputs.push({ type: "dead", hop: transaction.hop });
    if (this.#mayRetry(request) && this.#requests.retry(request)) return;
    request.state = "done";
    // section 8.1.3.1: a time-out counts as 408, a transport error as 503
    const [status, reason] = cause === "timeout"
      ? [408, "The next hop did not answer"] as const
      : [503, "The next hop cannot be reached"] as const;
    if (request.asker !== undefined) return this.#domain.answered(request.asker, status, reason);
    if (request.leg === undefined) return;
    if (transaction.method === METHOD_BYE) return this.#legs.step(request.leg, "closed");
    this.#legs.fail(request.leg, status, reason);
  }

  /** Input: the resolver's answer. */
  resolved(query: number, hops: readonly Hop[]): void {
    const outcome = this.#requests.resolved(query, hops);
    if (outcome === undefined) return;
    const { request, status } = outcome;
    const { leg, asker } = request;
    if (asker !== undefined && status !== 0) {
      return this.#domain.answered(asker, status, "The name of the next hop leads nowhere");
    }
    if (leg === undefined) return;
    if (request.head.method === METHOD_ACK) {
      const fork = leg.forks[Math.max(leg.chosen, 0)];
      if (fork !== undefined && request.sentAck !== undefined) fork.ack = request.sentAck;
      return;
    }
    if (request.head.method === METHOD_BYE) {
      if (status !== 0) this.#legs.step(leg, "closed");
      return;
    }
    if (status !== 0) this.#legs.fail(leg, status, "The name of the next hop leads nowhere");
    else if (leg.state === "resolving") this.#legs.step(leg, "sent");
  }

  /** Sections 8.2.1 to 8.2.3: what a request of any kind has to pass. */
  #examine(transaction: ServerTransaction): Response | undefined {
    const { method } = transaction;
    if (method === METHOD_OTHER) return { status: 501, lines: [allowLine] };
    if (method === METHOD_CANCEL) return undefined;
    if (sip.requestScheme === SCHEME_OTHER) return { status: 416 };
    if (sip.maxForwards === 0 && method !== METHOD_OPTIONS && method !== METHOD_REGISTER) {
      return { status: 483 };
    }
    if (sip.count(HEADER_REQUIRE) > 0) {
      const tags: string[] = [];
      for (let at = 0; at < sip.count(HEADER_REQUIRE); at++) {
        const tag = sip.text(sip.value(HEADER_REQUIRE, at));
        if (method !== METHOD_INVITE || tag.toLowerCase() !== "replaces") tags.push(tag);
      }
      if (tags.length > 0) return { status: 420, lines: [`Unsupported: ${tags.join(", ")}`] };
    }
    return undefined;
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
        return { status: 481 };
      case METHOD_REFER:
        return { status: 403, reason: "REFER is for calls" };
      case METHOD_MESSAGE:
        return this.#message(transaction);
      default:
        return { status: 405, lines: [allowLine] };
    }
  }

  #message(transaction: ServerTransaction): Response | undefined {
    const taken = this.#domain.message(transaction);
    if (taken !== "later") return taken;
    this.#transactions.forget(transaction);
    return undefined;
  }

  /** Section 9.2. The CANCEL is answered on its own, whatever becomes of the INVITE, and before it: phones expect that order. */
  #cancel(transaction: ServerTransaction): Response | undefined {
    const invite = this.#transactions.cancelled();
    if (invite === undefined) return { status: 481 };
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
    if (leg === undefined || fork === undefined) return { status: 481 };
    transaction.call = this.#context.call = leg.call;
    const refusal = this.#answerInside(fork.dialog, transaction.method);
    // its CSeq has been seen: worked on again, a repeat would be told that it is late
    if (refusal !== undefined) return { ...refusal, once: true };
    if (isBeside(transaction.method)) {
      const answer = this.#domain.inside(transaction, leg);
      return answer === undefined ? undefined : { ...answer, once: true };
    }
    this.#legs.request(leg, transaction.method === METHOD_BYE ? "bye" : "invite", transaction);
    return undefined;
  }

  /** What needs no leg to be answered. */
  #answerInside(dialog: Dialog, method: number): Response | undefined {
    if (dialog.remoteSeq >= 0 && sip.cseq <= dialog.remoteSeq) return { status: 500 };
    dialog.remoteSeq = sip.cseq;
    if (method === METHOD_OPTIONS) return { status: 200, lines: [allowLine, acceptLine] };
    if (method === METHOD_INVITE) return contentRefusal();
    return method === METHOD_BYE || isBeside(method) ? undefined : { status: 405, lines: [allowLine] };
  }

  #invite(transaction: ServerTransaction): Response | undefined {
    const refusal = contentRefusal();
    if (refusal !== undefined) return refusal;
    if (sip.contactUri === 0) return { status: 400, reason: "Missing Contact" };
    if (this.#table.get(mergeKeyOfWindow()) !== undefined) return { status: 482 };
    const taken = this.#domain.invited(transaction);
    if (taken === "later") {
      this.#transactions.forget(transaction);
      return undefined;
    }
    return "forks" in taken ? undefined : taken;
  }

  #forkOfPeer(leg: SipLeg): Fork | undefined {
    const localTag = sip.text(sip.toTag);
    const remoteTag = sip.fromTag === 0 ? "" : sip.text(sip.fromTag);
    return leg.forks.find(({ dialog }) => dialog.localTag === localTag && dialog.remoteTag === remoteTag);
  }

  #mayRetry(request: ClientRequest): boolean {
    const { leg } = request;
    return leg === undefined || (leg.state !== "cancelled" && leg.state !== "ended");
  }
}

/** Methods that leave the session as it is. */
function isBeside(method: number): boolean {
  return method === METHOD_INFO || method === METHOD_MESSAGE || method === METHOD_REFER ||
    method === METHOD_NOTIFY;
}

/** Key of an INVITE however it came here (section 8.2.2.2). */
export function mergeKeyOfWindow(): string {
  const fromTag = sip.fromTag === 0 ? "" : sip.text(sip.fromTag);
  return `merge ${sip.text(sip.callId)} ${fromTag} ${sip.cseq}`;
}

/** Section 8.2.3, that an INVITE has to bring its offer, and that it has to take an answer. */
function contentRefusal(): Response | undefined {
  if (sip.body === 0) {
    return { status: 488, lines: ['Warning: 399 ropeway "An INVITE without an offer is not taken"'] };
  }
  if (sip.count(HEADER_CONTENT_ENCODING) > 0) return { status: 415, lines: ["Accept-Encoding: identity"] };
  const type = sip.contentType === 0 ? "" : sip.text(sip.contentType).toLowerCase();
  if (type !== "application/sdp") return { status: 415, lines: [acceptLine] };
  if (sip.count(HEADER_ACCEPT) > 0 && !takesSdp()) {
    return { status: 406, lines: ['Warning: 399 ropeway "Accept leaves no format for an answer"'] };
  }
  return undefined;
}

/** Whether Accept has application/sdp, or a range that covers it (section 20.1). */
function takesSdp(): boolean {
  for (let nth = 0; nth < sip.count(HEADER_ACCEPT); nth++) {
    const ranges = sip.text(sip.value(HEADER_ACCEPT, nth)).toLowerCase().split(",");
    for (const range of ranges) {
      if (/^\s*(?:application\s*\/\s*(?:sdp|\*)|\*\s*\/\s*\*)\s*(?:;|$)/.test(range)) return true;
    }
  }
  return false;
}
