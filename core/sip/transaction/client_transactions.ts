// Client transactions at work: starts them, matches responses (RFC 3261 section 17.1.3), performs what their tables say.

import { METHOD_ACK, METHOD_CANCEL, METHOD_INVITE } from "../../../wasm/assembly/codes.ts";
import { outputBytes } from "../../../wasm/codec.ts";
import { sip } from "../../../wasm/sip.ts";
import { methodName, type RequestHead, writeRequest } from "../../../wasm/sip_writer.ts";
import { AgingIndex } from "../../aging_index.ts";
import type { Context, Millis } from "../../context.ts";
import { type Hop, isReliable } from "../../hop.ts";
import { cellOf } from "../../machine/table.ts";
import type { Table } from "../../table.ts";
import type {
  ClientTransaction,
  InviteClientTransaction,
  NonInviteClientTransaction,
} from "./client_transaction.ts";
import { inviteClient, type InviteClientEffect, type InviteClientEvent } from "./invite_client.ts";
import {
  nonInviteClient,
  type NonInviteClientEffect,
  type NonInviteClientEvent,
} from "./non_invite_client.ts";
import {
  doubled,
  restingEnd,
  T1,
  T2,
  TIMER_B,
  TIMER_CANCEL,
  TIMER_D,
  TIMER_F,
  TIMER_K,
  TIMER_M,
} from "./timers.ts";
import type { TransactionUser } from "./transaction_user.ts";

/** A request to send, with the branch that stands in its Via. */
export interface Sending {
  readonly branch: string;
  /** Kept as it is: not to be changed before its final response. */
  readonly head: RequestHead;
  /** The caller's own, not to be changed either. */
  readonly body: Uint8Array | undefined;
  readonly hop: Hop;
  readonly owner: object;
  readonly call: number;
}

type ClientEffect = InviteClientEffect | NonInviteClientEffect;

const MAX_FORWARDS = 70;
/** Bytes of requests that may wait for being sent again, in all. */
const WAITING_LIMIT = 64 * 1024 * 1024;
const NO_LINES: readonly string[] = [];
/** Of a transaction that sends nothing any more. */
const NO_HEAD: RequestHead = {
  method: 0,
  requestUri: "",
  via: "",
  maxForwards: 0,
  route: "",
  from: "",
  to: "",
  callId: "",
  cseq: 0,
  contact: "",
  contentType: "",
  lines: NO_LINES,
};
/** Answered requests that wait for timer K at a time: beyond it the oldest are forgotten. 5 s of 26,000 a second, in 9 MiB. */
const RESTING_LIMIT = 2 ** 17;
const CALL = 0;

export class ClientTransactions {
  readonly #context: Context;
  readonly #table: Table<ClientTransaction>;
  readonly #user: TransactionUser;
  /** What has had its final response and merely waits for timer K, by its key: thousands at a time, of which only the call is still wanted. */
  readonly #resting: AgingIndex;
  #waiting = 0;

  constructor(
    { context, table, user }: { context: Context; table: Table<ClientTransaction>; user: TransactionUser },
  ) {
    this.#context = context;
    this.#table = table;
    this.#user = user;
    this.#resting = new AgingIndex({ limit: RESTING_LIMIT, seed: context.random.uint32() });
  }

  /** Starts a client transaction: its request goes out. `undefined` when the table is full, or as many bytes wait as may. */
  send({ branch, head, body, hop, owner, call }: Sending): ClientTransaction | undefined {
    const { method } = head;
    const key = `${branch} ${methodName(method)}`;
    const written = this.#write(head, body);
    const reliable = isReliable(hop.transport);
    const size = reliable ? 0 : written.length;
    if (this.#waiting + size > WAITING_LIMIT) return undefined;
    const isInvite = method === METHOD_INVITE;
    const { now } = this.#context;
    const transaction = {
      type: "clientTransaction",
      kind: isInvite ? "invite" : "nonInvite",
      state: isInvite ? "calling" : "trying",
      key,
      branch,
      method,
      hop,
      owner,
      call,
      head,
      body: reliable ? undefined : body,
      size,
      cancel: "none",
      interval: T1,
      repeatTimer: 0,
      endTimer: 0,
    } as ClientTransaction;
    if (!this.#table.set(key, transaction)) return undefined;
    this.#waiting += size;
    if (transaction.kind === "invite") {
      if (!reliable) this.#startRepeat(transaction, "timerA");
      this.#startEnd(transaction, now + TIMER_B, "timerB");
    } else {
      if (!reliable) this.#startRepeat(transaction, "timerE");
      this.#startEnd(transaction, now + TIMER_F, "timerF");
    }
    this.#output(transaction, written);
    return transaction;
  }

  /**
   * Gives an INVITE up: CANCEL goes at once, or with the first provisional response when there was none yet. After a final
   * response it does nothing. When no final response follows in 64·T1, the user is told `timeout`.
   */
  cancel(invite: ClientTransaction): void {
    if (invite.kind !== "invite" || invite.cancel !== "none") return;
    if (invite.state === "calling") invite.cancel = "wanted";
    else if (invite.state === "proceeding") this.#sendCancel(invite);
  }

  /** Ends an INVITE that waits for its final response and will get none, without a word. False: it does not wait. */
  abandon(invite: ClientTransaction): boolean {
    if (invite.kind !== "invite" || (invite.state !== "calling" && invite.state !== "proceeding")) {
      return false;
    }
    invite.state = "terminated";
    this.#perform(invite, "end");
    return true;
  }

  /** Forgets an INVITE that has had its 2xx, before timer M. */
  release(invite: ClientTransaction): void {
    if (invite.kind !== "invite" || invite.state !== "accepted") return;
    invite.state = "terminated";
    this.#perform(invite, "end");
  }

  /**
   * Nobody waits for the response any more: the request is not sent again, and an INVITE is given up as `cancel` does it. What still
   * comes is acknowledged here; the user hears of it as ever.
   */
  leave(transaction: ClientTransaction): void {
    if (transaction.state === "terminated") return;
    this.#context.wheel.cancel(transaction.repeatTimer);
    transaction.repeatTimer = 0;
    this.#waiting -= transaction.size;
    transaction.size = 0;
    transaction.body = undefined;
    this.cancel(transaction);
  }

  /** Sends a request that has no transaction: the ACK to a 2xx. */
  sendAck({ head, hop, body }: Pick<Sending, "head" | "hop" | "body">, call: number): void {
    const bytes = this.#write(head, body);
    this.#context.outputs.push({ type: "sip", hop, bytes, transaction: "", call });
  }

  /** Takes the response in the window. False when it matches no transaction. */
  received(): boolean {
    const key = sip.clientKey();
    const transaction = this.#table.get(key);
    if (transaction === undefined) return this.#absorbs(key);
    this.#context.call = transaction.call;
    const { status } = sip;
    if (transaction.kind === "invite") {
      this.#stepInvite(transaction, status < 200 ? "provisional" : status < 300 ? "success" : "failure");
    } else {
      this.#stepNonInvite(transaction, status < 200 ? "provisional" : "final");
    }
    return true;
  }

  timeout(transaction: ClientTransaction, kind: string): void {
    if (transaction.kind === "invite") this.#stepInvite(transaction, kind as InviteClientEvent);
    else this.#stepNonInvite(transaction, kind as NonInviteClientEvent);
  }

  /** False when no client transaction has this key. */
  transportFailed(key: string): boolean {
    const transaction = this.#table.get(key);
    if (transaction === undefined) return false;
    if (transaction.kind === "invite") this.#stepInvite(transaction, "transportError");
    else this.#stepNonInvite(transaction, "transportError");
    return true;
  }

  #stepInvite(transaction: InviteClientTransaction, event: InviteClientEvent): void {
    const { state } = transaction;
    const cell = cellOf(inviteClient, { state, event, name: "INVITE client transaction" });
    if (cell === undefined) return;
    transaction.state = cell[0];
    for (let i = 1; i < cell.length; i++) this.#perform(transaction, cell[i] as InviteClientEffect);
    // Thousands of them wait at a time for what may come late, and send nothing more.
    if (transaction.state === "accepted") transaction.head = NO_HEAD;
  }

  #stepNonInvite(transaction: NonInviteClientTransaction, event: NonInviteClientEvent): void {
    const { state } = transaction;
    const cell = cellOf(nonInviteClient, { state, event, name: "Non-INVITE client transaction" });
    if (cell === undefined) return;
    transaction.state = cell[0];
    for (let i = 1; i < cell.length; i++) this.#perform(transaction, cell[i] as NonInviteClientEffect);
  }

  /** Whether the response in the window repeats one whose transaction has ended but for timer K. */
  #absorbs(key: string): boolean {
    const found = this.#resting.find(key, this.#context.now);
    if (found === 0) return false;
    this.#context.call = this.#resting.own(found, CALL);
    return true;
  }

  #perform(transaction: ClientTransaction, effect: ClientEffect): void {
    const { now } = this.#context;
    const reliable = isReliable(transaction.hop.transport);
    switch (effect) {
      case "repeat":
        return this.#output(transaction, this.#write(transaction.head, transaction.body));
      case "restartA":
        transaction.interval *= 2;
        return this.#startRepeat(transaction, "timerA");
      case "restartE":
        transaction.interval = doubled(transaction.interval);
        return this.#startRepeat(transaction, "timerE");
      case "restartEAtT2":
        transaction.interval = T2;
        return this.#startRepeat(transaction, "timerE");
      case "startD":
        // It absorbs repeats: over a reliable transport there are none.
        return reliable
          ? this.timeout(transaction, "timerD")
          : this.#startEnd(transaction, restingEnd(now + TIMER_D), "timerD");
      case "startK":
        if (!reliable) this.#rest(transaction);
        return this.timeout(transaction, "timerK");
      case "startM":
        return this.#startEnd(transaction, restingEnd(now + TIMER_M), "timerM");
      case "stopTimers":
        return this.#stop(transaction);
      case "ack":
        if (transaction.kind === "invite") this.#acknowledge(transaction);
        return;
      case "sendCancel":
        if (transaction.kind === "invite" && transaction.cancel === "wanted") this.#sendCancel(transaction);
        return;
      case "end":
        this.#stop(transaction);
        this.#table.delete(transaction.key);
        return;
      case "tellResponse":
        if (transaction.method !== METHOD_CANCEL) this.#user.response(transaction);
        return;
      case "tellTimeout":
        if (transaction.method !== METHOD_CANCEL) this.#user.failed(transaction, "timeout");
        return;
      case "tellTransportError":
        if (transaction.method !== METHOD_CANCEL) this.#user.failed(transaction, "transport");
        return;
      default:
        effect satisfies never;
    }
  }

  /** RFC 3261 section 17.1.1.3: all from the INVITE, but To from the response in the window. */
  #acknowledge(transaction: InviteClientTransaction): void {
    this.#output(transaction, this.#write(headLike(transaction, METHOD_ACK, sip.text(sip.to)), undefined));
  }

  #sendCancel(invite: InviteClientTransaction): void {
    invite.cancel = "sent";
    this.#startEnd(invite, this.#context.now + TIMER_CANCEL, "timerCancel");
    const { branch, head: { to }, hop, owner, call } = invite;
    // When the table is full the INVITE ends by its timer.
    this.send({ branch, head: headLike(invite, METHOD_CANCEL, to), body: undefined, hop, owner, call });
  }

  #startRepeat(transaction: ClientTransaction, kind: "timerA" | "timerE"): void {
    const { now, wheel } = this.#context;
    transaction.repeatTimer = wheel.schedule(now + transaction.interval, transaction, kind);
  }

  #startEnd(transaction: ClientTransaction, at: Millis, kind: string): void {
    transaction.endTimer = this.#context.wheel.schedule(at, transaction, kind);
  }

  /** Timer K without the record: its repeats are taken without a word. */
  #rest({ key, call }: ClientTransaction): void {
    const { now } = this.#context;
    this.#resting.setOwn(this.#resting.add(key, { now, until: now + TIMER_K }), CALL, call);
  }

  #stop(transaction: ClientTransaction): void {
    this.#context.wheel.cancel(transaction.repeatTimer);
    this.#context.wheel.cancel(transaction.endTimer);
    transaction.repeatTimer = 0;
    transaction.endTimer = 0;
    this.#waiting -= transaction.size;
    transaction.size = 0;
    transaction.body = undefined;
  }

  #write(head: RequestHead, body: Uint8Array | undefined): Uint8Array {
    const { start, length } = writeRequest(head, body);
    return outputBytes(start, length);
  }

  #output({ hop, key, call }: ClientTransaction, bytes: Uint8Array): void {
    this.#context.outputs.push({ type: "sip", hop, bytes, transaction: key, call });
  }
}

function headLike({ head }: InviteClientTransaction, method: number, to: string): RequestHead {
  const { requestUri, via, route, from, callId, cseq } = head;
  return {
    method,
    requestUri,
    via,
    maxForwards: MAX_FORWARDS,
    route,
    from,
    to,
    callId,
    cseq,
    contact: "",
    contentType: "",
    lines: NO_LINES,
  };
}
