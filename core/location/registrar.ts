// The registrar of the local domain, and the authentication of its users: RFC 3261 sections 10.3 and 22. It works on the request in
// the codec's window and answers what is to be answered; it sends nothing.

import {
  HEADER_AUTHORIZATION,
  HEADER_EXPIRES,
  SCHEME_SIP,
  SCHEME_SIPS,
  TRANSPORT_WS,
  TRANSPORT_WSS,
} from "../../wasm/assembly/codes.ts";
import { sip } from "../../wasm/sip.ts";
import { uri } from "../../wasm/uri.ts";
import type { Millis, Random } from "../context.ts";
import type { Hop } from "../hop.ts";
import type { Arrival } from "../sip/arrival.ts";
import type { Response } from "../sip/transaction/response.ts";
import type { Bindings, ContactBinding } from "./bindings.ts";
import { type Credentials, readCredentials } from "./credentials.ts";
import { Digest } from "./digest.ts";
import type { Algorithm, Hash } from "../hash.ts";
import type { NonceSharing, NonceUse } from "./nonces.ts";
import { flowOfContact, outboundLines } from "./outbound.ts";
import {
  applyRegistration,
  DEFAULT_EXPIRES,
  MIN_EXPIRES,
  type Registration,
  type RequestedContact,
} from "./registration.ts";
import { sameAddress, unescapeUser } from "./uri_equality.ts";

/** Longest Contact URI and Call-ID that a binding keeps. */
const LONGEST_URI = 1024;
const LONGEST_CALL_ID = 512;
/** Authorization lines that are looked at: a client has one for each realm on its way. */
const ANSWERS = 8;
const Q_VALUE = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

export class Registrar {
  readonly #hosts: ReadonlySet<string>;
  readonly #accounts: ReadonlyMap<string, string>;
  readonly #bindings: Bindings;
  readonly #digest: Digest;
  #lastUser = "";

  /**
   * @param options `domain`: its name, which is the realm too. `addresses`: further hosts of Request-URIs, To and From that mean
   * the domain: the relay's own IP addresses, without brackets. `accounts`: name → password.
   */
  constructor(options: {
    domain: string;
    addresses?: Iterable<string>;
    accounts: ReadonlyMap<string, string>;
    bindings: Bindings;
    /** Of digest, the preferred one first. */
    algorithms?: readonly Algorithm[] | undefined;
    hash: Hash;
    random: Random;
    /** Of nonces, among several registrars of the domain. */
    sharing?: NonceSharing | undefined;
  }) {
    this.#hosts = new Set([options.domain.toLowerCase(), ...options.addresses ?? []]);
    this.#accounts = options.accounts;
    this.#bindings = options.bindings;
    this.#digest = new Digest({
      realm: options.domain,
      algorithms: options.algorithms,
      hash: options.hash,
      random: options.random,
      sharing: options.sharing,
    });
  }

  /** Another registrar of the domain took an answer with this nonce. */
  nonceUsed(use: NonceUse, now: Millis): void {
    this.#digest.used(use, now);
  }

  /** Who gave the last good answer to a challenge. */
  get lastUser(): string {
    return this.#lastUser;
  }

  /** Answers the REGISTER in the window. Once a digest answer was good it is used up, so what follows from it is said `once`. */
  register(arrival: Arrival, now: Millis): Response {
    this.#lastUser = "";
    const response = this.#register(arrival, now);
    return this.#lastUser === "" ? response : { ...response, once: true };
  }

  #register(arrival: Arrival, now: Millis): Response {
    // The order of section 10.3; step 2, Require, belongs to every user agent and is done before.
    const requestUri = sip.text(sip.requestUri);
    if (uri.read(requestUri) !== 0 || !this.#hosts.has(uri.host)) {
      return { status: 404, reason: "Not the registrar of this domain" };
    }
    if (uri.readSpan(sip.toUri) === 0 && !isSip(uri.scheme)) {
      return { status: 400, reason: "To is not a SIP URI" };
    }
    const refusal = this.#identify(requestUri, now);
    if (refusal !== undefined) return refusal;
    const user = this.#localUser(sip.text(sip.toUri));
    if (user === undefined || !this.#accounts.has(user)) return { status: 404 };
    if (user !== this.#lastUser) return { status: 403, reason: "To is not the authenticated user" };
    let lines: readonly string[] = [];
    if (sip.contactCount > 0) {
      const registration = this.#registration(user, arrival);
      if ("status" in registration) return registration;
      const failure = this.#apply(registration, now);
      if (failure !== undefined) return failure;
      const { contacts } = registration;
      if (contacts !== "all" && contacts.some(({ regId }) => regId > 0)) lines = outboundLines(arrival);
    }
    const contacts = this.#bindings.contactsOf(user, now);
    return contacts.length === 0
      ? { status: 200, lines }
      : { status: 200, lines, contact: contacts.map((binding) => contactValue(binding, now)).join(", ") };
  }

  /**
   * Checks who sent the request in the window. Undefined: an account's user, `lastUser`, and what From says of the domain is
   * true. Else the response to give: 401, 400 or 403. ACK and CANCEL cannot be challenged (section 22.1).
   */
  authenticate(now: Millis): Response | undefined {
    const refusal = this.#identify(sip.text(sip.requestUri), now);
    if (refusal !== undefined) return refusal;
    const from = sip.text(sip.fromUri);
    const isOurs = uri.read(from) === 0 && this.#hosts.has(uri.host);
    if (isOurs && this.#localUser(from) !== this.#lastUser) {
      return { status: 403, reason: "From is not the authenticated user", once: true };
    }
    return undefined;
  }

  /** Forgets `lastUser`: another request comes. */
  forget(): void {
    this.#lastUser = "";
  }

  #identify(requestUri: string, now: Millis): Response | undefined {
    this.#lastUser = "";
    const credentials = this.#credentials();
    if (credentials === undefined) return this.#challenge(now, false);
    const username = credentials.get("username") ?? "";
    if (!this.#covers(credentials.get("uri"), requestUri)) {
      return { status: 400, reason: "Authorization is for another URI" };
    }
    const verdict = this.#digest.verify({
      credentials,
      method: sip.text(sip.methodText),
      password: this.#accounts.get(username),
    }, now);
    switch (verdict) {
      case "good":
        this.#lastUser = username;
        return undefined;
      case "stale":
        return this.#challenge(now, true);
      case "wrong":
        return this.#challenge(now, false);
      case "malformed":
        return { status: 400, reason: "Authorization lacks a parameter or has a wrong one" };
    }
  }

  /**
   * RFC 7616 section 3.4.6: an answer is good for its URI only, lest it be carried elsewhere. Phones put `transport` into the one and not into
   * the other, and name this relay by its address instead of its domain: either way it stays here.
   */
  #covers(covered: string | undefined, requestUri: string): boolean {
    if (covered === undefined || sameAddress(covered, requestUri)) return true;
    return uri.read(covered) === 0 && uri.user === "" && this.#hosts.has(uri.host);
  }

  #challenge(now: Millis, stale: boolean): Response {
    // What browsers use to speak SIP keeps the last challenge of several, and knows MD5 alone.
    const md5Last = sip.viaTransport === TRANSPORT_WS || sip.viaTransport === TRANSPORT_WSS;
    return { status: 401, lines: this.#digest.challenge(now, stale, { md5Last }) };
  }

  /** The first answer to a challenge of our realm: others are for servers further on. */
  #credentials(): Credentials | undefined {
    const lines = Math.min(sip.count(HEADER_AUTHORIZATION), ANSWERS);
    for (let nth = 0; nth < lines; nth++) {
      const credentials = readCredentials(sip.text(sip.value(HEADER_AUTHORIZATION, nth)));
      if (credentials?.get("realm") === this.#digest.realm) return credentials;
    }
    return undefined;
  }

  /** The canonical user of an address-of-record of this domain (step 5). */
  #localUser(address: string): string | undefined {
    if (uri.read(address) !== 0 || !isSip(uri.scheme) || !this.#hosts.has(uri.host)) return undefined;
    return unescapeUser(uri.user);
  }

  #registration(user: string, arrival: Arrival): Registration | Response {
    const { transport, host, port, flow } = arrival;
    const hop: Hop = { transport, host, port, flow };
    const callId = sip.text(sip.callId);
    if (callId.length > LONGEST_CALL_ID) return { status: 400, reason: "Call-ID is too long" };
    const common = { user, callId, cseq: sip.cseq, hop };
    if (sip.contactStar) {
      return sip.contactCount === 1 && sip.count(HEADER_EXPIRES) > 0 && sip.expires === 0
        ? { ...common, contacts: "all" }
        : { status: 400, reason: "Contact * wants Expires 0 and no other Contact" };
    }
    if (sip.contactCount > this.#bindings.contactsPerUser) return this.#tooMany();
    const contacts: RequestedContact[] = [];
    for (let nth = 0; sip.selectContact(nth); nth++) {
      const address = sip.text(sip.contactUri);
      if (address.length > LONGEST_URI) return { status: 400, reason: "Contact is too long" };
      if (uri.read(address) !== 0 || !isSip(uri.scheme)) {
        return { status: 400, reason: "Contact is not a SIP URI" };
      }
      const q = sip.param(sip.contact, "q") ?? "1";
      if (!Q_VALUE.test(q)) return { status: 400, reason: "Contact has a wrong q" };
      const expires = sip.contactExpires >= 0 ? sip.contactExpires : sip.expires;
      const flow = flowOfContact(arrival);
      if ("status" in flow) return flow;
      contacts.push({
        uri: address,
        expires: expires >= 0 ? expires : DEFAULT_EXPIRES,
        q: Number(q),
        ...flow,
      });
    }
    return { ...common, contacts };
  }

  #apply(registration: Registration, now: Millis): Response | undefined {
    const { user } = registration;
    const contacts = applyRegistration(this.#bindings.contactsOf(user, now), registration, now);
    if (contacts === "brief") return { status: 423, lines: [`Min-Expires: ${MIN_EXPIRES}`] };
    if (contacts === "disorder") return { status: 500, reason: "CSeq is not higher than before" };
    // Not 503: that would make the client give up this whole server, where only its own contacts are too many.
    if (contacts.length > this.#bindings.contactsPerUser) return this.#tooMany();
    if (this.#bindings.replaceContacts(user, contacts)) return undefined;
    return { status: 503, reason: "Too many users", lines: ["Retry-After: 60"] };
  }

  #tooMany(): Response {
    return { status: 403, reason: `No more than ${this.#bindings.contactsPerUser} contacts` };
  }
}

function isSip(scheme: number): boolean {
  return scheme === SCHEME_SIP || scheme === SCHEME_SIPS;
}

function contactValue(binding: ContactBinding, now: Millis): string {
  const expires = Math.max(1, Math.ceil((binding.expires - now) / 1000));
  const { q, instance, regId } = binding;
  const flow = regId === 0 ? "" : `;+sip.instance="${instance}";reg-id=${regId}`;
  return `<${binding.uri}>;expires=${expires}${q === 1 ? "" : `;q=${q}`}${flow}`;
}
