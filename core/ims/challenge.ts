// Challenges in the window: which one is answered (RFC 3261 sections 22.2 and 22.3, RFC 8760 section 2.4).

import {
  HEADER_AUTHENTICATION_INFO,
  HEADER_PROXY_AUTHENTICATE,
  HEADER_WWW_AUTHENTICATE,
} from "../../wasm/assembly/codes.ts";
import { headers } from "../../wasm/header.ts";
import { isMalformed } from "../../wasm/headers/cursor.ts";
import { sip } from "../../wasm/sip.ts";
import type { Algorithm } from "../hash.ts";
import type { ImsIdentity } from "./identity.ts";

export type Qop = "auth" | "auth-int" | "";

/** What a challenge asks for. Plain data. */
export interface Challenge {
  /** Whether the answer goes into Proxy-Authorization. */
  readonly isProxy: boolean;
  readonly realm: string;
  readonly nonce: string;
  /** undefined = none. */
  readonly opaque: string | undefined;
  /** As the answer repeats it; "" = it was not said, which means MD5. */
  readonly algorithmName: string;
  readonly algorithm: Algorithm;
  /** "": as before RFC 2617, without nc and cnonce. */
  readonly qop: Qop;
  readonly isStale: boolean;
}

/** Challenges of one response that are looked at, and the longest nonce, opaque or realm that is kept of one. */
const CHALLENGES = 8;
const LONGEST = 1024;

const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  "": "MD5",
  "md5": "MD5",
  "sha-256": "SHA-256",
  "sha-512-256": "SHA-512-256",
};
const AKA = "akav1-md5";

/**
 * The topmost challenge of the 401 or 407 in the window that is of the identity's realm and within what its secret can answer. A key of AKA is
 * never used as a password, nor the other way round.
 */
export function challengeFor(identity: ImsIdentity): Challenge | undefined {
  const isProxy = sip.status === 407;
  const header = isProxy ? HEADER_PROXY_AUTHENTICATE : HEADER_WWW_AUTHENTICATE;
  for (let nth = 0; nth < CHALLENGES; nth++) {
    const value = sip.value(header, nth);
    if (value === 0) return undefined;
    const found = headers.challenge(header, value);
    if (isMalformed(found) || found.scheme !== "digest") continue;
    const challenge = challengeOf(found.params, { identity, isProxy });
    if (challenge !== undefined) return challenge;
  }
  return undefined;
}

/** The nonce that the 200 in the window wants used next, "" = none (RFC 7616 section 3.5). */
export function nextNonce(): string {
  const value = sip.value(HEADER_AUTHENTICATION_INFO);
  if (value === 0) return "";
  const found = headers.challenge(HEADER_AUTHENTICATION_INFO, value);
  const nonce = isMalformed(found) ? "" : found.params.get("nextnonce") ?? "";
  return isRepeatable(nonce) ? nonce : "";
}

function challengeOf(
  params: ReadonlyMap<string, string>,
  { identity, isProxy }: { identity: ImsIdentity; isProxy: boolean },
): Challenge | undefined {
  const realm = params.get("realm");
  const nonce = params.get("nonce");
  const opaque = params.get("opaque");
  const algorithmName = params.get("algorithm") ?? "";
  if (realm !== identity.realm || nonce === undefined || nonce === "") return undefined;
  if (!isRepeatable(nonce) || !isRepeatable(opaque ?? "")) return undefined;
  const name = algorithmName.toLowerCase();
  const algorithm = identity.secret.type === "aka" ? (name === AKA ? "MD5" : undefined) : ALGORITHMS[name];
  const qop = qopOf(params.get("qop"));
  if (algorithm === undefined || qop === undefined) return undefined;
  const isStale = params.get("stale")?.toLowerCase() === "true";
  return { isProxy, realm, nonce, opaque, algorithmName, algorithm, qop, isStale };
}

/** Whether the text can stand in a header field of ours: a tab may stand in theirs. */
function isRepeatable(text: string): boolean {
  return text.length <= LONGEST && /^[\x20-\x7e]*$/.test(text);
}

/** undefined: none that we speak. */
function qopOf(offered: string | undefined): Qop | undefined {
  if (offered === undefined) return "";
  const options = offered.toLowerCase().split(",").map((option) => option.trim());
  if (options.includes("auth")) return "auth";
  return options.includes("auth-int") ? "auth-int" : undefined;
}
