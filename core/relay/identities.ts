// The relay as a client of the IMS: which browser has which public identity, and by what way its requests leave and others' arrive.

import { HEADER_P_CALLED_PARTY_ID } from "../../wasm/assembly/codes.ts";
import { headers } from "../../wasm/header.ts";
import { isMalformed } from "../../wasm/headers/cursor.ts";
import { sip } from "../../wasm/sip.ts";
import { methodName } from "../../wasm/sip_writer.ts";
import { uri } from "../../wasm/uri.ts";
import type { Context, Millis } from "../context.ts";
import type { Hop } from "../hop.ts";
import { challengeFor } from "../ims/challenge.ts";
import { authorization, type DigestTools, newDigestSession, takeChallenge } from "../ims/digest_client.ts";
import type { ImsIdentity } from "../ims/identity.ts";
import { Pool } from "../ims/pool.ts";
import type { RegInfoReader } from "../ims/reg_info.ts";
import type { Place, Registration } from "../ims/registration.ts";
import { Registrations, type RegistrationUser, type Word } from "../ims/registrations.ts";
import type { Subscription } from "../ims/subscription.ts";
import { Subscriptions, type SubscriptionUser } from "../ims/subscriptions.ts";
import { type Entrance, type Way, wayOf } from "../ims/way.ts";
import type { Addresses } from "../sip/addresses.ts";
import type { ClientRequest, ClientRequests } from "../sip/client_request.ts";
import { isSips } from "../sip/request_uri.ts";
import type { Response } from "../sip/transaction/response.ts";
import type { Table } from "../table.ts";
import type { Feed } from "./feed.ts";

/**
 * users: each browser that logs in is registered as its own identity. pool: identities are registered from the start, and each call to the IMS borrows
 * one.
 */
export type RegistrationMode = "users" | "pool";

export interface ImsClientConfig {
  readonly mode: RegistrationMode;
  readonly identities: readonly ImsIdentity[];
  /** Value of P-Visited-Network-ID where we are our own edge proxy. */
  readonly visitedNetwork: string;
}

/** An identity at work, and whose browsers have it now. */
interface Member {
  readonly registration: Registration;
  subscription: Subscription | undefined;
  user: string;
  readonly feeds: Set<number>;
  /** Under which it is found. */
  publicIds: readonly string[];
  lingerTimer: number;
}

/** Whose a request to us is. */
export interface Called {
  readonly user: string;
  readonly feeds: readonly number[];
  readonly account: string;
}

/** Why a call to the IMS cannot be made in anybody's name. */
export interface NoSender {
  readonly type: "noSender";
  readonly status: number;
  readonly reason: string;
}

/** Between two registrations of a pool's start: the IMS need not take all at once. */
const STAGGER: Millis = 20;
/** How long a browser that is gone may come back before its identity is given up: a page's reload. */
const LINGER: Millis = 3_000;
/** Longest reason in a WebSocket's closing frame (RFC 6455 section 5.5). */
const LONGEST_REASON = 120;

export class Identities implements RegistrationUser, SubscriptionUser {
  readonly entrance: Entrance;
  readonly #context: Context;
  readonly #addresses: Addresses;
  readonly #feeds: Table<Feed, number>;
  readonly #tools: DigestTools;
  readonly #mode: RegistrationMode;
  readonly #byUser: ReadonlyMap<string, ImsIdentity>;
  readonly #registrations: Registrations;
  readonly #subscriptions: Subscriptions;
  readonly #pool = new Pool<Member>();
  readonly #members = new Map<string, Member>();
  readonly #ofUser = new Map<string, Member>();
  readonly #ofPublicId = new Map<string, Member>();
  #isLeaving = false;

  constructor(options: {
    context: Context;
    requests: ClientRequests;
    addresses: Addresses;
    feeds: Table<Feed, number>;
    config: ImsClientConfig;
    entrance: Entrance;
    /** This shard's part of a pool. */
    share: { readonly own: number; readonly of: number };
    tools: DigestTools;
    readRegInfo: RegInfoReader;
  }) {
    const { config, entrance, context, requests, share, tools } = options;
    this.entrance = entrance;
    this.#context = context;
    this.#addresses = options.addresses;
    this.#feeds = options.feeds;
    this.#tools = tools;
    this.#mode = config.mode;
    this.#byUser = new Map(config.identities.map((identity) => [identity.user, identity]));
    const visited = `P-Visited-Network-ID: "${config.visitedNetwork}"`;
    this.#registrations = new Registrations({
      context,
      requests,
      towards: entrance.towards,
      lines: ["Supported: path", ...(entrance.isEdge ? [visited] : [])],
      tools,
      user: this,
    });
    this.#subscriptions = new Subscriptions({ context, requests, read: options.readRegInfo, user: this });
    if (config.mode !== "pool") return;
    config.identities.forEach((identity, at) => {
      if (at % share.of !== share.own) return;
      const member = this.#join(identity, { user: "", isLasting: true });
      this.#registrations.start(member.registration, 1 + STAGGER * at);
    });
  }

  /** Registrations that are not over. */
  get size(): number {
    return this.#members.size;
  }

  /** A browser has logged in. */
  opened({ feed, user }: Feed): void {
    const identity = this.#mode === "users" && !this.#isLeaving ? this.#byUser.get(user) : undefined;
    if (identity === undefined) return;
    const known = this.#ofUser.get(user);
    const member = known ?? this.#join(identity, { user, isLasting: false });
    member.feeds.add(feed);
    this.#context.wheel.cancel(member.lingerTimer);
    member.lingerTimer = 0;
    this.#registrations.start(member.registration);
  }

  /** A browser is gone. */
  closed({ feed, user }: Feed): void {
    const member = this.#ofUser.get(user);
    if (member === undefined || !member.feeds.delete(feed) || member.feeds.size > 0) return;
    const { now, wheel } = this.#context;
    member.lingerTimer = wheel.schedule(now + LINGER, member.registration, "linger");
  }

  /** Takes all identities back. */
  leave(): void {
    this.#isLeaving = true;
    for (const { registration } of [...this.#members.values()]) this.#registrations.stop(registration);
  }

  /**
   * Who a browser is for a call to the IMS: its registration, or why it has none. Of a pool it borrows one, until `released`. Undefined: the browser has no
   * identity of its own, and calls as whom it is logged in as.
   */
  sender({ user, feed }: { user: string; feed?: number }, call: number): Registration | NoSender | undefined {
    if (this.#mode === "pool") {
      const member = this.#pool.lend(call);
      if (member === undefined) return noSender("All identities of the IMS are in use");
      member.user = user;
      if (feed !== undefined) member.feeds.add(feed);
      return member.registration;
    }
    const registration = feed === undefined ? undefined : this.#ofUser.get(user)?.registration;
    if (registration === undefined) return undefined;
    if (isBound(registration)) return registration;
    const { status, reason } = registration;
    const why = status >= 300 ? `: ${status} ${reason}` : "";
    return noSender(`Not registered at the IMS now${why}`);
  }

  /** Home network of the user's identity: where bare targets lead. "" = it has none. */
  homeOf(user: string): string {
    return this.#mode === "users" ? this.#byUser.get(user)?.home ?? "" : "";
  }

  /** The call is over. */
  released(call: number): void {
    if (this.#mode !== "pool") return;
    const member = this.#pool.release(call);
    if (member === undefined) return;
    member.feeds.clear();
    member.user = "";
    if (isBound(member.registration)) this.#pool.add(member);
  }

  /** Who of ours the request in the window is for: by our Contact's user, else by P-Called-Party-ID, else by Request-URI and To. */
  called(): Called | undefined {
    const member = this.#memberOfWindow();
    if (member === undefined) return undefined;
    return { user: member.user, feeds: [...member.feeds], account: member.registration.token };
  }

  /** A NOTIFY of the reg event package is in the window. */
  notified(): Response | undefined {
    return this.#subscriptions.notified();
  }

  /** The credentials for the challenge in the window (RFC 3261 section 22.2). */
  prove(request: ClientRequest): string {
    const member = this.#members.get(request.account ?? "");
    if (member === undefined) return "";
    const { identity, sequence } = member.registration;
    const challenge = challengeFor(identity);
    if (challenge === undefined || ((request.proofs ?? 0) > 0 && !challenge.isStale)) return "";
    const session = newDigestSession();
    const { cipher } = this.#tools;
    if (!takeChallenge(session, { challenge, identity, sequence, cipher })) return "";
    const { method, requestUri } = request.head;
    const covered = { method: methodName(method), uri: requestUri, body: request.body };
    return authorization(session, { identity, covered, tools: this.#tools });
  }

  /** TS 24.229 section 5.1.2A.1.6: what the IMS says to one whom it does not know any more. */
  refused(request: ClientRequest): void {
    const member = this.#members.get(request.account ?? "");
    if (member === undefined || (sip.status !== 403 && sip.status !== 504)) return;
    this.#registrations.doubt(member.registration);
  }

  timeout(registration: Registration, kind: string): void {
    if (kind === "linger") this.#registrations.stop(registration);
    else this.#registrations.timeout(registration, kind);
  }

  subscriptionTimeout(subscription: Subscription, kind: string): void {
    this.#subscriptions.timeout(subscription, kind);
  }

  // ---- what registrations and subscriptions tell

  registered(registration: Registration): void {
    const member = this.#members.get(registration.token);
    if (member === undefined) return;
    this.#index(member);
    if (this.#mode === "pool") this.#pool.add(member);
    member.subscription ??= this.#subscriptions.start(registration);
  }

  lost(registration: Registration): void {
    const member = this.#members.get(registration.token);
    if (member !== undefined) this.#unbind(member);
  }

  ended(registration: Registration): void {
    const { status, reason } = registration;
    const text = `The IMS refuses the registration: ${status} ${reason}`;
    this.#context.outputs.push({ type: "note", level: "warn", text, call: 0 });
    const member = this.#members.get(registration.token);
    if (member === undefined) return;
    this.#unbind(member);
    if (this.#mode === "pool") return;
    for (const id of member.feeds) {
      const feed = this.#feeds.get(id);
      if (feed === undefined || feed.closing) continue;
      feed.closing = true;
      const closing = { code: 1008, reason: text.slice(0, LONGEST_REASON) };
      this.#context.outputs.push({ type: "close", feed: id, ...closing });
    }
  }

  gone(registration: Registration): void {
    const member = this.#members.get(registration.token);
    if (member === undefined) return;
    this.#unbind(member);
    this.#context.wheel.cancel(member.lingerTimer);
    this.#members.delete(registration.token);
    if (this.#ofUser.get(member.user) === member) this.#ofUser.delete(member.user);
  }

  placeOf(
    { uri }: ImsIdentity,
    { token, hop }: { token: string; hop: Pick<Hop, "transport" | "host"> },
  ): Place {
    const contact = this.#addresses.contact(token, hop, isSips(uri));
    return { contact, path: this.entrance.isEdge ? contact.replace(/>$/, ";lr>") : "" };
  }

  wayOf(registration: Registration): Way {
    return wayOf(registration, this.entrance);
  }

  told(registration: Registration, word: Word): void {
    this.#registrations.told(registration, word);
  }

  #join(identity: ImsIdentity, { user, isLasting }: { user: string; isLasting: boolean }): Member {
    const { secret } = identity;
    const { hash } = this.#tools;
    // The same after a restart, so that the binding is replaced instead of doubled; and nobody's to guess.
    const key = secret.type === "password" ? secret.password : secret.key.k.join(" ");
    const shard = this.#addresses.contact("", { transport: "udp", host: "" });
    const token = hash("SHA-256", `${hash("SHA-256", key)}:${identity.uri}:${shard}`).slice(0, 24);
    const registration = this.#registrations.create(identity, { token, isLasting });
    const member: Member = {
      registration,
      subscription: undefined,
      user,
      feeds: new Set(),
      publicIds: [],
      lingerTimer: 0,
    };
    this.#members.set(token, member);
    if (user !== "") this.#ofUser.set(user, member);
    return member;
  }

  #index(member: Member): void {
    this.#unindex(member);
    member.publicIds = member.registration.publicIds;
    for (const publicId of member.publicIds) this.#ofPublicId.set(publicId, member);
  }

  #unindex(member: Member): void {
    for (const publicId of member.publicIds) {
      if (this.#ofPublicId.get(publicId) === member) this.#ofPublicId.delete(publicId);
    }
    member.publicIds = [];
  }

  #unbind(member: Member): void {
    this.#unindex(member);
    this.#pool.remove(member);
    if (member.subscription !== undefined) this.#subscriptions.stop(member.subscription);
    member.subscription = undefined;
  }

  #memberOfWindow(): Member | undefined {
    if (uri.readSpan(sip.requestUri) === 0) {
      const member = this.#members.get(uri.user);
      if (member !== undefined && this.#addresses.isOwn(uri.host, uri.port)) return member;
    }
    const called = sip.value(HEADER_P_CALLED_PARTY_ID);
    const address = called === 0 ? undefined : headers.address(HEADER_P_CALLED_PARTY_ID, called);
    const party = address === undefined || isMalformed(address) ? "" : address.uri;
    return this.#ofPublicId.get(party) ?? this.#ofPublicId.get(sip.text(sip.requestUri)) ??
      this.#ofPublicId.get(sip.text(sip.toUri));
  }
}

function noSender(reason: string): NoSender {
  return { type: "noSender", status: 503, reason };
}

function isBound({ state }: Registration): boolean {
  return state === "registered" || state === "refreshing" || state === "retrying";
}
