// The records of transactions (RFC 3261 section 17) and what their user is told. Plain data: they can be printed and compared.

import type { Millis } from "../context.ts";
import type { Hop, Transport } from "../hop.ts";
import type { TimerId } from "../timer/wheel.ts";
import type { InviteClientState } from "./invite_client.ts";
import type { InviteServerState } from "./invite_server.ts";
import type { NonInviteClientState } from "./non_invite_client.ts";
import type { NonInviteServerState } from "./non_invite_server.ts";

/** How a SIP message came. */
export interface Arrival {
  readonly transport: Transport;
  /** Source address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Connection id of a stream, 0 for udp and loop. */
  readonly flow: number;
  readonly localPort: number;
}

interface Timed {
  /** Present interval of timer A, E or G. */
  interval: Millis;
  /** Timer A, E, G, or the wait before a 100. */
  repeatTimer: TimerId;
  /** Timer B, D, F, H, I, J, K, L, M, or the wait after a CANCEL. */
  endTimer: TimerId;
}

interface ClientRecord extends Timed {
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

interface ServerRecord extends Timed {
  readonly type: "serverTransaction";
  /** sip.serverKey(): how its request, repeated, and its ACK find it. */
  readonly key: string;
  /** METHOD_*. */
  readonly method: number;
  /** Where responses go (RFC 3261 section 18.2.2, RFC 3581). */
  readonly hop: Hop;
  /** sip.responseLines(): what each response copies. */
  readonly kept: string;
  readonly to: string;
  readonly toHasTag: boolean;
  /** Our tag for To, once a response needed one. */
  toTag: string;
  /** The last response, as long as it may have to be sent again. */
  last: Uint8Array | undefined;
  /** The transaction user's own record, e.g. a leg. */
  owner: object | undefined;
  /** For outputs. 0 until the user says which. */
  call: number;
}

export interface InviteServerTransaction extends ServerRecord {
  readonly kind: "invite";
  state: InviteServerState;
  /** The Timestamp line, which a 100 copies (RFC 3261 section 8.2.6.1). "" = none. */
  readonly timestamp: string;
}

export interface NonInviteServerTransaction extends ServerRecord {
  readonly kind: "nonInvite";
  state: NonInviteServerState;
}

export type ServerTransaction = InviteServerTransaction | NonInviteServerTransaction;

/** The user agent, as the transactions see it. Each call is the last thing a transaction does for its input. */
export interface TransactionUser {
  /** A request that opened a server transaction (never ACK, never a faulty one). It is in the window. */
  request(transaction: ServerTransaction): void;
  /** An ACK that belongs to no INVITE transaction's failure: for a 2xx. In the window. */
  ack(): void;
  /**
   * A response to a client transaction, in the window: each 1xx, each 2xx to INVITE also when repeated or forked, one final
   * response otherwise. Those to a CANCEL are not told: the INVITE's own final response says what came of it.
   */
  response(transaction: ClientTransaction): void;
  /** A 2xx to an INVITE whose transaction is gone (RFC 3261 section 13.2.2.4). In the window. */
  strayResponse(): void;
  /**
   * timeout: timer B or F, no final response 64·T1 after a CANCEL, or timer H (no ACK to our failure). transport: the transport said it
   * cannot; it may come after a final response whose ACK, or from a server transaction whose response, could not be sent.
   */
  failed(transaction: ClientTransaction | ServerTransaction, cause: "timeout" | "transport"): void;
}
