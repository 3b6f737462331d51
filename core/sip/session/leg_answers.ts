// What a SIP leg answers to the INVITE of its peer (RFC 3261 sections 12.1.1, 13.3.1 and 21).

import { METHOD_INVITE, METHOD_UPDATE } from "../../../wasm/assembly/codes.ts";
import type { Context } from "../../context.ts";
import type { Table } from "../../table.ts";
import type { Addresses } from "../addresses.ts";
import { allowLines } from "../allow.ts";
import type { Dialog } from "../dialog.ts";
import { type Content, forkLimit, legKey, type SipLeg } from "./leg.ts";
import { ownBytes } from "../own_bytes.ts";
import type { Response } from "../transaction/response.ts";
import type { ServerTransaction } from "../transaction/server_transaction.ts";
import type { SessionTimers } from "./session_timers.ts";
import type { SentProvisionals } from "./sent_provisionals.ts";
import type { Transactions } from "../transaction/transactions.ts";

const NO_LINES: readonly string[] = [];

export class LegAnswers {
  readonly #context: Context;
  readonly #transactions: Transactions;
  readonly #addresses: Addresses;
  readonly #table: Table<SipLeg>;
  readonly #reliable: SentProvisionals;
  readonly #session: SessionTimers;

  constructor(options: {
    context: Context;
    transactions: Transactions;
    addresses: Addresses;
    table: Table<SipLeg>;
    reliable: SentProvisionals;
    session: SessionTimers;
  }) {
    this.#context = options.context;
    this.#transactions = options.transactions;
    this.#addresses = options.addresses;
    this.#table = options.table;
    this.#reliable = options.reliable;
    this.#session = options.session;
  }

  provisional(leg: SipLeg, status: number, content: Content): void {
    const { reliability } = leg;
    const isReliable = reliability === "all" || (reliability === "bodies" && content.body !== undefined);
    if (!isReliable) return this.#respond(leg, status, content);
    const response = this.#response(leg, status, { ...content, body: ownBytes(content.body) });
    // past the limit a fork is part of the first
    const fork = leg.forks.findIndex(({ dialog }) => dialog.localTag === response?.toTag);
    if (response !== undefined) this.#reliable.send(leg, fork, response);
  }

  /** The 2xx: its fork's dialog carries the session from now on. */
  accept(leg: SipLeg, content: Content): void {
    if (leg.chosen < 0) {
      this.#tagOf(leg, content.fork);
      leg.chosen = Math.min(content.fork, leg.forks.length - 1);
    }
    this.#respond(leg, 200, content);
  }

  /** The 2xx to an UPDATE, or a PRACK's offer: with the answer, if there was an offer. */
  agree(leg: SipLeg, transaction: ServerTransaction, { body, contentType }: Omit<Content, "fork">): void {
    const contact = this.#addresses.contact(leg.user, transaction.hop);
    const isRefresh = transaction.method === METHOD_UPDATE && leg.chosen >= 0;
    const lines = isRefresh ? this.#session.answer(leg) : allowLines;
    const response: Response = { status: 200, contact, lines };
    this.#transactions.respond(
      transaction,
      body === undefined ? response : { ...response, body, contentType },
    );
  }

  /** A final refusal of the INVITE or UPDATE that is open. */
  reject(leg: SipLeg, status: number, reason: string): void {
    const transaction = leg.invite;
    leg.invite = undefined;
    this.refuse(transaction, { status, reason, toTag: leg.localTag });
  }

  /** A final refusal; `reason` goes into a Warning (section 20.43). */
  refuse(
    transaction: ServerTransaction | undefined,
    { status, reason, toTag }: { status: number; reason: string; toTag: string },
  ): void {
    if (transaction === undefined) return;
    const lines = reason === "" ? [] : [`Warning: 399 ropeway "${quotable(reason)}"`];
    // section 21.5.4: without it a caller has to take 503 for 500
    if (status === 503) lines.push("Retry-After: 5");
    const told = transaction.method === METHOD_INVITE ? passable(status) : harmless(passable(status));
    this.#transactions.respond(transaction, { status: told, toTag, lines });
  }

  #respond(leg: SipLeg, status: number, content: Content): void {
    const response = this.#response(leg, status, content);
    if (response !== undefined) this.#transactions.respond(leg.invite!, response);
  }

  #response(leg: SipLeg, status: number, { fork, body, contentType }: Content): Response | undefined {
    const transaction = leg.invite;
    if (transaction === undefined) return undefined;
    const response: Response = {
      status,
      toTag: this.#tagOf(leg, fork),
      contact: this.#addresses.contact(leg.user, transaction.hop, leg.forks[0]!.dialog.secure),
      lines: status === 200 ? this.#session.answer(leg) : NO_LINES,
    };
    const said = { offer: body, contentType };
    if (leg.asked !== undefined) this.#session.describe(leg, said, status === 200 ? leg.chosen : fork);
    return body === undefined ? response : { ...response, body, contentType };
  }

  /** Our tag for a fork of the other leg: each is an early dialog of its own (section 12.1.1). */
  #tagOf(leg: SipLeg, fork: number): string {
    const known = leg.forks[fork];
    if (known !== undefined || leg.chosen >= 0) return (known ?? leg.forks[leg.chosen]!).dialog.localTag;
    if (leg.forks.length >= forkLimit) return leg.localTag;
    const localTag = this.#context.random.token();
    const first = leg.forks[0]!.dialog;
    const key = legKey(leg.callId, localTag);
    const dialog: Dialog = { ...first, localTag, key, localSeq: 0, remoteSeq: leg.inviteSeq };
    leg.forks.push({ dialog, ack: undefined, sent: undefined, received: undefined });
    this.#table.set(dialog.key, leg);
    return localTag;
  }
}

/** A refused UPDATE or PRACK must not take its dialog with it (section 12.2.1.2). RFC 3311 section 5.2 has 504 for who takes too long. */
function harmless(status: number): number {
  if (status === 408) return 504;
  return status === 481 ? 488 : status;
}

/** A reason of ours as the text of a quoted-string. */
function quotable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, " ").replace(/["\\]/g, "'");
}

/**
 * A refusal that one leg had, as the other may hear it: a redirection or a challenge is of no use without its own header fields, which are for
 * this relay alone (sections 21.3 and 22.3).
 */
export function passable(status: number): number {
  if (status < 300) return 500;
  if (status < 400) return 480;
  // an interval is a matter of the one leg alone (RFC 4028 section 6)
  if (status === 422) return 500;
  return status === 401 || status === 407 ? 403 : status;
}
