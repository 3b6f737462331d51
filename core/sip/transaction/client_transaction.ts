// The record of a client transaction (RFC 3261 section 17.1): plain data, it can be printed and compared.

import type { RequestHead } from "../../../wasm/sip_writer.ts";
import type { Millis } from "../../context.ts";
import type { Hop } from "../../hop.ts";
import type { TimerId } from "../../timer/wheel.ts";
import type { InviteClientState } from "./invite_client.ts";
import type { NonInviteClientState } from "./non_invite_client.ts";

interface ClientRecord {
  readonly type: "clientTransaction";
  /** `${branch} ${method}`: how its responses find it. */
  readonly key: string;
  /** Of its Via, which an INVITE's CANCEL and ACK repeat (RFC 3261 sections 9.1, 17.1.1.3). */
  readonly branch: string;
  /** METHOD_*. */
  readonly method: number;
  readonly hop: Hop;
  /** The transaction user's own record, e.g. a leg. */
  owner: object;
  /** For outputs. */
  readonly call: number;
  /** The request: sent again it is written again, for that is dear only when it happens. An INVITE's CANCEL and ACK take theirs from it. */
  head: RequestHead;
  /** As long as the request may have to be sent again. */
  body: Uint8Array | undefined;
  /** Bytes of the request, as long as it may have to be sent again: 0 = it is not repeated. */
  size: number;
  /** Of an INVITE: a CANCEL that is wanted goes with the first provisional response (RFC 3261 section 9.1). */
  cancel: "none" | "wanted" | "sent";
  /** Present interval of timer A or E. */
  interval: Millis;
  /** Timer A or E. */
  repeatTimer: TimerId;
  /** Timer B, D, F or M, or the wait after a CANCEL. */
  endTimer: TimerId;
}

export interface InviteClientTransaction extends ClientRecord {
  readonly kind: "invite";
  state: InviteClientState;
}

export interface NonInviteClientTransaction extends ClientRecord {
  readonly kind: "nonInvite";
  state: NonInviteClientState;
}

export type ClientTransaction = InviteClientTransaction | NonInviteClientTransaction;
