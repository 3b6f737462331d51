// One request that passes through the relay on its own, until it has its one answer. Plain data.

import type { Millis, TimerOwner } from "../context.ts";
import type { OwnMessage } from "../roap/own_message.ts";
import type { ServerTransaction } from "../sip/transaction/server_transaction.ts";
import type { TimerId } from "../timer/wheel.ts";
import type { ExchangeState } from "./exchange_table.ts";

/** Who asks: a browser, with what its answer has to repeat, or a SIP peer. */
export type Origin =
  | { readonly type: "feed"; readonly feed: number; readonly answer: OwnMessage }
  | { readonly type: "sip"; readonly transaction: ServerTransaction };

export interface Exchange extends TimerOwner {
  readonly type: "exchange";
  readonly id: number;
  /** 0 = it belongs to none. */
  readonly call: number;
  readonly origin: Origin;
  state: ExchangeState;
  /** The browsers that were asked. */
  feeds: readonly number[];
  /** How many of those who were asked have not answered. */
  awaited: number;
  /** The best refusal so far, 0 = none. */
  status: number;
  reason: string;
  /** The number under which it has borrowed an identity of the IMS, 0 = none. */
  lent: number;
  timer: TimerId;
}

/** How long an instant message, and whatever else passes on its own, waits for its answer. */
export const exchangeWait: Millis = 20_000;

/** After so long without an answer a SIP sender gets 100 (RFC 4320 section 4.1): when its timer E has come to T2. */
export const tryingWait: Millis = 3_500;
