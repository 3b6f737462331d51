// Who may log in without a password: programs and pages of this very machine, and no page of anybody else's.
//
// A foreign page can open a WebSocket to a loopback address, and after DNS rebinding even under a name of its own; so the
// address of the peer is not enough: Origin and Host are checked too (RFC 6455 section 10.2, RFC 6454).

import type { Refusal } from "./refusal.ts";

export interface AccessRules {
  /** It is reached over TLS. */
  readonly secure: boolean;
  /** The address that the HTTP server is bound to. */
  readonly listener: string;
  /** The host as configured: a name of our own besides `localhost`. */
  readonly name: string;
  /** Origins that are welcome besides our own host, such as `https://phone.example.org`. */
  readonly origins: readonly string[];
}

/** A request, as far as its headers are asked for by their names in lower case. */
export interface Asking {
  readonly headers: { get(name: string): string | null; has(name: string): boolean };
}

/** Why a request for a user's feed or ladder is refused; undefined = it is not. `remote` is the peer's address. */
export function refuseAccess(request: Asking, remote: string, rules: AccessRules): Refusal | undefined {
  if (!isLoopback(rules.listener)) {
    return forbidden("Login without a password is only possible on a loopback listener");
  }
  if (!isLoopback(remote)) return forbidden("Login without a password is only possible from this machine");
  const { headers } = request;
  if (headers.has("x-forwarded-for") || headers.has("forwarded")) {
    return forbidden("Login without a password is not possible through a proxy");
  }
  const host = hostOf(headers.get("host"), rules);
  if (host === undefined || !isOwnName(host.hostname, rules)) {
    return forbidden("The Host header does not name this relay");
  }
  if (!isWelcome(headers.get("origin"), host, rules)) {
    return forbidden("Pages of this origin may not use the relay");
  }
  if (headers.get("origin") === null && isCrossSite(headers.get("sec-fetch-site"))) {
    return forbidden("Pages of other sites may not use the relay");
  }
  return undefined;
}

/**
 * The same for a WebSocket that speaks SIP. It proves who it is by digest, so it may come from elsewhere; but what comes from this very machine may have been told to
 * by a page, and is trusted without accounts (core's inviter): there the same is asked as for ROAP.
 */
export function refuseFlow(request: Asking, remote: string, rules: AccessRules): Refusal | undefined {
  if (isLoopback(remote)) return refuseAccess(request, remote, { ...rules, listener: remote });
  return refuseOrigin(request, rules);
}

/** The same where whoever asks proves who he is: whose page asks, at whatever name we are reached. */
export function refuseOrigin({ headers }: Asking, rules: AccessRules): Refusal | undefined {
  const host = hostOf(headers.get("host"), rules);
  if (host === undefined || !isWelcome(headers.get("origin"), host, rules)) {
    return forbidden("Pages of this origin may not use the relay");
  }
  return undefined;
}

/** 127.0.0.0/8 and ::1, the former also as IPv6 writes it. */
export function isLoopback(address: string): boolean {
  const plain = address.toLowerCase().replace(/^::ffff:/, "");
  return plain === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(plain);
}

function forbidden(reason: string): Refusal {
  return { status: 403, reason };
}

/** A Host header read as browsers write it; whatever else URL syntax would allow is refused. */
function hostOf(header: string | null, { secure }: AccessRules): URL | undefined {
  if (header === null || !/^[A-Za-z0-9.-]+(:\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$/.test(header)) {
    return undefined;
  }
  try {
    return new URL(`${secure ? "https" : "http"}://${header}`);
  } catch {
    return undefined;
  }
}

function isOwnName(hostname: string, rules: AccessRules): boolean {
  const name = hostname.replace(/^\[|\]$/g, "");
  return name === "localhost" || isLoopback(name) || name === rules.name.toLowerCase();
}

/** No Origin at all is a program, not a page: it could write any Origin. */
function isWelcome(origin: string | null, { host }: URL, { origins, secure }: AccessRules): boolean {
  if (origin === null) return true;
  let url: URL;
  try {
    url = new URL(origin);
  } catch {
    return false;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return false;
  // A page that came without TLS may be anybody's on the way.
  const isOwn = url.host === host && (!secure || url.protocol === "https:");
  return isOwn || origins.some((known) => known.toLowerCase().replace(/\/$/, "") === url.origin);
}

function isCrossSite(site: string | null): boolean {
  return site !== null && site !== "same-origin" && site !== "none";
}
