// How a call begins: a browser's first OFFER or a SIP INVITE is routed, and each binding of its target gets a leg.

import { HEADER_REPLACES } from "../../wasm/assembly/codes.ts";
import { spanBytes } from "../../wasm/codec.ts";
import { errorTypeOf } from "../../wasm/envelope.ts";
import { roap } from "../../wasm/roap.ts";
import { sip } from "../../wasm/sip.ts";
import type { Context, Millis } from "../context.ts";
import type { Hop } from "../hop.ts";
import type { Report } from "../leg.ts";
import type { Binding, Bindings, ContactBinding, FeedBinding } from "../location/bindings.ts";
import type { Registrar } from "../location/registrar.ts";
import { makeRoom } from "../room.ts";
import { longer } from "../short_list.ts";
import { createRoapSession, performRoap, receiveRoap, type RoapSession } from "../roap/session.ts";
import type { Addresses } from "../sip/addresses.ts";
import type { Alternative, ClientRequest } from "../sip/client_request.ts";
import type { Flows } from "../sip/flows.ts";
import type { SipLeg } from "../sip/session/leg.ts";
import type { Legs } from "../sip/session/legs.ts";
import { isSips, requestUriOf } from "../sip/request_uri.ts";
import { acceptLeg, type Invitation, openLeg } from "../sip/session/open_leg.ts";
import type { Response } from "../sip/transaction/response.ts";
import type { ServerTransaction } from "../sip/transaction/server_transaction.ts";
import type { Table } from "../table.ts";
import type { Registration } from "../ims/registration.ts";
import { publicIdOf, wayOf } from "../ims/way.ts";
import type { Call } from "./call.ts";
import { asserted, type Caller, callerOf, callerOfWindow } from "./caller.ts";
import type { Calls } from "./calls.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { type Feed, sessionsPerFeed } from "./feed.ts";
import type { Called, Identities } from "./identities.ts";
import { Replacing } from "./replacing.ts";
import type { Route, Router } from "./router.ts";
import { strangerOf } from "./stranger.ts";
import { linesOf, type Transfer } from "./transfer.ts";
import { warned } from "./warned.ts";

/** How long somebody who was refused for want of room should wait, in seconds. */
const retryAfter = "Retry-After: 5";

const sdp = "application/sdp";

const NOTHING: { readonly lines?: readonly string[] } = {};

const waiting: Report = {
  signal: "ringing",
  fork: 0,
  status: 100,
  reason: "",
  body: undefined,
  contentType: "",
};

/** A SIP leg that is ready, and where its INVITE goes. */
interface Departure {
  readonly leg: SipLeg;
  readonly request: ClientRequest;
  readonly towards: string | Hop;
}

/** In whose name a call leaves. */
interface Sender {
  readonly caller: Caller;
  /** Its registration, where it leaves for the IMS with one. */
  readonly registration: Registration | undefined;
}

export interface InviterParts {
  readonly context: Context;
  readonly addresses: Addresses;
  readonly bindings: Bindings;
  readonly accounts: ReadonlyMap<string, string>;
  readonly registrar: Registrar;
  readonly router: Router;
  readonly calls: Calls;
  readonly legs: Legs;
  readonly dispatcher: Dispatcher;
  readonly feeds: Table<Feed, number>;
  readonly legTable: Table<SipLeg>;
  /** Absent: nobody is registered at the IMS by us. */
  readonly identities: Identities | undefined;
  /** We are within the trust of the IMS. */
  readonly isEdge: boolean;
  /** Whether a SIP peer at an address is believed in what it asserts. Absent: none is. */
  readonly trusts: ((host: string) => boolean) | undefined;
  readonly flows: Flows;
  /** Has the input come again once all that siblings know is known here. False: it is. */
  readonly defer: () => boolean;
  /** The transfer that a browser was asked to carry out by this token. */
  readonly referral: (token: string, feed: Feed) => Transfer | undefined;
}

export class Inviter {
  readonly #parts: InviterParts;
  readonly #replacing: Replacing;
  #draining = false;

  constructor(parts: InviterParts) {
    this.#parts = parts;
    this.#replacing = new Replacing(parts);
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** No new calls from now on. */
  drain(): void {
    this.#draining = true;
  }

  /** The OFFER in the window wants a call. */
  offered(feed: Feed): void {
    const { context, calls, dispatcher, identities, legs, router } = this.#parts;
    const refuse = (status: number, reason: string) =>
      dispatcher.refuse(feed, { status, reason, errorType: errorTypeOf(status) });
    if (this.#draining) return refuse(503, "The relay is about to stop");
    if (context.admission?.admits() === false) return refuse(503, "The relay has too much to do");
    if (calls.full || legs.full) return refuse(503, "The relay has all the calls it can take");
    if (feed.sessions.length >= sessionsPerFeed) {
      return refuse(503, `No more than ${sessionsPerFeed} calls at a time`);
    }
    const own = router.uriOf(feed.user);
    if (roap.from !== 0 && ![own, feed.user].includes(roap.text(roap.from))) {
      return refuse(403, "Member from is not the one who is logged in");
    }
    const transfer = roap.referToken === 0
      ? undefined
      : this.#parts.referral(roap.text(roap.referToken), feed);
    if (roap.referToken !== 0 && transfer === undefined) {
      return refuse(481, "No transfer to this browser goes by this referToken");
    }
    if (transfer !== undefined && this.#replacing.offered(feed, transfer)) return;
    if (transfer === undefined && roap.to === 0) return refuse(400, "Member to is missing: whom to call");
    const target = transfer?.target ?? roap.text(roap.to);
    if (isSips(target) && !feed.secure) {
      return refuse(416, "A sips target wants a browser that came over TLS");
    }
    const route = router.route(target, context.now, identities?.homeOf(feed.user));
    if (route.type === "refused") {
      if (route.isAbsent && this.#parts.defer()) return;
      if (transfer !== undefined) calls.fares(transfer.id, route.status, "");
      return refuse(route.status, route.reason);
    }

    const id = calls.nextId();
    context.call = id;
    const registration = route.type === "foreign" ? identities?.sender(feed, id) : undefined;
    if (registration?.type === "noSender") return refuse(registration.status, registration.reason);
    const session = createRoapSession({ key: id, feed: feed.feed, dialect: feed.dialect, call: id, context });
    const report = receiveRoap(session, context);
    if (report?.signal !== "offer") return identities?.released(id);
    if (!dispatcher.index(session)) {
      dispatcher.drop(session);
      identities?.released(id);
      return refuse(503, "The relay has all the sessions it can take");
    }
    const call = calls.begin(id, { caller: session, users: [feed.user] });
    if (transfer !== undefined) call.transfer = transfer.id;
    const isPrivate = roap.privacy;
    const caller = callerOf(registration === undefined ? own : publicIdOf(registration), { isPrivate });
    const invitation = {
      from: caller.from,
      ...(transfer === undefined ? NOTHING : { lines: linesOf(transfer) }),
      user: registration?.token ?? (caller.isPrivate ? "" : feed.user),
      maxForwards: 70,
      body: spanBytes(roap.sdp),
      reliable: true,
      contentType: sdp,
    };
    this.#depart(call, this.#departures(call, route, invitation, { caller, registration }));
  }

  /** The INVITE in the window wants a call: the leg that takes it, or the refusal; later: it comes again. */
  invited(transaction: ServerTransaction): SipLeg | Response | "later" {
    const { registrar } = this.#parts;
    registrar.forget();
    const taken = this.#invited(transaction);
    if (taken === "later") return taken;
    return "forks" in taken || registrar.lastUser === "" ? taken : { ...taken, once: true };
  }

  #invited(transaction: ServerTransaction): SipLeg | Response | "later" {
    const { context, calls, identities, legs, legTable, router, trusts } = this.#parts;
    if (this.#draining) return warned(503, "The relay is about to stop", [retryAfter]);
    if (calls.full || legs.full) return warned(503, "The relay has all the calls it can take", [retryAfter]);
    const fromLoop = transaction.hop.transport === "loop";
    const isTrusted = fromLoop || trusts?.(transaction.source.host) === true;
    const found = fromLoop ? false : strangerOf(this.#parts, transaction);
    if (typeof found === "object" && !isTrusted) return found;
    // whom a trusted peer vouches for need not prove it to us, but is still none of ours
    const stranger = typeof found === "object" || found;
    if (sip.count(HEADER_REPLACES) > 0) return this.#replacing.invited(transaction);
    const called = fromLoop ? undefined : identities?.called();
    const route = called === undefined
      ? router.route(sip.text(sip.requestUri), context.now)
      : routeOf(called, context.now);
    if (route.type === "refused") {
      // A digest answer that was good is used up, and would not be good again.
      if (route.isAbsent && !fromLoop && this.#parts.registrar.lastUser === "" && this.#parts.defer()) {
        return "later";
      }
      return warned(route.status, route.reason);
    }
    if (route.type === "foreign" && stranger) {
      return warned(403, "Only users of this domain may call outside it");
    }

    const feeds = route.type === "local" ? route.bindings.filter(isFeed) : [];
    if (fromLoop && feeds.length === 0) {
      return route.type === "foreign"
        ? warned(482, "The IMS leads back to this relay")
        : warned(480, "The browser has gone");
    }
    if (called !== undefined && feeds.length === 0) return warned(480, "The browser has gone");
    if (!this.#hasRoom(route, feeds)) return warned(486, "All browsers have all the calls they can take");

    const id = calls.nextId();
    context.call = id;
    transaction.call = id;
    const user = route.type === "local" ? route.user : "";
    const registration = route.type === "foreign" ? identities?.sender({ user: "" }, id) : undefined;
    if (registration?.type === "noSender") return warned(503, registration.reason, [retryAfter]);
    const account = called?.account ?? "";
    const leg = acceptLeg(context, { transaction, call: id, user: account || user, account });
    const { key } = leg.forks[0]!.dialog;
    if (!legTable.set(key, leg) || !legTable.set(leg.mergeKey, leg)) {
      legTable.delete(key);
      identities?.released(id);
      return warned(503, "The relay has all the sessions it can take", [retryAfter]);
    }
    transaction.owner = leg;
    this.#parts.flows.join(leg);
    const call = calls.begin(id, { caller: leg, users: user === "" ? [] : [user] });
    const sessions = feeds.map((binding) => this.#called(call, binding.feed));
    const asks = sip.body === 0;
    const from = leg.forks[0]!.dialog.remote;
    const caller = callerOfWindow({ from, isTrusted, isOwn: !fromLoop && !stranger });
    const invitation = {
      from: registration === undefined || caller.isPrivate ? caller.from : `<${publicIdOf(registration)}>`,
      user: registration?.token ?? (caller.isPrivate ? "" : leg.user),
      maxForwards: sip.maxForwards < 0 ? 70 : sip.maxForwards - 1,
      body: asks ? undefined : spanBytes(sip.body),
      // what a reliable response offers needs an answer in a PRACK of the caller's
      reliable: !asks || leg.reliability !== "none",
      contentType: asks ? "" : sdp,
    };
    const departures = fromLoop
      ? []
      : this.#departures(call, withoutFeeds(route), invitation, { caller, registration });
    call.answerers = [...call.answerers, ...sessions];
    this.#ring(sessions, { from: caller.fromUri, body: sip.body });
    this.#depart(call, departures);
    return leg;
  }

  /** Whether one of a user's browsers can take a call more. Known before anything is kept of a call that would only be refused. */
  #hasRoom(route: Route, feeds: readonly FeedBinding[]): boolean {
    if (route.type !== "local" || feeds.length < route.bindings.length) return true;
    return feeds.some(({ feed }) => (this.#parts.feeds.get(feed)?.sessions.length ?? 0) < sessionsPerFeed);
  }

  /** The SIP legs towards a route. */
  #departures(
    call: Call,
    route: Route,
    invitation: Omit<Invitation, "requestUri" | "to">,
    { caller, registration }: Sender,
  ): Departure[] {
    if (route.type === "refused") return [];
    const { requestUri } = route;
    const to = `<${requestUri}>`;
    const secure = isSips(requestUri);
    if (route.type === "foreign") {
      const { identities, isEdge } = this.#parts;
      if (registration !== undefined) {
        const { towards, ...way } = wayOf(registration, identities!.entrance, caller);
        const account = registration.token;
        const lines = [...way.lines, ...invitation.lines ?? []];
        return [this.#departure(call, { ...invitation, ...way, lines, account, requestUri, to }, towards)];
      }
      const lines = isEdge ? asserted(invitation, caller) : {};
      return [this.#departure(call, { ...invitation, ...lines, requestUri, to }, route.nextHop)];
    }
    const departures: Departure[] = [];
    if (route.bindings.some(isFeed)) {
      const uriOfUser = this.#parts.router.uriOf(route.user, secure);
      departures.push(this.#departure(call, { ...invitation, requestUri: uriOfUser, to }, uriOfUser));
    }
    for (const binding of route.bindings) {
      if (isFeed(binding) || isFurtherFlow(binding, route.bindings)) continue;
      const [uri, hop] = binding.type === "contact"
        ? [requestUriOf(binding.uri), binding.hop]
        : [this.#parts.router.uriOf(route.user, secure), this.#parts.addresses.siblingHop(binding.shard)];
      const lines = this.#parts.trusts?.(hop.host) === true ? asserted(invitation, caller) : {};
      const departure = this.#departure(call, { ...invitation, ...lines, requestUri: uri, to, hop }, hop);
      if (binding.type === "contact" && binding.regId > 0) {
        departure.request.alternatives = furtherFlows(binding, route.bindings);
      }
      departures.push(departure);
    }
    return departures;
  }

  #departure(call: Call, invitation: Invitation, towards: string | Hop): Departure {
    const { leg, request } = openLeg(this.#parts.context, call.id, invitation);
    return { leg, request, towards };
  }

  /** All legs join the call before the first INVITE leaves, so that a refusal at once finds the others. */
  #depart(call: Call, departures: readonly Departure[]): void {
    const { context, legTable, legs } = this.#parts;
    for (const { leg } of departures) call.answerers = longer(call.answerers, leg);
    for (const { leg, request, towards } of departures) {
      if (leg.state !== "resolving") continue;
      makeRoom(context.outputs);
      if (legTable.set(leg.forks[0]!.dialog.key, leg)) {
        this.#parts.flows.join(leg);
        legs.invite(leg, request, towards);
        // names take their time
        if (leg.state === "resolving") this.#parts.calls.signal(leg, waiting);
      } else legs.fail(leg, 503, "The relay has all the sessions it can take");
    }
  }

  #called(call: Call, feedId: number): RoapSession {
    const { context, feeds } = this.#parts;
    const feed = feeds.get(feedId)!;
    const key = this.#parts.calls.nextId();
    return createRoapSession({ key, feed: feedId, dialect: feed.dialect, call: call.id, context });
  }

  /** Offers the call to the user's browsers. An OFFER that was delivered rings. */
  #ring(sessions: readonly RoapSession[], offer: { from: string; body: number }): void {
    const { calls, context, dispatcher } = this.#parts;
    const report: Report = {
      signal: "offer",
      fork: 0,
      status: 0,
      reason: "",
      body: offer.body,
      contentType: sdp,
    };
    for (const session of sessions) {
      makeRoom(context.outputs);
      const carried = performRoap(session, { ...report, from: offer.from }, context);
      if (carried && dispatcher.index(session)) {
        calls.signal(session, { ...report, signal: "ringing", status: 180, body: undefined });
        continue;
      }
      dispatcher.drop(session);
      const status = carried ? 503 : 488;
      const reason = carried
        ? "The browser has all the calls it can take"
        : "The session description is not UTF-8";
      calls.signal(session, { ...report, signal: "reject", status, reason, body: undefined });
    }
  }
}

/** To the browsers alone: what the IMS sends to a contact of ours is for whoever registered it. */
export function routeOf({ user, feeds }: Called, now: Millis): Route {
  const bindings = feeds.map((feed) => ({ type: "feed", user, feed, secure: false, since: now }) as const);
  return { type: "local", user, requestUri: sip.text(sip.requestUri), bindings };
}

function isFeed(binding: Binding): binding is FeedBinding {
  return binding.type === "feed";
}

/** Whether a binding before it, which is preferred, is the same user agent's: flows of one are never tried together (RFC 5626 section 5.3). */
function isFurtherFlow(binding: Binding, bindings: readonly Binding[]): boolean {
  return binding.type === "contact" && binding.regId > 0 &&
    bindings.find((other) => isFlowOf(other, binding.instance)) !== binding;
}

function furtherFlows(first: ContactBinding, bindings: readonly Binding[]): readonly Alternative[] {
  return bindings.flatMap((binding) =>
    binding !== first && isFlowOf(binding, first.instance)
      ? [{ requestUri: requestUriOf(binding.uri), hop: binding.hop }]
      : []
  );
}

function isFlowOf(binding: Binding, instance: string): binding is ContactBinding {
  return binding.type === "contact" && binding.regId > 0 && binding.instance === instance;
}

/** The user's own browsers are offered the call at once, without a leg between. */
function withoutFeeds(route: Route): Route {
  if (route.type !== "local") return route;
  return { ...route, bindings: route.bindings.filter((binding) => !isFeed(binding)) };
}
