// Takes exchanges through their table: one request, those who are asked, one answer (RFC 3428 section 7, RFC 4320).

import { ROAP_ERROR } from "../../wasm/assembly/codes.ts";
import type { Body } from "../../wasm/codec.ts";
import type { Context } from "../context.ts";
import type { Hop } from "../hop.ts";
import { cellOf } from "../machine/table.ts";
import { type OwnMessage, writeOwn } from "../roap/own_message.ts";
import { longer } from "../short_list.ts";
import type { ClientRequest, ClientRequests } from "../sip/client_request.ts";
import { passable } from "../sip/session/leg_answers.ts";
import type { Transactions } from "../sip/transaction/transactions.ts";
import type { Table } from "../table.ts";
import { type Exchange, exchangeWait, type Origin, tryingWait } from "./exchange.ts";
import { type ExchangeEffect, type ExchangeEvent, exchangeTable } from "./exchange_table.ts";
import { asksPerFeed, type Feed } from "./feed.ts";
import { warned } from "./warned.ts";

/** Exchanges of one call at a time. */
export const exchangesPerCall = 16;

const NO_FEEDS: readonly number[] = [];

/** Of an INFO and a MESSAGE we take any text. */
const acceptText = "Accept: text/*, application/*";

export class Exchanges {
  readonly #context: Context;
  readonly #table: Table<Exchange, number>;
  readonly #feeds: Table<Feed, number>;
  readonly #transactions: Transactions;
  readonly #requests: ClientRequests;
  readonly #released: (lent: number) => void;
  /** How many each call has, of those that have any. */
  readonly #ofCalls = new Map<number, number>();
  #lastId = 0;

  constructor(options: {
    context: Context;
    table: Table<Exchange, number>;
    feeds: Table<Feed, number>;
    transactions: Transactions;
    requests: ClientRequests;
    /** What was lent for an exchange is free again. */
    released: (lent: number) => void;
  }) {
    this.#context = options.context;
    this.#table = options.table;
    this.#feeds = options.feeds;
    this.#transactions = options.transactions;
    this.#requests = options.requests;
    this.#released = options.released;
  }

  /** Why no more of a call's (0 = of none) can be taken, "" = they can. */
  refusal(call: number): string {
    if (this.#table.size >= this.#table.limit) return "The relay has all the messages it can take";
    if (call !== 0 && (this.#ofCalls.get(call) ?? 0) >= exchangesPerCall) {
      return `No more than ${exchangesPerCall} requests of a call at a time`;
    }
    return "";
  }

  /** Begins one, of which `refusal` has been asked; `awaited` will be asked in this input. */
  begin(origin: Origin, { call, awaited }: { call: number; awaited: number }): Exchange {
    const { now, wheel } = this.#context;
    const exchange: Exchange = {
      type: "exchange",
      id: ++this.#lastId,
      call,
      origin,
      state: "waiting",
      feeds: NO_FEEDS,
      awaited,
      status: 0,
      reason: "",
      lent: 0,
      timer: 0,
    };
    this.#table.set(exchange.id, exchange);
    if (call !== 0) this.#ofCalls.set(call, (this.#ofCalls.get(call) ?? 0) + 1);
    const feed = origin.type === "feed" ? this.#feeds.get(origin.feed) : undefined;
    if (feed !== undefined) feed.asking = longer(feed.asking, exchange);
    const [kind, wait] = origin.type === "sip" ? ["trying", tryingWait] : ["silent", exchangeWait];
    exchange.timer = wheel.schedule(now + wait, exchange, kind);
    return exchange;
  }

  /** Asks a browser. */
  toFeed(exchange: Exchange, feed: Feed, { message, body }: { message: OwnMessage; body: Body }): void {
    if (feed.closing) return this.answered(exchange, 480, "The browser is gone");
    if (feed.asked.length >= asksPerFeed) {
      return this.answered(exchange, 480, "The browser has not answered what it was asked before");
    }
    const transactionId = this.#context.random.token();
    if (
      !writeOwn(feed.feed, { ...message, transactionId, call: exchange.call }, {
        context: this.#context,
        body,
      })
    ) {
      return this.answered(exchange, 415, "The content is not UTF-8");
    }
    feed.asked = longer(feed.asked, { transactionId, asker: exchange });
    exchange.feeds = longer(exchange.feeds, feed.feed);
  }

  /** Asks a SIP peer. */
  toSip(exchange: Exchange, request: ClientRequest, towards: string | Hop): void {
    const status = this.#requests.start(request, towards);
    if (status === 0) return;
    // the answer to one that never left must not be told twice
    request.state = "done";
    this.answered(exchange, status, "The next hop has no way or no room for the request");
  }

  /** One of those who were asked has answered, or never will. */
  answered(exchange: Exchange, status: number, reason: string): void {
    if (exchange.state === "over") return;
    this.#context.call = exchange.call;
    exchange.awaited--;
    const isLast = exchange.awaited === 0;
    if (status < 300) return this.#step(exchange, isLast ? "acceptedLast" : "accepted");
    this.#step(exchange, isLast ? "refusedLast" : "refused", { status, reason });
  }

  /** All have been asked who are to be: nobody more is awaited. The status is for the case that there was nobody at all. */
  settle(exchange: Exchange, status: number, reason: string): void {
    exchange.awaited--;
    if (exchange.awaited > 0) return;
    const isRefused = exchange.status !== 0;
    const refusal = isRefused ? { status: exchange.status, reason: exchange.reason } : { status, reason };
    this.#step(exchange, exchange.state === "waiting" ? "refusedLast" : "acceptedLast", refusal);
  }

  timeout(exchange: Exchange, kind: string): void {
    exchange.timer = 0;
    this.#context.call = exchange.call;
    this.#step(exchange, kind as ExchangeEvent);
  }

  /** The browser is gone: nobody is left for the answers to what it asked. */
  abandon(feed: Feed): void {
    for (const exchange of feed.asking) this.#step(exchange, "abandoned");
  }

  #step(exchange: Exchange, event: ExchangeEvent, refusal = { status: 0, reason: "" }): void {
    const cell = cellOf(exchangeTable, { state: exchange.state, event, name: "exchange" });
    if (cell === undefined) return;
    exchange.state = cell[0];
    for (let at = 1; at < cell.length; at++) this.#effect(exchange, cell[at] as ExchangeEffect, refusal);
  }

  #effect(
    exchange: Exchange,
    effect: ExchangeEffect,
    { status, reason }: { status: number; reason: string },
  ): void {
    switch (effect) {
      case "answerOk":
        return this.#answer(exchange, 200, "");
      case "answerRefusal":
        return this.#answer(exchange, exchange.status, exchange.reason);
      case "answerSilence":
        // RFC 4320 section 4.2: never 408, for whoever gets it would have given up by then
        return this.#answer(exchange, exchange.origin.type === "sip" ? 480 : 408, "Nobody answered in time");
      case "answerTrying":
        if (exchange.origin.type !== "sip") return;
        return this.#transactions.respond(exchange.origin.transaction, { status: 100 });
      case "noteRefusal":
        return noteRefusal(exchange, status, reason);
      case "waitForAnswer": {
        const { now, wheel } = this.#context;
        exchange.timer = wheel.schedule(now + exchangeWait - tryingWait, exchange, "silent");
        return;
      }
      case "release":
        return this.#release(exchange);
      default:
        return effect satisfies never;
    }
  }

  #answer({ origin }: Exchange, status: number, reason: string): void {
    if (origin.type === "sip") {
      const lines = status === 415 ? [acceptText] : status === 503 ? ["Retry-After: 5"] : [];
      return this.#transactions.respond(
        origin.transaction,
        status < 300 ? { status } : warned(passable(status), reason, lines),
      );
    }
    const { feed, answer } = origin;
    if (this.#feeds.get(feed)?.closing !== false) return;
    const error = { ...answer, type: ROAP_ERROR, status, reason };
    writeOwn(feed, status < 300 ? answer : error, { context: this.#context });
  }

  #release(exchange: Exchange): void {
    const { call, origin } = exchange;
    this.#context.wheel.cancel(exchange.timer);
    exchange.timer = 0;
    this.#table.delete(exchange.id);
    if (exchange.lent !== 0) this.#released(exchange.lent);
    const feed = origin.type === "feed" ? this.#feeds.get(origin.feed) : undefined;
    if (feed !== undefined) feed.asking = feed.asking.filter((other) => other !== exchange);
    for (const asked of exchange.feeds) {
      const other = this.#feeds.get(asked);
      if (other !== undefined) other.asked = other.asked.filter(({ asker }) => asker !== exchange);
    }
    if (call === 0) return;
    const left = this.#ofCalls.get(call)! - 1;
    if (left === 0) this.#ofCalls.delete(call);
    else this.#ofCalls.set(call, left);
  }
}

/** RFC 3261 section 16.7 step 6: a 6xx decides, else the lowest class, the first of its class. */
function noteRefusal(exchange: Exchange, status: number, reason: string): void {
  const rank = (code: number) => code >= 600 ? 0 : Math.floor(code / 100);
  if (exchange.status !== 0 && rank(exchange.status) <= rank(status)) return;
  exchange.status = status;
  exchange.reason = reason;
}
