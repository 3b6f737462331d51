// What the response to a REGISTER says (RFC 3261 section 10.2.4, RFC 3608 section 5, RFC 7315 section 4.1, 3GPP TS 24.229 section 5.1.1).

import {
  HEADER_MIN_EXPIRES,
  HEADER_P_ASSOCIATED_URI,
  HEADER_RETRY_AFTER,
  HEADER_SERVICE_ROUTE,
} from "../../wasm/assembly/codes.ts";
import { headers } from "../../wasm/header.ts";
import { isMalformed } from "../../wasm/headers/cursor.ts";
import { reasonPhrase } from "../../wasm/reason_phrase.ts";
import { sip } from "../../wasm/sip.ts";
import { uri } from "../../wasm/uri.ts";
import type { Millis } from "../context.ts";
import type { BlockCipher } from "../hash.ts";
import { challengeFor } from "./challenge.ts";
import { takeChallenge } from "./digest_client.ts";
import { type Registration, ROUNDS } from "./registration.ts";

/** Longest interval that a 423 may force on us, in seconds: 30 days. What we ask for by ourselves is a week. */
const LONGEST_INTERVAL = 2_592_000;
/** Service-Route and P-Associated-URI values that are kept. */
const ROUTES = 8;
const PUBLIC_IDS = 32;
/** Longest wait that a server may ask for. */
const LONGEST_WAIT: Millis = 3_600_000;

export type RegisterOutcome = "accepted" | "challenge" | "brief" | "refused" | "failed";

/** The final response in the window. Its challenge is taken up, its interval, Retry-After and reason are noted. */
export function outcomeOf(registration: Registration, cipher: BlockCipher): RegisterOutcome {
  const { status } = sip;
  registration.retryAfter = 0;
  if (status < 300) return "accepted";
  note(registration, status, sip.reason === 0 ? "" : sip.text(sip.reason));
  if (status === 401 || status === 407) return challenged(registration, cipher);
  if (status === 423) return lengthened(registration);
  // section 10.2.4 leaves the others open; these two do not get better by being asked again
  if (status === 403 || status === 404) return "refused";
  registration.retryAfter = retryAfter();
  return "failed";
}

/** Seconds for which the 2xx in the window binds our contact; 0 = it does not. */
export function grantedSeconds(registration: Registration): number {
  for (let nth = 0; nth < sip.contactCount && sip.selectContact(nth); nth++) {
    if (uri.readSpan(sip.contactUri) !== 0 || uri.user !== registration.token) continue;
    if (sip.contactExpires >= 0) return sip.contactExpires;
    return sip.expires >= 0 ? sip.expires : registration.wanted;
  }
  return 0;
}

/** Service-Route of the 2xx in the window as a Route, "" = none or not to be used. */
export function serviceRoute(): string {
  const found = addresses(HEADER_SERVICE_ROUTE, ROUTES);
  return found === undefined ? "" : found.map((address) => `<${address}>`).join(", ");
}

/** P-Associated-URI of the 2xx in the window. */
export function associatedUris(): readonly string[] {
  return addresses(HEADER_P_ASSOCIATED_URI, PUBLIC_IDS) ?? [];
}

/** Milliseconds that the response in the window asks to wait, 0 = it does not. */
export function retryAfter(): Millis {
  const value = sip.value(HEADER_RETRY_AFTER);
  const found = value === 0 ? undefined : headers.retryAfter(value);
  return found === undefined || isMalformed(found) ? 0 : Math.min(1000 * found.seconds, LONGEST_WAIT);
}

/** Seconds that the 423 in the window asks for at least, 0 = it does not say. */
export function minExpires(): number {
  const value = sip.value(HEADER_MIN_EXPIRES);
  const text = value === 0 ? "" : sip.text(value);
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

export function note(registration: Registration, status: number, reason: string): void {
  registration.status = status;
  registration.reason = reason.replace(/[^\x20-\x7e]/g, " ").slice(0, 80) || reasonPhrase(status);
}

function challenged(registration: Registration, cipher: BlockCipher): RegisterOutcome {
  const { identity, digest, proof, sequence } = registration;
  const challenge = challengeFor(identity);
  if (challenge === undefined) {
    note(registration, 403, "The challenge is of another realm, or asks for what this secret cannot answer");
    return "refused";
  }
  // It was answered, the nonce was the newest, and still it was no good.
  if (proof === "fresh" && !challenge.isStale) {
    note(registration, 403, "The credentials are not accepted");
    return "refused";
  }
  if (registration.rounds >= ROUNDS) {
    note(registration, 403, `More than ${ROUNDS} challenges in a row`);
    return "refused";
  }
  if (!takeChallenge(digest, { challenge, identity, sequence, cipher })) {
    note(registration, 403, "The challenge does not prove that it comes from the home network");
    return "refused";
  }
  if (digest.auts !== "" && proof === "resynchronising") {
    note(registration, 403, "The home network's sequence numbers stay out of step");
    return "refused";
  }
  return "challenge";
}

/** Section 10.2.8. */
function lengthened(registration: Registration): RegisterOutcome {
  const seconds = minExpires();
  if (registration.rounds >= ROUNDS || seconds <= registration.wanted || seconds > LONGEST_INTERVAL) {
    return "failed";
  }
  registration.wanted = seconds;
  return "brief";
}

/** URIs of a list header. undefined: a value is malformed, or there are too many. */
function addresses(header: number, limit: number): string[] | undefined {
  const values = headers.values(header);
  if (isMalformed(values) || values.length > limit) return undefined;
  const found: string[] = [];
  for (const value of values) {
    const address = headers.address(header, value);
    if (isMalformed(address) || uri.read(address.uri) !== 0 || uri.hasHeaders) return undefined;
    found.push(address.uri);
  }
  return found;
}
