// The record of a client transaction (RFC 3261 section 17.1): plain data, it can be printed and compared.

import type { Millis } from "../context.ts";
import type { Hop } from "../hop.ts";
import type { TimerId } from "../timer/wheel.ts";
import type { InviteClientState } from "./invite_client.ts";
import type { NonInviteClientState } from "./non_invite_client.ts";

interface ClientRecord {
  readonly type: "clientTransaction";
  /** `${branch} ${method}`: how its responses find it. */
  readonly key: string;
  /** METHOD_*. */
  readonly method: number;
  readonly hop: Hop;
  /** The transaction user's own record, e.g. a leg. */
  readonly owner: object;
  /** For outputs. */
  readonly call: number;
  /** The request, as long as it may have to be sent again. */
  bytes: Uint8Array | undefined;
  /** Present interval of timer A or E. */
  interval: Millis;
  /** Timer A or E. */
  repeatTimer: TimerId;
  /** Timer B, D, F, K or M, or the wait after a CANCEL. */
  endTimer: TimerId;
}

/** What an INVITE's CANCEL and ACK repeat of it (RFC 3261 sections 9.1, 17.1.1.3). */
export interface InviteHead {
  readonly branch: string;
  readonly requestUri: string;
  readonly via: string;
  readonly route: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
}

export interface InviteClientTransaction extends ClientRecord {
  readonly kind: "invite";
  state: InviteClientState;
  readonly head: InviteHead;
  /** A CANCEL that is wanted goes with the first provisional response (RFC 3261 section 9.1). */
  cancel: "none" | "wanted" | "sent";
}

export interface NonInviteClientTransaction extends ClientRecord {
  readonly kind: "nonInvite";
  state: NonInviteClientState;
}

export type ClientTransaction = InviteClientTransaction | NonInviteClientTransaction;
