// One transfer: who asked for it, who is to call, and whom. Plain data.

import type { Millis, TimerOwner } from "../context.ts";
import type { OwnMessage } from "../roap/own_message.ts";
import type { RoapSession } from "../roap/record.ts";
import type { Dialog } from "../sip/dialog.ts";
import type { SipLeg } from "../sip/session/leg.ts";
import type { ServerTransaction } from "../sip/transaction/server_transaction.ts";
import type { TimerId } from "../timer/wheel.ts";
import type { Leg } from "./call.ts";
import type { TransferState } from "./transfer_table.ts";

/** Who has asked: a browser in its session, or a SIP peer, whose dialog outlasts the leg for the sake of its subscription (RFC 5057 section 4.2). */
export type Referrer =
  | {
    readonly type: "feed";
    readonly feed: number;
    readonly session: RoapSession;
    readonly answer: OwnMessage;
  }
  | {
    readonly type: "sip";
    readonly transaction: ServerTransaction;
    readonly leg: SipLeg;
    readonly dialog: Dialog;
    /** CSeq number of its REFER, which is the id of its subscription. */
    readonly id: number;
    /** none: it has asked for none (RFC 4488). ended: it does not want to hear more. */
    subscription: "active" | "none" | "ended";
  };

export interface Transfer extends TimerOwner {
  readonly type: "transfer";
  readonly id: number;
  readonly referrer: Referrer;
  /** Whose end is to call. */
  readonly referee: Leg;
  /** What a browser's OFFER names it by. */
  readonly token: string;
  /** Whom to call: a URI without header fields. */
  readonly target: string;
  /** Value of Replaces, "" = none. */
  readonly replaces: string;
  /** URI of the one who asked. */
  readonly referredBy: string;
  state: TransferState;
  /** CSeq number of our REFER to a SIP referee, 0 = there is none. */
  referId: number;
  /** The newest status, and what it says. */
  status: number;
  reason: string;
  /** Time at which the referrer's subscription ends. */
  until: Millis;
  timer: TimerId;
}

/** Told of a NOTIFY that could not be delivered. */
export interface Notifier {
  readonly type: "notifier";
  readonly transfer: Transfer;
}

/** How long a transfer may take from its acceptance on: a little longer than the new call may ring. */
export const transferWait: Millis = 200_000;

/** How long whoever has accepted may leave us without a NOTIFY (RFC 6665 section 4.1.2.4, timer N). */
export const timerN: Millis = 32_000;

/** What an INVITE says that was asked for by somebody else (RFC 3892 section 2). */
export function linesOf({ referredBy, replaces }: Transfer): readonly string[] {
  const line = `Referred-By: <${referredBy}>`;
  return replaces === "" ? [line] : [line, `Replaces: ${replaces}`];
}
