// Which part of the relay a timer is for.

import type { Context, TimerOwner } from "../context.ts";
import type { Registration } from "../ims/registration.ts";
import type { Subscription } from "../ims/subscription.ts";
import { makeRoom } from "../room.ts";
import { type RoapSession, takeReport, timeoutRoap } from "../roap/session.ts";
import type { ClientRequest } from "../sip/client_request.ts";
import type { ClientTransaction } from "../sip/transaction/client_transaction.ts";
import type { EarlyRecord } from "../sip/session/early_dialogs.ts";
import type { SipLeg } from "../sip/session/leg.ts";
import type { Legs } from "../sip/session/legs.ts";
import type { SessionTimer } from "../sip/session/session_timer.ts";
import type { ServerTransaction } from "../sip/transaction/server_transaction.ts";
import type { Transactions } from "../sip/transaction/transactions.ts";
import type { UserAgent } from "../sip/user_agent.ts";
import type { Call } from "./call.ts";
import type { Calls } from "./calls.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Exchange } from "./exchange.ts";
import type { Identities } from "./identities.ts";
import type { OwnRequests } from "./own_requests.ts";
import type { Transfer } from "./transfer.ts";

export interface TimeoutParts {
  readonly context: Context;
  readonly transactions: Transactions;
  readonly userAgent: UserAgent;
  readonly legs: Legs;
  readonly calls: Calls;
  readonly dispatcher: Dispatcher;
  readonly own: OwnRequests;
  readonly identities: Identities | undefined;
  /** Lets go of bindings that have run out. */
  readonly sweep: () => void;
}

export class Timeouts {
  readonly #parts: TimeoutParts;

  constructor(parts: TimeoutParts) {
    this.#parts = parts;
  }

  /** A timer of this record has run out. */
  fired(owner: TimerOwner, kind: string): void {
    const { context, transactions, userAgent, legs, calls, own, identities, sweep } = this.#parts;
    makeRoom(context.outputs);
    switch (owner.type) {
      case "clientTransaction":
      case "serverTransaction":
        return transactions.timeout(owner as ClientTransaction | ServerTransaction, kind);
      case "early":
        return legs.early.timeout(owner as EarlyRecord, kind);
      case "sip":
        return legs.timeout(owner as SipLeg, kind);
      case "session":
        return legs.session.timeout(owner as SessionTimer, kind);
      case "request":
        return userAgent.silent(owner as ClientRequest);
      case "roap":
        return this.#session(owner as RoapSession, kind);
      case "exchange":
      case "transfer":
        return own.timeout(owner as Exchange | Transfer, kind);
      case "call":
        return calls.timeout(owner as Call, kind);
      case "registration":
        return identities!.timeout(owner as Registration, kind);
      case "subscription":
        return identities!.subscriptionTimeout(owner as Subscription, kind);
      case "sweeper":
        return sweep();
      default:
        throw new Error(`Timer ${kind} of an unknown owner ${owner.type}`);
    }
  }

  #session(session: RoapSession, kind: string): void {
    const { calls, context, dispatcher } = this.#parts;
    let report = timeoutRoap(session, kind, context);
    dispatcher.index(session);
    for (; report !== undefined; report = takeReport(session)) calls.signal(session, report);
  }
}
