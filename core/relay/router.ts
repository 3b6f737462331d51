// Where a target leads: to users of the domain, to the IMS, or nowhere (RFC 3261 sections 8.2.2.1 and 16.5).

import { SCHEME_SIP, SCHEME_TEL } from "../../wasm/assembly/codes.ts";
import { isUser, uri } from "../../wasm/uri.ts";
import type { Millis } from "../context.ts";
import type { Hop } from "../hop.ts";
import type { Binding, Bindings } from "../location/bindings.ts";
import { unescapeUser } from "../location/uri_equality.ts";
import type { Addresses } from "../sip/addresses.ts";

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
  uriOf(user: string): string {
    return `sip:${user}@${this.#domain}`;
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
    if (uri.scheme !== SCHEME_SIP) return refused(416, "Only sip and tel targets are served");
    if (!this.#addresses.isOwn(uri.host, uri.port)) return this.#foreign(requestUri);
    const user = unescapeUser(uri.user);
    return this.#local(user, requestUri, now) ?? absent(404, `${printable(user)} is not known here`);
  }

  #local(user: string, requestUri: string, now: Millis): Route | undefined {
    const bindings = this.#bindings.of(user, now);
    if (bindings.length > 0) return { type: "local", user, requestUri, bindings };
    return this.#accounts.has(user) ? absent(480, `${printable(user)} is not registered now`) : undefined;
  }

  #foreign(requestUri: string): Route {
    if (this.#ims !== undefined) return { type: "foreign", requestUri, nextHop: this.#ims };
    return refused(404, "The target is outside the domain and no IMS is configured");
  }
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
