// What one REGISTER does to the contacts of an address-of-record: RFC 3261 section 10.3, steps 6 and 7. Pure: all or nothing.

import type { Millis } from "../context.ts";
import type { Hop } from "../hop.ts";
import type { ContactBinding } from "./bindings.ts";
import { sameUri } from "./uri_equality.ts";

/** Seconds. */
export const MIN_EXPIRES = 60;
export const MAX_EXPIRES = 3600;
export const DEFAULT_EXPIRES = 3600;

/** One Contact value of the request. */
export interface RequestedContact {
  readonly uri: string;
  /** Seconds asked for, by the value's own parameter or the Expires header field. */
  readonly expires: number;
  readonly q: number;
  /** RFC 5626 section 4.2: whose it is, and which of its flows; "" and 0 = none, or not to be minded. */
  readonly instance: string;
  readonly regId: number;
}

/** What a REGISTER asks for. */
export interface Registration {
  readonly user: string;
  /** "all": Contact is "*", everything goes. */
  readonly contacts: readonly RequestedContact[] | "all";
  readonly callId: string;
  readonly cseq: number;
  readonly hop: Hop;
}

/**
 * The contacts as they are afterwards. `brief`: an interval is too short (423). `disorder`: the request is older than one
 * that was worked on already (500).
 */
export function applyRegistration(
  current: readonly ContactBinding[],
  registration: Registration,
  now: Millis,
): readonly ContactBinding[] | "brief" | "disorder" {
  const { contacts, callId, cseq } = registration;
  const isOlder = (binding: ContactBinding) => binding.callId === callId && cseq <= binding.cseq;
  if (contacts === "all") return current.some(isOlder) ? "disorder" : [];
  const next = [...current];
  for (const requested of contacts) {
    const { uri, expires, q, instance, regId } = requested;
    if (expires > 0 && expires < MIN_EXPIRES) return "brief";
    const at = indexOfContact(next, requested);
    const known = next[at];
    // One that this very request has put there may be changed again by it.
    if (known !== undefined && current.includes(known) && isOlder(known)) return "disorder";
    if (expires === 0) {
      if (known !== undefined) next.splice(at, 1);
      continue;
    }
    const binding: ContactBinding = {
      type: "contact",
      user: registration.user,
      uri,
      hop: registration.hop,
      expires: now + Math.min(expires, MAX_EXPIRES) * 1000,
      q,
      callId,
      cseq,
      // Of several flows of one user agent the newest is the first choice.
      since: known !== undefined && known.hop.flow === registration.hop.flow ? known.since : now,
      instance,
      regId,
    };
    if (known === undefined) next.push(binding);
    else next[at] = binding;
  }
  return next;
}

/**
 * A flow is known by its user agent and number, whatever the URI (RFC 5626 section 6). Else the very same text wins over an equal URI: equality
 * is not transitive, so there may be several.
 */
function indexOfContact(
  contacts: readonly ContactBinding[],
  { uri, instance, regId }: RequestedContact,
): number {
  if (regId > 0) {
    return contacts.findIndex((binding) => binding.regId === regId && binding.instance === instance);
  }
  const exact = contacts.findIndex((binding) => binding.regId === 0 && binding.uri === uri);
  if (exact >= 0) return exact;
  return contacts.findIndex((binding) => binding.regId === 0 && sameUri(binding.uri, uri));
}
