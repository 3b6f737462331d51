// Requests that are no part of an offer's exchange, and their answers: which of them goes to whom.

import {
  METHOD_NOTIFY,
  METHOD_REFER,
  ROAP_ERROR,
  ROAP_MESSAGE,
  ROAP_OK,
  ROAP_REFER,
} from "../../wasm/assembly/codes.ts";
import { statusOf } from "../../wasm/envelope.ts";
import { roap } from "../../wasm/roap.ts";
import { sip } from "../../wasm/sip.ts";
import type { RoapSession } from "../roap/record.ts";
import type { ClientRequest, ClientRequests, RequestUser } from "../sip/client_request.ts";
import type { SipLeg } from "../sip/session/leg.ts";
import type { Asker, Purpose } from "../sip/own_request.ts";
import type { Response } from "../sip/transaction/response.ts";
import type { ServerTransaction } from "../sip/transaction/server_transaction.ts";
import type { Transactions } from "../sip/transaction/transactions.ts";
import type { Calls } from "./calls.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Exchange } from "./exchange.ts";
import { Exchanges } from "./exchanges.ts";
import type { Feed } from "./feed.ts";
import { Inside } from "./inside.ts";
import { Messaging, type MessagingParts } from "./messaging.ts";
import { Referrals } from "./referrals.ts";
import type { RelayTables } from "./relay_config.ts";
import type { Notifier, Transfer } from "./transfer.ts";
import { Transfers } from "./transfers.ts";

export interface OwnRequestsParts extends Omit<MessagingParts, "feeds" | "exchanges" | "asker"> {
  readonly tables: Pick<RelayTables, "feeds" | "legs" | "exchanges" | "transfers">;
  readonly transactions: Transactions;
  readonly requests: ClientRequests;
  readonly calls: Calls;
}

export class OwnRequests implements RequestUser {
  readonly #dispatcher: Dispatcher;
  readonly #exchanges: Exchanges;
  readonly #messaging: Messaging;
  readonly #inside: Inside;
  readonly #transfers: Transfers;
  readonly #referrals: Referrals;

  constructor(parts: OwnRequestsParts) {
    const { context, tables, dispatcher, transactions, requests, calls } = parts;
    const { feeds, exchanges: table } = tables;
    const exchanges = new Exchanges({
      context,
      table,
      feeds,
      transactions,
      requests,
      released: (lent) => parts.identities?.released(lent),
    });
    this.#dispatcher = dispatcher;
    this.#exchanges = exchanges;
    this.#messaging = new Messaging({ ...parts, feeds, exchanges, asker: this });
    this.#transfers = new Transfers({
      context,
      table: tables.transfers,
      feeds,
      transactions,
      requests,
      asker: this,
    });
    this.#referrals = new Referrals({ ...parts, legTable: tables.legs, transfers: this.#transfers });
    this.#inside = new Inside({ calls, dispatcher, feeds, exchanges, asker: this });
  }

  /** A browser's, in the window. `session`: the one that it names. */
  asked(feed: Feed, session: RoapSession | undefined): void {
    if (roap.type === ROAP_OK || roap.type === ROAP_ERROR) return this.#answeredBy(feed);
    if (roap.transactionId === 0) {
      return this.#dispatcher.bad(feed, { status: 400, reason: "Member transactionId is missing" });
    }
    if (session !== undefined) {
      return roap.type === ROAP_REFER
        ? this.#referrals.asked(feed, session)
        : this.#inside.asked(feed, session);
    }
    if (roap.type !== ROAP_MESSAGE || roap.offererSessionId !== 0 || roap.answererSessionId !== 0) {
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
    if (transaction.method === METHOD_REFER) return this.#referrals.arrived(transaction, leg);
    if (transaction.method === METHOD_NOTIFY) return this.#referrals.notified(leg);
    return this.#inside.arrived(transaction, leg);
  }

  /** A response to a request of ours is in the window. */
  answered(request: ClientRequest): void {
    const { status } = sip;
    if (status < 200) return;
    request.state = "done";
    this.failed(request, status, sip.reason === 0 ? "" : sip.text(sip.reason));
  }

  failed({ about }: ClientRequest, status: number, reason: string): void {
    this.#answered((about as Purpose).record, status, reason);
  }

  nextSeq({ about, head }: ClientRequest): number {
    const { dialog, record } = about as Purpose;
    const cseq = dialog === undefined ? head.cseq + 1 : ++dialog.localSeq;
    // what is repeated is another request, and it is that one's CSeq which its subscription is named by
    if (record.type === "transfer") (record as Transfer).referId = cseq;
    return cseq;
  }

  #answered(asker: Asker, status: number, reason: string): void {
    switch (asker.type) {
      case "exchange":
        return this.#exchanges.answered(asker as Exchange, status, reason);
      case "transfer":
        return this.#transfers.answered(asker as Transfer, status, reason);
      case "notifier":
        return this.#transfers.undelivered(asker as Notifier, status);
      default:
        throw new Error(`An answer for an unknown ${asker.type}`);
    }
  }

  timeout(owner: Exchange | Transfer, kind: string): void {
    if (owner.type === "exchange") this.#exchanges.timeout(owner, kind);
    else this.#transfers.timeout(owner);
  }

  /** What a browser's OFFER with this referToken is to become: undefined = it is none of its. */
  referral(token: string, feed: Feed): Transfer | undefined {
    return this.#transfers.named(token, feed);
  }

  /** How the call of a transfer fares. */
  fares(transfer: number, news: { status: number; reason: string; isFinal: boolean }): void {
    this.#transfers.fares(transfer, news);
  }

  /** The browser is gone. */
  gone(feed: Feed): void {
    const { asked } = feed;
    for (const { asker } of asked) this.#answered(asker, 480, "The browser is gone");
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
    if (roap.type === ROAP_OK) return this.#answered(asked.asker, 200, "");
    this.#answered(asked.asker, statusOfWindow(), "The browser has refused it");
  }
}

/** The status that the ERROR in the window names, unless it would make somebody act, else the one of its type. */
function statusOfWindow(): number {
  const { status } = roap;
  const acts = status < 400 || status === 401 || status === 407;
  return acts ? statusOf(roap.errorType) || 500 : status;
}
