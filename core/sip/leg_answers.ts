// What a SIP leg answers to the INVITE of its peer (RFC 3261 sections 12.1.1, 13.3.1 and 21).

import type { Body } from "../../wasm/codec.ts";
import type { Context } from "../context.ts";
import type { Table } from "../table.ts";
import type { Addresses } from "./addresses.ts";
import { allowLines } from "./allow.ts";
import type { Dialog } from "./dialog.ts";
import { forkLimit, legKey, type SipLeg } from "./leg.ts";
import type { Response } from "./response.ts";
import type { Transactions } from "./transactions.ts";

const NO_LINES: readonly string[] = [];

/** A positive answer: from which fork of the other leg, and with what body. */
export interface Content {
  readonly fork: number;
  readonly body: Body;
  readonly contentType: string;
}

export class LegAnswers {
  readonly #context: Context;
  readonly #transactions: Transactions;
  readonly #addresses: Addresses;
  readonly #table: Table<SipLeg>;

  constructor(options: {
    context: Context;
    transactions: Transactions;
    addresses: Addresses;
    table: Table<SipLeg>;
  }) {
    this.#context = options.context;
    this.#transactions = options.transactions;
    this.#addresses = options.addresses;
    this.#table = options.table;
  }

  provisional(leg: SipLeg, status: number, content: Content): void {
    this.#respond(leg, status, content);
  }

  /** The 2xx: its fork's dialog carries the session from now on. */
  accept(leg: SipLeg, content: Content): void {
    if (leg.chosen < 0) {
      this.#tagOf(leg, content.fork);
      leg.chosen = Math.min(content.fork, leg.forks.length - 1);
    }
    this.#respond(leg, 200, content);
  }

  /** A final refusal; `reason` goes into a Warning (section 20.43). */
  reject(leg: SipLeg, status: number, reason: string): void {
    const transaction = leg.invite;
    leg.invite = undefined;
    if (transaction === undefined) return;
    const lines = reason === "" ? [] : [`Warning: 399 ropeway "${quotable(reason)}"`];
    // section 21.5.4: without it a caller has to take 503 for 500
    if (status === 503) lines.push("Retry-After: 5");
    this.#transactions.respond(transaction, { status: passable(status), toTag: leg.localTag, lines });
  }

  #respond(leg: SipLeg, status: number, { fork, body, contentType }: Content): void {
    const transaction = leg.invite;
    if (transaction === undefined) return;
    const response: Response = {
      status,
      toTag: this.#tagOf(leg, fork),
      contact: this.#addresses.contact(leg.user, transaction.hop.transport),
      lines: status === 200 ? allowLines : NO_LINES,
    };
    this.#transactions.respond(
      transaction,
      body === undefined ? response : { ...response, body, contentType },
    );
  }

  /** Our tag for a fork of the other leg: each is an early dialog of its own (section 12.1.1). */
  #tagOf(leg: SipLeg, fork: number): string {
    const known = leg.forks[fork];
    if (known !== undefined || leg.chosen >= 0) return (known ?? leg.forks[leg.chosen]!).dialog.localTag;
    if (leg.forks.length >= forkLimit) return leg.localTag;
    const localTag = this.#context.random.token();
    const dialog: Dialog = { ...leg.forks[0]!.dialog, localTag, key: legKey(leg.callId, localTag) };
    leg.forks.push({ dialog, ack: undefined });
    this.#table.set(dialog.key, leg);
    return localTag;
  }
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
  return status === 401 || status === 407 ? 403 : status;
}
