// Server transactions at work: opens them for requests (RFC 3261 section 17.2.3) and performs what their tables say.

import { HEADER_TIMESTAMP, METHOD_ACK, METHOD_INVITE } from "../../../wasm/assembly/codes.ts";
import { spanBytes } from "../../../wasm/codec.ts";
import { sip } from "../../../wasm/sip.ts";
import type { Context, Millis } from "../../context.ts";
import { type Hop, isReliable } from "../../hop.ts";
import { cellOf } from "../../machine/table.ts";
import type { Table } from "../../table.ts";
import { AnsweredRequests } from "./answered_requests.ts";
import type { Arrival } from "../arrival.ts";
import { inviteServer, type InviteServerEffect, type InviteServerEvent } from "./invite_server.ts";
import {
  nonInviteServer,
  type NonInviteServerEffect,
  type NonInviteServerEvent,
} from "./non_invite_server.ts";
import { type Response, responseBytes, taggedTo } from "./response.ts";
import { responseHop, sourceHop } from "../response_hop.ts";
import type {
  InviteServerTransaction,
  NonInviteServerTransaction,
  ServerTransaction,
} from "./server_transaction.ts";
import type { StatelessAnswers } from "./stateless_answers.ts";
import { doubled, restingEnd, T1, TIMER_H, TIMER_I, TIMER_J, TIMER_L, TRYING_DELAY } from "./timers.ts";
import type { TransactionUser } from "./transaction_user.ts";

type ServerEffect = InviteServerEffect | NonInviteServerEffect;

const NO_LINES: readonly string[] = [];
const NOTHING: Uint8Array = new Uint8Array(0);
const OVERLOADED: Response = { status: 503, reason: "Too many transactions", lines: ["Retry-After: 5"] };
/** Characters of requests that may be kept for their responses, in all: long header fields must not cost what many calls may. */
const KEPT_LIMIT = 64 * 1024 * 1024;
const BROKEN: Response = { status: 500 };

export class ServerTransactions {
  readonly #context: Context;
  readonly #table: Table<ServerTransaction>;
  readonly #user: TransactionUser;
  readonly #stateless: StatelessAnswers;
  readonly #answered: AnsweredRequests;
  /** The response that was written last. */
  #written = NOTHING;
  #kept = 0;
  /** What the user gave to `respond`, while the table's cell is performed. */
  #response: Response | undefined;

  constructor(
    { context, table, user, stateless }: {
      context: Context;
      table: Table<ServerTransaction>;
      user: TransactionUser;
      stateless: StatelessAnswers;
    },
  ) {
    this.#context = context;
    this.#table = table;
    this.#user = user;
    this.#stateless = stateless;
    this.#answered = new AnsweredRequests({ seed: context.random.uint32() });
  }

  /** Takes the request in the window. */
  received(arrival: Arrival): void {
    const key = sip.serverKey();
    const { method } = sip;
    const transaction = this.#table.get(key);
    if (transaction !== undefined) this.#context.call = transaction.call;
    if (method === METHOD_ACK) {
      if (transaction?.kind === "invite") this.#stepInvite(transaction, "ack");
      else this.#user.ack();
    } else if (transaction === undefined) {
      if (this.#isAnswered(key, arrival)) return;
      if (!this.#stateless.sheds(key, arrival)) this.#open(key, arrival);
    } else if (transaction.kind === "invite") {
      this.#stepInvite(transaction, "request");
    } else {
      this.#stepNonInvite(transaction, "request");
    }
  }

  respond(transaction: ServerTransaction, response: Response): void {
    const { status } = response;
    this.#response = response;
    if (transaction.kind === "invite") {
      this.#stepInvite(transaction, status < 200 ? "provisional" : status < 300 ? "success" : "failure");
    } else {
      this.#stepNonInvite(transaction, status < 200 ? "provisional" : "final");
    }
    this.#response = undefined;
  }

  /** Answers a request that was opened in this very input, and forgets it. */
  dismiss(transaction: ServerTransaction, response: Response): void {
    this.forget(transaction);
    transaction.toTag = this.#stateless.tagOf(transaction.key);
    this.#send(transaction, response);
  }

  /** Forgets a request that was opened in this very input. */
  forget(transaction: ServerTransaction): void {
    this.#stop(transaction);
    this.#forget(transaction);
    transaction.state = "terminated";
  }

  /** Sends the last response again: a 2xx until its ACK comes, a provisional one each minute (RFC 3261 section 13.3.1). */
  repeat(transaction: ServerTransaction): void {
    const { state, last } = transaction;
    if ((state === "proceeding" || state === "accepted") && last !== undefined) {
      this.#write(transaction, last);
    }
  }

  /** Nothing more is wanted of an INVITE that has had its 2xx, but that its repeats are no news (timer L). */
  settle(transaction: ServerTransaction): void {
    if (transaction.state === "accepted") this.#settle(transaction, NOTHING, TIMER_L);
  }

  /** Whether the CANCEL in the window means an INVITE that is settled. */
  get isSettled(): boolean {
    return this.#answered.find(sip.serverKey(true), this.#context.now) !== undefined;
  }

  /** The INVITE server transaction that the CANCEL in the window means. */
  cancelled(): ServerTransaction | undefined {
    const transaction = this.#table.get(sip.serverKey(true));
    return transaction?.kind === "invite" ? transaction : undefined;
  }

  timeout(transaction: ServerTransaction, kind: string): void {
    if (transaction.kind === "invite") this.#stepInvite(transaction, kind as InviteServerEvent);
    else this.#stepNonInvite(transaction, kind as NonInviteServerEvent);
  }

  transportFailed(key: string): void {
    const transaction = this.#table.get(key);
    if (transaction === undefined) return;
    if (transaction.kind === "invite") this.#stepInvite(transaction, "transportError");
    else this.#stepNonInvite(transaction, "transportError");
  }

  #open(key: string, arrival: Arrival): void {
    const { method } = sip;
    const record = {
      type: "serverTransaction",
      key,
      method,
      hop: responseHop(arrival),
      source: sourceHop(arrival),
      kept: sip.responseLines(arrival.host, arrival.port),
      to: sip.text(sip.to),
      toHasTag: sip.toTag !== 0,
      toTag: "",
      last: undefined,
      owner: undefined,
      call: 0,
      interval: T1,
      repeatTimer: 0,
      endTimer: 0,
    } as const;
    const transaction: ServerTransaction = method === METHOD_INVITE
      ? { ...record, kind: "invite", state: "proceeding", timestamp: timestampLine() }
      : { ...record, kind: "nonInvite", state: "trying" };
    const { length } = transaction.kept;
    if (this.#kept + length > KEPT_LIMIT || !this.#table.set(key, transaction)) {
      return this.#stateless.answer(arrival, OVERLOADED);
    }
    this.#kept += length;
    if (transaction.kind === "invite") this.#startRepeat(transaction, TRYING_DELAY, "timerTrying");
    try {
      this.#user.request(transaction);
    } catch (error) {
      // A request that nobody will answer must not stay.
      this.respond(transaction, BROKEN);
      throw error;
    }
  }

  #stepInvite(transaction: InviteServerTransaction, event: InviteServerEvent): void {
    const { state } = transaction;
    const cell = cellOf(inviteServer, { state, event, name: "INVITE server transaction" });
    if (cell === undefined) return;
    transaction.state = cell[0];
    for (let i = 1; i < cell.length; i++) this.#perform(transaction, cell[i] as InviteServerEffect);
  }

  #stepNonInvite(transaction: NonInviteServerTransaction, event: NonInviteServerEvent): void {
    const { state } = transaction;
    const cell = cellOf(nonInviteServer, { state, event, name: "Non-INVITE server transaction" });
    if (cell === undefined) return;
    transaction.state = cell[0];
    for (let i = 1; i < cell.length; i++) this.#perform(transaction, cell[i] as NonInviteServerEffect);
  }

  /** What is left of a transaction that is told nothing any more goes where it costs less. */
  #settle(transaction: ServerTransaction, response: Uint8Array, lasts: Millis): void {
    const { now } = this.#context;
    const { key, call } = transaction;
    if (!this.#answered.add({ key, response, call }, { now, until: now + lasts })) return;
    this.#stop(transaction);
    this.#forget(transaction);
    transaction.state = "terminated";
    transaction.last = undefined;
  }

  /** Takes the request in the window for a repeat of one that is settled, if it is one. */
  #isAnswered(key: string, arrival: Arrival): boolean {
    const found = this.#answered.find(key, this.#context.now);
    if (found === undefined) return false;
    const { call, response } = found;
    this.#context.call = call;
    // Its place may be another's before this has left.
    if (response.length > 0) this.#output({ hop: responseHop(arrival), key: "", call }, response.slice());
    return true;
  }

  #perform(transaction: ServerTransaction, effect: ServerEffect): void {
    const { now } = this.#context;
    const reliable = isReliable(transaction.hop.transport);
    switch (effect) {
      case "respond":
        if (this.#response !== undefined) this.#send(transaction, this.#response);
        return;
      case "sendTrying":
        return this.#sendTrying(transaction);
      case "repeat":
        if (transaction.last !== undefined) this.#write(transaction, transaction.last);
        return;
      case "startG":
        if (!reliable) this.#startRepeat(transaction, transaction.interval, "timerG");
        return;
      case "restartG":
        transaction.interval = doubled(transaction.interval);
        return this.#startRepeat(transaction, transaction.interval, "timerG");
      case "startH":
        return this.#startEnd(transaction, now + TIMER_H, "timerH");
      case "startI":
        transaction.last = undefined;
        return reliable
          ? this.timeout(transaction, "timerI")
          : this.#startEnd(transaction, restingEnd(now + TIMER_I), "timerI");
      case "startJ":
        return reliable
          ? this.timeout(transaction, "timerJ")
          : this.#startEnd(transaction, now + TIMER_J, "timerJ");
      case "settle":
        if (transaction.state === "completed") this.#settle(transaction, this.#written, TIMER_J);
        return;
      case "startL":
        return this.#startEnd(transaction, restingEnd(now + TIMER_L), "timerL");
      case "stopTimers":
        return this.#stop(transaction);
      case "end":
        this.#stop(transaction);
        transaction.last = undefined;
        return this.#forget(transaction);
      case "tellAck":
        return this.#user.ack();
      case "tellTimeout":
        return this.#user.failed(transaction, "timeout");
      case "tellTransportError":
        return this.#user.failed(transaction, "transport");
      default:
        effect satisfies never;
    }
  }

  #send(transaction: ServerTransaction, response: Response): void {
    if (response.status > 100 && !transaction.toHasTag && transaction.toTag === "") {
      transaction.toTag = response.toTag ?? this.#context.random.token();
    }
    this.#write(transaction, response);
    // A transaction that has ended repeats nothing.
    if (transaction.state !== "terminated") transaction.last = owned(response);
  }

  #sendTrying(transaction: ServerTransaction): void {
    const timestamp = transaction.kind === "invite" ? transaction.timestamp : "";
    transaction.last = { status: 100, lines: timestamp === "" ? NO_LINES : [timestamp] };
    this.#write(transaction, transaction.last);
  }

  /** Writes a response and gives it out: the same each time. */
  #write(transaction: ServerTransaction, response: Response): void {
    const { kept, to, toHasTag, toTag } = transaction;
    const tagged = taggedTo(to, { toHasTag, status: response.status, tag: response.toTag ?? toTag });
    this.#written = responseBytes(response, { kept, to: tagged });
    this.#output(transaction, this.#written);
  }

  #output({ hop, key, call }: { hop: Hop; key: string; call: number }, bytes: Uint8Array): void {
    this.#context.outputs.push({ type: "sip", hop, bytes, transaction: key, call });
  }

  #startRepeat(transaction: ServerTransaction, after: Millis, kind: "timerTrying" | "timerG"): void {
    const { now, wheel } = this.#context;
    transaction.repeatTimer = wheel.schedule(now + after, transaction, kind);
  }

  #startEnd(transaction: ServerTransaction, at: Millis, kind: string): void {
    transaction.endTimer = this.#context.wheel.schedule(at, transaction, kind);
  }

  #forget(transaction: ServerTransaction): void {
    if (this.#table.delete(transaction.key)) this.#kept -= transaction.kept.length;
  }

  #stop(transaction: ServerTransaction): void {
    this.#context.wheel.cancel(transaction.repeatTimer);
    this.#context.wheel.cancel(transaction.endTimer);
    transaction.repeatTimer = 0;
    transaction.endTimer = 0;
  }
}

/** A body that lies in the window is there for this input only. */
function owned(response: Response): Response {
  const { body } = response;
  return typeof body === "number" ? { ...response, body: spanBytes(body) } : response;
}

function timestampLine(): string {
  return sip.count(HEADER_TIMESTAMP) === 0 ? "" : `Timestamp: ${sip.text(sip.value(HEADER_TIMESTAMP))}`;
}
