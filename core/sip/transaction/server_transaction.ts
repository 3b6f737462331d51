// The record of a server transaction (RFC 3261 section 17.2): plain data, it can be printed and compared.

import type { Millis } from "../../context.ts";
import type { Hop } from "../../hop.ts";
import type { TimerId } from "../../timer/wheel.ts";
import type { InviteServerState } from "./invite_server.ts";
import type { NonInviteServerState } from "./non_invite_server.ts";
import type { Response } from "./response.ts";

interface ServerRecord {
  readonly type: "serverTransaction";
  /** sip.serverKey(): how its request, repeated, and its ACK find it. */
  readonly key: string;
  /** METHOD_*. */
  readonly method: number;
  /** Where responses go (RFC 3261 section 18.2.2, RFC 3581). */
  readonly hop: Hop;
  /** Where the request really came from; `hop` follows what its Via says. */
  readonly source: Hop;
  /** sip.responseLines(): what each response copies. */
  readonly kept: string;
  readonly to: string;
  readonly toHasTag: boolean;
  /** Our tag for To, once a response needed one. */
  toTag: string;
  /** The last response, its body owned, as long as it may have to be sent again: then it is written again. */
  last: Response | undefined;
  /** The transaction user's own record, e.g. a leg. */
  owner: object | undefined;
  /** For outputs. 0 until the user says which. */
  call: number;
  /** Present interval of timer G. */
  interval: Millis;
  /** Timer G, or the wait before a 100. */
  repeatTimer: TimerId;
  /** Timer H, I, J or L. */
  endTimer: TimerId;
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
