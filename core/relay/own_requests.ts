// Requests that are no part of an offer's exchange, and their answers: which of them goes to whom.

import { ROAP_ERROR, ROAP_INFO, ROAP_OK } from "../../wasm/assembly/codes.ts";
import { statusOf } from "../../wasm/envelope.ts";
import { roap } from "../../wasm/roap.ts";
import type { RoapSession } from "../roap/record.ts";
import type { Asker, ClientRequests } from "../sip/client_request.ts";
import type { SipLeg } from "../sip/leg.ts";
import type { Response } from "../sip/response.ts";
import type { ServerTransaction } from "../sip/server_transaction.ts";
import type { Transactions } from "../sip/transactions.ts";
import type { Table } from "../table.ts";
import type { Calls } from "./calls.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Exchange } from "./exchange.ts";
import { Exchanges } from "./exchanges.ts";
import type { Feed } from "./feed.ts";
import { Inside } from "./inside.ts";
import { Messaging, type MessagingParts } from "./messaging.ts";

export interface OwnRequestsParts extends Omit<MessagingParts, "feeds" | "exchanges"> {
  readonly tables: { readonly feeds: Table<Feed, number>; readonly exchanges: Table<Exchange, number> };
  readonly transactions: Transactions;
  readonly requests: ClientRequests;
  readonly calls: Calls;
}

export class OwnRequests {
  readonly #dispatcher: Dispatcher;
  readonly #exchanges: Exchanges;
  readonly #messaging: Messaging;
  readonly #inside: Inside;

  constructor(parts: OwnRequestsParts) {
    const { context, tables, dispatcher, transactions, requests, calls } = parts;
    const { feeds, exchanges: table } = tables;
    const exchanges = new Exchanges({ context, table, feeds, transactions, requests });
    this.#dispatcher = dispatcher;
    this.#exchanges = exchanges;
    this.#messaging = new Messaging({ ...parts, feeds, exchanges });
    this.#inside = new Inside({ calls, dispatcher, feeds, exchanges });
  }

  /** A browser's, in the window. `session`: the one that it names. */
  asked(feed: Feed, session: RoapSession | undefined): void {
    if (roap.type === ROAP_OK || roap.type === ROAP_ERROR) return this.#answeredBy(feed);
    if (roap.transactionId === 0) {
      return this.#dispatcher.bad(feed, { status: 400, reason: "Member transactionId is missing" });
    }
    if (session !== undefined) {
      return this.#inside.asked(feed, session);
    }
    if (roap.type === ROAP_INFO || roap.offererSessionId !== 0 || roap.answererSessionId !== 0) {
      return this.#dispatcher.bad(feed, { status: 481, reason: "No such session" });
    }
    this.#messaging.asked(feed);
  }

  /** A SIP peer's MESSAGE outside any dialog. */
  message(transaction: ServerTransaction): Response | "later" | undefined {
    return this.#messaging.arrived(transaction);
  }

  /** A SIP peer's, in the dialog of a leg. */
  inside(transaction: ServerTransaction, leg: SipLeg): Response | undefined {
    return this.#inside.arrived(transaction, leg);
  }

  /** The final answer to a request of ours. */
  answered(asker: Asker, status: number, reason: string): void {
    if (asker.type === "exchange") return this.#exchanges.answered(asker as Exchange, status, reason);
    throw new Error(`An answer for an unknown ${asker.type}`);
  }

  timeout(exchange: Exchange, kind: string): void {
    this.#exchanges.timeout(exchange, kind);
  }

  /** The browser is gone. */
  gone(feed: Feed): void {
    const { asked } = feed;
    for (const { asker } of asked) this.answered(asker, 480, "The browser is gone");
    this.#exchanges.abandon(feed);
  }

  #answeredBy(feed: Feed): void {
    const id = roap.text(roap.transactionId);
    const asked = feed.asked.find(({ transactionId }) => transactionId === id);
    if (asked === undefined) {
      // no ERROR is ever answered with another
      if (roap.type === ROAP_ERROR) return;
      return this.#dispatcher.bad(feed, { status: 481, reason: "No request of ours waits for this OK" });
    }
    feed.asked = feed.asked.filter((other) => other !== asked);
    if (roap.type === ROAP_OK) return this.answered(asked.asker, 200, "");
    this.answered(asked.asker, statusOfWindow(), "The browser has refused it");
  }
}

/** The status that the ERROR in the window names, unless it would make somebody act, else the one of its type. */
function statusOfWindow(): number {
  const { status } = roap;
  const acts = status < 400 || status === 401 || status === 407;
  return acts ? statusOf(roap.errorType) || 500 : status;
}
