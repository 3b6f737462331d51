// Takes transfers through their table: REFER from one end of a call to the other, and word of how the new call fares the way back (RFC 3515, 4488, 6665).

import {
  METHOD_NOTIFY,
  METHOD_REFER,
  ROAP_ERROR,
  ROAP_NOTIFY,
  ROAP_REFER,
} from "../../wasm/assembly/codes.ts";
import { reasonPhrase } from "../../wasm/reason_phrase.ts";
import type { Context } from "../context.ts";
import { cellOf } from "../machine/table.ts";
import { sessionIds, writeOwn } from "../roap/own_message.ts";
import { isOver } from "../roap/session.ts";
import { longer } from "../short_list.ts";
import type { ClientRequests, RequestUser } from "../sip/client_request.ts";
import { passable } from "../sip/session/leg_answers.ts";
import { dialogOf, requestInside } from "../sip/own_request.ts";
import type { Transactions } from "../sip/transaction/transactions.ts";
import type { Table } from "../table.ts";
import type { Leg } from "./call.ts";
import { exchangeWait } from "./exchange.ts";
import { asksPerFeed, type Feed } from "./feed.ts";
import { warned } from "./warned.ts";
import { writeReferTo } from "./refer_to.ts";
import { type Notifier, type Referrer, timerN, type Transfer, transferWait } from "./transfer.ts";
import { type TransferEffect, type TransferEvent, transferTable } from "./transfer_table.ts";

const encoder = new TextEncoder();

export class Transfers {
  readonly #context: Context;
  readonly #table: Table<Transfer, number>;
  readonly #feeds: Table<Feed, number>;
  readonly #transactions: Transactions;
  readonly #requests: ClientRequests;
  readonly #asker: RequestUser;
  /** One at a time for each end that is to call. */
  readonly #ofReferees = new Map<Leg, Transfer>();
  readonly #ofTokens = new Map<string, Transfer>();
  #lastId = 0;

  constructor(options: {
    context: Context;
    table: Table<Transfer, number>;
    feeds: Table<Feed, number>;
    transactions: Transactions;
    requests: ClientRequests;
    asker: RequestUser;
  }) {
    this.#context = options.context;
    this.#table = options.table;
    this.#feeds = options.feeds;
    this.#transactions = options.transactions;
    this.#requests = options.requests;
    this.#asker = options.asker;
  }

  /** Why an end of a call cannot be asked: status 0 = it can. */
  obstacle(referee: Leg): { readonly status: number; readonly reason: string } {
    if (this.#ofReferees.has(referee)) {
      return { status: 491, reason: "There is a transfer under way already" };
    }
    if (this.#table.size >= this.#table.limit) {
      return { status: 503, reason: "The relay has all the transfers it can take" };
    }
    if (referee.type === "roap" && referee.dialect === "roap") {
      return { status: 501, reason: "The browser's subprotocol has no transfers" };
    }
    return { status: 0, reason: "" };
  }

  /** Asks the other end, of which `obstacle` has said nothing. */
  begin(
    referrer: Referrer,
    { referee, target, replaces, referredBy }: Pick<
      Transfer,
      "referee" | "target" | "replaces" | "referredBy"
    >,
  ): void {
    const { now, random, wheel } = this.#context;
    const transfer: Transfer = {
      type: "transfer",
      id: ++this.#lastId,
      referrer,
      referee,
      token: random.token(),
      target,
      replaces,
      referredBy,
      state: "asked",
      referId: 0,
      status: 0,
      reason: "",
      until: 0,
      timer: 0,
    };
    this.#table.set(transfer.id, transfer);
    this.#ofReferees.set(referee, transfer);
    this.#ofTokens.set(transfer.token, transfer);
    transfer.timer = wheel.schedule(now + exchangeWait, transfer, "lapsed");
    if (referee.type === "sip") this.#askSip(transfer, referee);
    else this.#askBrowser(transfer, referee.feed);
  }

  /** The one that a browser's OFFER names: it must be the browser that was asked. */
  named(token: string, feed: Feed): Transfer | undefined {
    const transfer = this.#ofTokens.get(token);
    const referee = transfer?.referee;
    return referee?.type === "roap" && referee.feed === feed.feed ? transfer : undefined;
  }

  /** The one whose subscription a NOTIFY in the dialog of a leg belongs to. `id`: of its Event, -1 = none. */
  subscribed(leg: Leg, id: number): Transfer | undefined {
    const transfer = this.#ofReferees.get(leg);
    return transfer !== undefined && (id < 0 || id === transfer.referId) ? transfer : undefined;
  }

  /** What whoever is to call says to it. */
  answered(transfer: Transfer, status: number, reason: string): void {
    this.#step(transfer, status < 300 ? "accepted" : "refused", { status, reason });
  }

  /** A NOTIFY has not been taken: RFC 6665 section 4.2.2, the subscription is over. */
  undelivered({ transfer: { referrer } }: Notifier, status: number): void {
    if (status >= 300 && referrer.type === "sip" && referrer.subscription === "active") {
      referrer.subscription = "ended";
    }
  }

  /** How the new call fares. */
  fares(id: number, { status, reason, isFinal }: { status: number; reason: string; isFinal: boolean }): void {
    const transfer = this.#table.get(id);
    if (transfer === undefined || (!isFinal && transfer.state === "underWay" && transfer.status === status)) {
      return;
    }
    this.#step(transfer, isFinal ? "final" : "progress", { status, reason });
  }

  timeout(transfer: Transfer): void {
    transfer.timer = 0;
    this.#step(transfer, "lapsed", { status: 408, reason: "" });
  }

  #askBrowser(transfer: Transfer, feedId: number): void {
    const { target, referredBy, token, referee } = transfer;
    const feed = this.#feeds.get(feedId);
    if (feed === undefined || referee.type !== "roap" || feed.asked.length >= asksPerFeed) {
      return this.answered(transfer, 480, "The browser has not answered what it was asked before");
    }
    const transactionId = this.#context.random.token();
    const ids = sessionIds(referee);
    const message = {
      ...ids,
      type: ROAP_REFER,
      transactionId,
      to: target,
      from: referredBy,
      referToken: token,
    };
    writeOwn(feedId, message, { context: this.#context });
    feed.asked = longer(feed.asked, { transactionId, asker: transfer });
  }

  #askSip(transfer: Transfer, referee: Leg & { type: "sip" }): void {
    const dialog = dialogOf(referee);
    if (dialog === undefined) return this.answered(transfer, 480, "Nobody has answered the call yet");
    const { request, towards } = requestInside(referee, dialog, {
      method: METHOD_REFER,
      lines: [`Refer-To: ${writeReferTo(transfer)}`, `Referred-By: <${transfer.referredBy}>`],
      asker: this.#asker,
      about: transfer,
    });
    transfer.referId = request.head.cseq;
    const status = this.#requests.start(request, towards);
    if (status === 0) return;
    request.state = "done";
    this.answered(transfer, status, "The next hop has no way or no room for the request");
  }

  #step(transfer: Transfer, event: TransferEvent, news: { status: number; reason: string }): void {
    const cell = cellOf(transferTable, { state: transfer.state, event, name: "transfer" });
    if (cell === undefined) return;
    const { status, reason } = news;
    transfer.state = cell[0];
    transfer.status = status;
    transfer.reason = reason;
    for (let at = 1; at < cell.length; at++) this.#effect(transfer, cell[at] as TransferEffect);
  }

  #effect(transfer: Transfer, effect: TransferEffect): void {
    const { status, reason } = transfer;
    switch (effect) {
      case "answerAccepted":
        transfer.until = this.#context.now + transferWait;
        return this.#answer(transfer, 202, "");
      case "answerRefused":
        return this.#answer(transfer, status, reason);
      case "answerSilence":
        // RFC 4320 section 4.2: never 408 to a SIP peer
        return this.#answer(
          transfer,
          transfer.referrer.type === "sip" ? 480 : 408,
          "Nobody answered in time",
        );
      case "tellTrying":
        return transfer.referrer.type === "sip"
          ? this.#tell(transfer, { status: 100, reason: "", end: "" })
          : undefined;
      case "tellProgress":
        return this.#tell(transfer, { status, reason, end: "" });
      case "tellFinal":
        return this.#tell(transfer, { status, reason, end: "noresource" });
      case "tellLapsed":
        return this.#tell(transfer, { status: 408, reason: "", end: "timeout" });
      case "wait":
        return this.#wait(transfer);
      case "release":
        return this.#release(transfer);
      default:
        return effect satisfies never;
    }
  }

  #answer({ referrer }: Transfer, status: number, reason: string): void {
    if (referrer.type === "sip") {
      const { transaction, subscription } = referrer;
      const lines = subscription === "none" ? ["Refer-Sub: false"] : [];
      return this.#transactions.respond(
        transaction,
        status < 300 ? { status, lines } : warned(passable(status), reason),
      );
    }
    const { feed, answer } = referrer;
    if (this.#feeds.get(feed)?.closing !== false) return;
    const error = { ...answer, type: ROAP_ERROR, status, reason };
    writeOwn(feed, status < 300 ? answer : error, { context: this.#context });
  }

  /** `end`: why the subscription ends, "" = it goes on. */
  #tell(transfer: Transfer, news: { status: number; reason: string; end: string }): void {
    const { referrer } = transfer;
    if (referrer.type === "sip") return this.#notify(transfer, referrer, news);
    const { feed, session, answer: { transactionId } } = referrer;
    // of a session that is over its browser hears no more
    if (isOver(session) || this.#feeds.get(feed)?.closing !== false) return;
    const { status, reason, end } = news;
    const message = {
      ...sessionIds(session),
      type: ROAP_NOTIFY,
      transactionId,
      status,
      reason,
      moreComing: end === "",
    };
    writeOwn(feed, message, { context: this.#context });
  }

  #notify(
    transfer: Transfer,
    referrer: Referrer & { type: "sip" },
    { status, reason, end }: { status: number; reason: string; end: string },
  ): void {
    if (referrer.subscription !== "active") return;
    const seconds = Math.max(0, Math.ceil((transfer.until - this.#context.now) / 1000));
    const state = end === "" ? `active;expires=${seconds}` : `terminated;reason=${end}`;
    const notifier: Notifier = { type: "notifier", transfer };
    const { request, towards } = requestInside(referrer.leg, referrer.dialog, {
      method: METHOD_NOTIFY,
      lines: [`Event: refer;id=${referrer.id}`, `Subscription-State: ${state}`],
      body: encoder.encode(`SIP/2.0 ${status} ${phraseOf(status, reason)}\r\n`),
      contentType: "message/sipfrag;version=2.0",
      asker: this.#asker,
      about: notifier,
    });
    if (end !== "") referrer.subscription = "ended";
    if (this.#requests.start(request, towards) !== 0) referrer.subscription = "ended";
  }

  #wait(transfer: Transfer): void {
    const { now, wheel } = this.#context;
    wheel.cancel(transfer.timer);
    const isUnheard = transfer.referee.type === "sip" && transfer.status >= 200;
    const end = isUnheard ? now + timerN : transfer.until;
    transfer.timer = wheel.schedule(end, transfer, "lapsed");
  }

  #release(transfer: Transfer): void {
    this.#context.wheel.cancel(transfer.timer);
    transfer.timer = 0;
    this.#table.delete(transfer.id);
    this.#ofReferees.delete(transfer.referee);
    this.#ofTokens.delete(transfer.token);
    if (transfer.referee.type !== "roap") return;
    const feed = this.#feeds.get(transfer.referee.feed);
    if (feed !== undefined) feed.asked = feed.asked.filter(({ asker }) => asker !== transfer);
  }
}

/** What a status line says behind the status. */
function phraseOf(status: number, reason: string): string {
  return reason === "" ? reasonPhrase(status) : reason.replace(/[^\x20-\x7e]/g, " ");
}
