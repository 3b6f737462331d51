// A SIP leg: one INVITE-initiated session and all that its later messages need. Plain data.

import type { Body } from "../../../wasm/codec.ts";
import type { Millis, TimerOwner } from "../../context.ts";
import type { TimerId } from "../../timer/wheel.ts";
import type { Hop } from "../../hop.ts";
import type { ClientRequest, SentAck } from "../client_request.ts";
import type { Dialog } from "../dialog.ts";
import type { EarlyChange } from "./early_change.ts";
import type { ReceivedProvisional } from "./received_provisional.ts";
import type { SentProvisional } from "./sent_provisional.ts";
import type { SessionState } from "./session_events.ts";
import type { Asked } from "./session_terms.ts";
import type { SessionTimer } from "./session_timer.ts";
import type { ServerTransaction } from "../transaction/server_transaction.ts";

/** One early or confirmed dialog of the leg, with the ACK that its 2xx got (to be repeated with each 2xx, section 13.2.2.4). */
export interface Fork {
  readonly dialog: Dialog;
  ack: SentAck | undefined;
  /** Reliable provisional responses in this early dialog, once there is one: ours, or the other end's. */
  sent: SentProvisional | undefined;
  received: ReceivedProvisional | undefined;
}

/** Which provisional responses of ours go reliably (RFC 3262): none, all, or over a way that loses nothing only those that matter: with a body. */
export type Reliability = "none" | "all" | "bodies";

/** A positive answer: from which fork of the other leg, and with what body. */
export interface Content {
  readonly fork: number;
  readonly body: Body;
  readonly contentType: string;
}

export interface SipLeg extends TimerOwner {
  readonly type: "sip";
  /** client: we sent the first INVITE. */
  readonly role: "client" | "server";
  readonly call: number;
  readonly callId: string;
  /** Our tag in every request of ours, and in the first early dialog of an INVITE that we answer. */
  readonly localTag: string;
  /** User part of our Contact. */
  readonly user: string;
  /** Who proves our requests where they are challenged, "" = nobody. */
  readonly account: string;
  /** The sibling shard that the other end of the dialog is, -1 = it is none. */
  readonly peer: number;
  /** The sibling whose sockets reach the other end, -1 = ours do. */
  readonly through: number;
  /** The flow that alone reaches the other end, wherever its Contact or a route points. Undefined: these say where. */
  way: Hop | undefined;
  state: SessionState;
  /** Early dialogs in the order in which they came up, or in which we answered. */
  readonly forks: Fork[];
  /** Index in `forks` of the dialog that carries the session, -1 before a 2xx. */
  chosen: number;
  /** The peer's INVITE that is being answered, or whose 2xx awaits its ACK. */
  invite: ServerTransaction | undefined;
  /** CSeq number of the INVITE (either side's) that the next ACK belongs to. */
  inviteSeq: number;
  /** Our INVITE that is out. */
  request: ClientRequest | undefined;
  /** Our last offer, while it may have to be sent again. */
  offer: Uint8Array | undefined;
  contentType: string;
  /** As the caller's INVITE allows. */
  readonly reliability: Reliability;
  /** The INVITE that is open, either side's, has no offer: it asks for one, which has no answer yet. */
  asks: boolean;
  /** How long the PRACK of a response waits for the word that it was taken. */
  patience: Millis;
  /** The 2xx that waits for the PRACK of a provisional response. */
  held: Content | undefined;
  /** An offer in one of its early dialogs, once there was one. */
  change: EarlyChange | undefined;
  /** Under which an INVITE that came by another path too is found (section 8.2.2.2). */
  readonly mergeKey: string;
  /** What the peer's last INVITE or UPDATE said of session timers, undefined = nothing. */
  asked: Asked | undefined;
  /** Once one is agreed. */
  session: SessionTimer | undefined;
  repeatAfter: number;
  repeatTimer: TimerId;
  waitTimer: TimerId;
}

/** Early dialogs that one leg tells apart. */
export const forkLimit = 32;

/** Key in the table of legs: the half of the dialog identifier that is ours. */
export function legKey(callId: string, localTag: string): string {
  return `${callId} ${localTag}`;
}
