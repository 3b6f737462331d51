// The record of one identity's registration with the IMS, plain data, and how long things take (3GPP TS 24.229 section 5.1.1, RFC 5626 section 4.5).

import type { Millis, TimerOwner } from "../context.ts";
import type { ClientRequest } from "../sip/client_request.ts";
import type { TimerId } from "../timer/wheel.ts";
import type { DigestSession } from "./digest_client.ts";
import type { ImsIdentity } from "./identity.ts";
import type { RegistrationState } from "./registration_table.ts";
import type { Sequence } from "./sequence.ts";

/** Where the core network finds us: as the REGISTER goes by which we are bound, and the same until that binding is over. */
export interface Place {
  /** Whole Contact value without its `expires`. */
  readonly contact: string;
  /** Whole Path value of an edge proxy, "" = we are none. */
  readonly path: string;
}

export interface Registration extends TimerOwner {
  readonly type: "registration";
  readonly identity: ImsIdentity;
  /** A refusal is not the end: it is tried again after a long while. */
  readonly isLasting: boolean;
  /** User part of our Contact, which nobody can guess. */
  readonly token: string;
  place: Place;
  readonly callId: string;
  readonly localTag: string;
  cseq: number;
  state: RegistrationState;
  /** The REGISTER that is out. */
  request: ClientRequest | undefined;
  readonly digest: DigestSession;
  readonly sequence: Sequence;
  /** Seconds that the next REGISTER asks for. */
  wanted: number;
  /** Seconds that the REGISTER that is out asks for, 0 = it ends the binding. */
  asked: number;
  /** Challenges and 423s answered in this try. */
  rounds: number;
  /** What the last REGISTER proved: nothing, an answer with a nonce from before, or one to the challenge that came last; or it asked to resynchronise. */
  proof: "none" | "remembered" | "fresh" | "resynchronising";
  /** Tries in a row that failed. */
  failures: number;
  /** What the core network asked to wait, 0 = nothing. */
  retryAfter: Millis;
  /** Seconds that it has granted, or that are left by its own later word. */
  granted: number;
  /** Since when it is bound. */
  boundAt: Millis;
  /** The last refusal or failure, for people. */
  status: number;
  reason: string;
  /** Comma-joined Route values for initial requests (RFC 3608), "" = none. */
  serviceRoute: string;
  /** Public identities that are registered with it, the default one first (RFC 7315 section 4.1). */
  publicIds: readonly string[];
  /** When the core network said last that the binding is gone. */
  lostAt: Millis;
  /** Refresh or retry. */
  workTimer: TimerId;
  endTimer: TimerId;
}

/** Seconds: what is asked for (TS 24.229 section 5.1.1.2 wants 600,000; the registrar shortens it). */
export const WANTED = 600_000;

/** Challenges and 423s that are answered in one try. */
export const ROUNDS = 4;

const HASTE = 1_200;
const AHEAD = 600;
const BASE: Millis = 30_000;
const LONGEST: Millis = 1_800_000;

/** Milliseconds after which a registration that lasts so many seconds is refreshed: TS 24.229 section 5.1.1.4.1. */
export function refreshAfter(seconds: number): Millis {
  return 1000 * (seconds > HASTE ? seconds - AHEAD : seconds / 2);
}

/**
 * How long to wait after so many failures in a row: RFC 5626 section 4.5, doubling up to half an hour, between a half and the whole of it by chance. What the
 * server has asked for is kept, and up to a fifth more, for it asks many at once.
 */
export function backOff(
  { failures, retryAfter }: { failures: number; retryAfter: Millis },
  chance: number,
): Millis {
  const share = chance / 2 ** 32;
  if (retryAfter > 0) return retryAfter * (1 + share / 5);
  return Math.min(LONGEST, BASE * 2 ** Math.min(failures - 1, 10)) * (0.5 + share / 2);
}
