// The transaction layer, RFC 3261 section 17: between the user agent and the transports, for requests and responses both ways.

import { METHOD_INVITE } from "../../../wasm/assembly/codes.ts";
import { sip } from "../../../wasm/sip.ts";
import type { Context } from "../../context.ts";
import type { Table } from "../../table.ts";
import type { Arrival } from "../arrival.ts";
import type { ClientTransaction } from "./client_transaction.ts";
import { ClientTransactions, type Sending } from "./client_transactions.ts";
import type { Response } from "./response.ts";
import type { ServerTransaction } from "./server_transaction.ts";
import { ServerTransactions } from "./server_transactions.ts";
import { StatelessAnswers } from "./stateless_answers.ts";
import type { TransactionUser } from "./transaction_user.ts";

export type { Arrival, ClientTransaction, ServerTransaction, TransactionUser };

/**
 * Bytes of a message before its body. What transactions and dialogs keep of a message is copied from there, and many times what a message of an IMS takes
 * still leaves room to write it all again.
 */
const LONGEST_HEAD = 16_384;
const TOO_LARGE: Response = { status: 513, reason: "Header fields too long" };

export class Transactions {
  readonly #clients: ClientTransactions;
  readonly #servers: ServerTransactions;
  readonly #stateless: StatelessAnswers;
  readonly #user: TransactionUser;
  readonly #context: Context;

  constructor({ context, clients, servers, user }: {
    context: Context;
    clients: Table<ClientTransaction>;
    servers: Table<ServerTransaction>;
    user: TransactionUser;
  }) {
    this.#clients = new ClientTransactions({ context, table: clients, user });
    this.#stateless = new StatelessAnswers(context);
    this.#servers = new ServerTransactions({ context, table: servers, user, stateless: this.#stateless });
    this.#user = user;
    this.#context = context;
  }

  /**
   * Starts a client transaction and sends its request. `undefined` = the table is full, or as many bytes wait as may. The ACK to a failure of an INVITE is sent
   * from here too, with its Route.
   */
  send(request: Sending): ClientTransaction | undefined {
    return this.#clients.send(request);
  }

  /**
   * Sends CANCEL for an INVITE (RFC 3261 section 9.1): at once, or, when there was no provisional response yet, with the first one.
   * When no final response follows within 64·T1 the user is told `timeout`. What answers the CANCEL itself is not told.
   */
  cancel(invite: ClientTransaction): void {
    this.#clients.cancel(invite);
  }

  /** Ends an INVITE that waits for its final response and will get none. False: it does not wait. */
  abandon(invite: ClientTransaction): boolean {
    return this.#clients.abandon(invite);
  }

  /** Forgets an INVITE in state accepted: whoever remembers it is told of its 2xx as a stray one. */
  release(invite: ClientTransaction): void {
    this.#clients.release(invite);
  }

  /** Nobody waits for the response any more: the request is not sent again, and an INVITE is cancelled once it shows that it has arrived. */
  leave(transaction: ClientTransaction): void {
    this.#clients.leave(transaction);
  }

  /** Sends a request that has no transaction: the ACK to a 2xx. */
  sendAck(ack: Pick<Sending, "head" | "hop" | "body">, call: number): void {
    this.#clients.sendAck(ack, call);
  }

  /** Answers a request. What the transaction's state has no more use for (a second final response) is dropped. */
  respond(transaction: ServerTransaction, response: Response): void {
    this.#servers.respond(transaction, response);
  }

  /**
   * Answers a request at once and forgets it; its repeats come as new requests (RFC 3261 sections 8.2.7 and 26.3.2.4). So whoever forges a sender's
   * address draws one datagram for each of its own to there, and a flood fills no table.
   */
  dismiss(transaction: ServerTransaction, response: Response): void {
    this.#servers.dismiss(transaction, response);
  }

  /** Forgets a request that was opened in this very input, without an answer: it comes again as if for the first time. */
  forget(transaction: ServerTransaction): void {
    this.#servers.forget(transaction);
  }

  /** Sends the last response again: the user's repeats of a 2xx to INVITE, and of a provisional response. */
  repeat(transaction: ServerTransaction): void {
    this.#servers.repeat(transaction);
  }

  /** Nothing more is wanted of an INVITE that has had its 2xx. */
  settle(transaction: ServerTransaction): void {
    this.#servers.settle(transaction);
  }

  /** Whether the CANCEL in the window means an INVITE that is settled. */
  get isSettled(): boolean {
    return this.#servers.isSettled;
  }

  /** The INVITE server transaction that the CANCEL in the window means, if any. */
  cancelled(): ServerTransaction | undefined {
    return this.#servers.cancelled();
  }

  /** Input: the request or response in the window, with what sip.read said of it. */
  received(arrival: Arrival, fault: number): void {
    if (fault !== 0) {
      if (arrival.transport === "udp") this.#context.admission?.unreadable();
      if (sip.isRequest) this.#stateless.refuse(arrival, fault);
      return;
    }
    if (sip.headLength > LONGEST_HEAD) {
      if (sip.isRequest) this.#stateless.reject(arrival, TOO_LARGE);
      return;
    }
    if (sip.isRequest) return this.#servers.received(arrival);
    // More than one Via: it went astray (RFC 3261 section 8.1.3.3).
    if (sip.viaCount !== 1 || this.#clients.received()) return;
    const { status } = sip;
    if (sip.method === METHOD_INVITE && status >= 200 && status < 300) this.#user.strayResponse();
  }

  /** Answers the request in the window without a transaction; an ACK is dropped. */
  refuse(arrival: Arrival, response: Response): void {
    this.#stateless.reject(arrival, response);
  }

  /** Input: a timer of a transaction. */
  timeout(transaction: ClientTransaction | ServerTransaction, kind: string): void {
    if (transaction.type === "clientTransaction") this.#clients.timeout(transaction, kind);
    else this.#servers.timeout(transaction, kind);
  }

  /** Input: the transport failed for an output with this `transaction`. */
  transportFailed(key: string): void {
    if (!this.#clients.transportFailed(key)) this.#servers.transportFailed(key);
  }
}
