// Where a target leads: to users of the domain, to the IMS, or nowhere (RFC 3261 sections 8.2.2.1 and 16.5).

import { SCHEME_SIP, SCHEME_SIPS, SCHEME_TEL } from "../../wasm/assembly/codes.ts";
import { isUser, uri } from "../../wasm/uri.ts";
import type { Millis } from "../context.ts";
import { type Hop, isProtected } from "../hop.ts";
import type { Binding, Bindings } from "../location/bindings.ts";
import { unescapeUser } from "../location/uri_equality.ts";
import { type Addresses, SIP_PORT, SIPS_PORT } from "../sip/addresses.ts";
import { isSips } from "../sip/request_uri.ts";

export type Route =
  | {
    readonly type: "local";
    readonly user: string;
    readonly requestUri: string;
    readonly bindings: readonly Binding[];
  }
  | { readonly type: "foreign"; readonly requestUri: string; readonly nextHop: string | Hop }
  | {
    readonly type: "refused";
    readonly status: number;
    readonly reason: string;
    /** Only for as long as nobody by this name is logged in or registered. */
    readonly isAbsent: boolean;
  };

export class Router {
  readonly #domain: string;
  /** A name, which is resolved for each call, or the address that needs it not. */
  readonly #ims: string | Hop | undefined;
  readonly #addresses: Addresses;
  readonly #bindings: Bindings;
  readonly #accounts: ReadonlyMap<string, string>;

  constructor(options: {
    domain: string;
    ims: string | undefined;
    addresses: Addresses;
    bindings: Bindings;
    accounts: ReadonlyMap<string, string>;
  }) {
    this.#domain = options.domain;
    this.#ims = options.ims === undefined ? undefined : wayTo(options.ims, options.addresses);
    this.#addresses = options.addresses;
    this.#bindings = options.bindings;
    this.#accounts = options.accounts;
  }

  /** The URI of a user of the domain. */
  uriOf(user: string, secure = false): string {
    return `${secure ? "sips" : "sip"}:${user}@${this.#domain}`;
  }

  /**
   * `target`: a SIP or tel URI, or a bare user of the domain. `home`: the caller's own network in the IMS, "" = none: whatever is of it or a number leads
   * there, and a bare user is one of its.
   */
  route(target: string, now: Millis, home = ""): Route {
    const isBare = isUser(target) && !/^(sips?|tel):/i.test(target);
    const requestUri = !isBare ? target : home === "" ? this.uriOf(target) : `sip:${target}@${home}`;
    if (uri.read(requestUri) !== 0) return refused(400, "The target is neither a SIP or tel URI nor a user");
    if (uri.hasHeaders) return refused(400, "A target may not carry header fields");
    if (home !== "" && (uri.scheme === SCHEME_TEL || (uri.scheme === SCHEME_SIP && uri.host === home))) {
      return this.#foreign(requestUri);
    }
    if (uri.scheme === SCHEME_TEL) return this.#local(uri.user, requestUri, now) ?? this.#foreign(requestUri);
    const secure = uri.scheme === SCHEME_SIPS;
    if (!secure && uri.scheme !== SCHEME_SIP) {
      return refused(416, "Only sip, sips and tel targets are served");
    }
    if (!this.#addresses.isOwn(uri.host, uri.port, secure ? SIPS_PORT : SIP_PORT)) {
      return this.#foreign(requestUri, secure);
    }
    const user = unescapeUser(uri.user);
    const route = this.#local(user, requestUri, now);
    return (secure ? securely(route) : route) ?? absent(404, `${printable(user)} is not known here`);
  }

  #local(user: string, requestUri: string, now: Millis): Route | undefined {
    const bindings = this.#bindings.of(user, now);
    if (bindings.length > 0) return { type: "local", user, requestUri, bindings };
    return this.#accounts.has(user) ? absent(480, `${printable(user)} is not registered now`) : undefined;
  }

  #foreign(requestUri: string, secure = false): Route {
    if (secure && this.#ims !== undefined && !leadsOverTls(this.#ims)) {
      return refused(416, "The way to the IMS is not protected by TLS, as a sips target wants it");
    }
    if (this.#ims !== undefined) return { type: "foreign", requestUri, nextHop: this.#ims };
    return refused(404, "The target is outside the domain and no IMS is configured");
  }
}

/** RFC 5630 section 5.3: who can be reached, but not over TLS all the way, is not there for a sips target. */
function securely(route: Route | undefined): Route | undefined {
  if (route?.type !== "local") return route;
  const bindings = route.bindings.filter(isSecure);
  if (bindings.length > 0) return { ...route, bindings };
  return refused(480, `${printable(route.user)} is not to be reached over TLS`);
}

/** A sibling knows for itself which of its browsers came over TLS: the sips URI goes there too. */
function isSecure(binding: Binding): boolean {
  switch (binding.type) {
    case "feed":
      return binding.secure;
    case "contact":
      return isProtected(binding.hop.transport);
    case "shard":
      return true;
  }
}

function leadsOverTls(ims: string | Hop): boolean {
  return typeof ims === "string" ? isSips(ims) : ims.transport === "tls";
}

/** The IMS as it is configured: a URI whose name has to be resolved, or the address that needs it not. */
export function wayTo(ims: string, addresses: Addresses): string | Hop {
  const text = /^sips?:/i.test(ims) ? ims : `sip:${ims}`;
  const destination = addresses.destination(text);
  return destination.type === "hop" ? destination.hop : text;
}

function refused(status: number, reason: string): Route {
  return { type: "refused", status, reason, isAbsent: false };
}

function absent(status: number, reason: string): Route {
  return { type: "refused", status, reason, isAbsent: true };
}

function printable(user: string): string {
  return user === "" ? "The target" : user.replace(/[^\x21-\x7e]/g, "?").slice(0, 64);
}
