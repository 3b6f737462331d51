// Instant messages outside any call (RFC 3428): from a browser or a SIP peer to every binding of whom they are for.

import { HEADER_CONTENT_ENCODING, METHOD_MESSAGE, ROAP_MESSAGE } from "../../wasm/assembly/codes.ts";
import { spanBytes } from "../../wasm/codec.ts";
import { errorTypeOf } from "../../wasm/envelope.ts";
import { roap } from "../../wasm/roap.ts";
import { sip } from "../../wasm/sip.ts";
import { type Hop, isReliable } from "../hop.ts";
import type { Registration } from "../ims/registration.ts";
import { publicIdOf, type Way, wayOf } from "../ims/way.ts";
import type { Binding } from "../location/bindings.ts";
import { answerToWindow } from "../roap/own_message.ts";
import { makeRoom } from "../room.ts";
import { LARGEST_DATAGRAM, type RequestUser, sizeOf } from "../sip/client_request.ts";
import { requestOutside } from "../sip/own_request.ts";
import { requestUriOf } from "../sip/request_uri.ts";
import type { Response } from "../sip/transaction/response.ts";
import type { ServerTransaction } from "../sip/transaction/server_transaction.ts";
import type { Table } from "../table.ts";
import { assertion, type Caller, callerOf, callerOfWindow } from "./caller.ts";
import type { Calls } from "./calls.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Exchange, Origin } from "./exchange.ts";
import type { Exchanges } from "./exchanges.ts";
import { asksPerFeed, type Feed } from "./feed.ts";
import type { Identities } from "./identities.ts";
import { type Inviter, routeOf } from "./inviter.ts";
import { strangerOf, type StrangerParts } from "./stranger.ts";
import { warned } from "./warned.ts";
import type { Route, Router } from "./router.ts";
import { isMediaType, plainText, typeForBrowser, typeOfWindow } from "./media_type.ts";

const retryAfter = "Retry-After: 5";

/** What is sent on, still in the window. */
interface Content {
  readonly caller: Caller;
  /** The sender's registration, where the message leaves for the IMS with one. */
  readonly registration: Registration | undefined;
  /** The number under which it was borrowed, if it was. */
  readonly lent: number;
  readonly maxForwards: number;
  readonly body: number;
  readonly contentType: string;
}

export interface MessagingParts extends StrangerParts {
  readonly router: Router;
  readonly inviter: Inviter;
  readonly dispatcher: Dispatcher;
  readonly feeds: Table<Feed, number>;
  readonly exchanges: Exchanges;
  /** Has the input come again once all that siblings know is known here. False: it is. */
  readonly defer: () => boolean;
  readonly calls: Calls;
  /** Absent: nobody is registered at the IMS by us. */
  readonly identities: Identities | undefined;
  /** We are within the trust of the IMS. */
  readonly isEdge: boolean;
  /** Whether a SIP peer at an address is believed in what it asserts. Absent: none is. */
  readonly trusts: ((host: string) => boolean) | undefined;
  readonly asker: RequestUser;
}

export class Messaging {
  readonly #parts: MessagingParts;

  constructor(parts: MessagingParts) {
    this.#parts = parts;
  }

  /** The MESSAGE in the window is a browser's, and of no session. */
  asked(feed: Feed): void {
    const { calls, context, dispatcher, exchanges, identities, inviter, router } = this.#parts;
    const refuse = (status: number, reason: string) =>
      dispatcher.refuse(feed, { status, reason, errorType: errorTypeOf(status) });
    if (inviter.draining) return refuse(503, "The relay is about to stop");
    if (context.admission?.admits() === false) return refuse(503, "The relay has too much to do");
    const full = exchanges.refusal(0);
    if (full !== "") return refuse(503, full);
    if (feed.asking.length >= asksPerFeed) {
      return refuse(503, `No more than ${asksPerFeed} requests at a time`);
    }
    const own = router.uriOf(feed.user);
    if (roap.from !== 0 && ![own, feed.user].includes(roap.text(roap.from))) {
      return refuse(403, "Member from is not the one who is logged in");
    }
    if (roap.to === 0) return refuse(400, "Member to is missing: whom to tell");
    const contentType = roap.contentType === 0 ? plainText : roap.text(roap.contentType);
    if (!isMediaType(contentType)) return refuse(400, "Member contentType is no media type");
    const route = router.route(roap.text(roap.to), context.now, identities?.homeOf(feed.user));
    if (route.type === "refused") {
      if (route.isAbsent && this.#parts.defer()) return;
      return refuse(route.status, route.reason);
    }
    // of a pool an identity is borrowed, under a number like a call's
    const lent = calls.nextId();
    const registration = route.type === "foreign" ? identities?.sender(feed, lent) : undefined;
    if (registration?.type === "noSender") return refuse(registration.status, registration.reason);
    const origin: Origin = { type: "feed", feed: feed.feed, answer: answerToWindow(undefined) };
    const isPrivate = roap.privacy;
    this.#deliver(origin, route, {
      caller: callerOf(registration === undefined ? own : publicIdOf(registration), { isPrivate }),
      registration,
      lent,
      maxForwards: 70,
      body: roap.content,
      contentType,
    });
  }

  /** The MESSAGE in the window is a SIP peer's, and of no dialog. Undefined: it has been taken. */
  arrived(transaction: ServerTransaction): Response | "later" | undefined {
    const { registrar } = this.#parts;
    registrar.forget();
    const answer = this.#arrived(transaction);
    if (answer === undefined || answer === "later" || registrar.lastUser === "") return answer;
    return { ...answer, once: true };
  }

  #arrived(transaction: ServerTransaction): Response | "later" | undefined {
    const { calls, context, exchanges, identities, inviter, router, registrar, trusts } = this.#parts;
    if (inviter.draining) return warned(503, "The relay is about to stop", [retryAfter]);
    const full = exchanges.refusal(0);
    if (full !== "") return warned(503, full, [retryAfter]);
    if (sip.count(HEADER_CONTENT_ENCODING) > 0) return { status: 415, lines: ["Accept-Encoding: identity"] };
    const contentType = typeOfWindow(plainText);
    if (contentType === "") {
      return warned(415, "Content-Type is no media type, or too long", ["Accept: text/*"]);
    }
    const fromLoop = transaction.hop.transport === "loop";
    const isTrusted = fromLoop || trusts?.(transaction.source.host) === true;
    const found = fromLoop ? false : strangerOf(this.#parts, transaction);
    if (typeof found === "object" && !isTrusted) return found;
    const stranger = typeof found === "object" || found;
    const called = fromLoop ? undefined : identities?.called();
    const route = called === undefined
      ? router.route(sip.text(sip.requestUri), context.now)
      : routeOf(called, context.now);
    if (route.type === "refused") {
      // A digest answer that was good is used up, and would not be good again.
      if (route.isAbsent && !fromLoop && registrar.lastUser === "" && this.#parts.defer()) return "later";
      return warned(route.status, route.reason);
    }
    if (route.type === "foreign") {
      if (stranger) return warned(403, "Only users of this domain may send outside it");
      if (fromLoop) return warned(482, "The IMS leads back to this relay");
    }
    const lent = calls.nextId();
    const registration = route.type === "foreign" ? identities?.sender({ user: "" }, lent) : undefined;
    if (registration?.type === "noSender") return warned(503, registration.reason, [retryAfter]);
    const taken = fromLoop ? onlyFeeds(route) : route;
    const content: Content = {
      caller: callerOfWindow({ from: sip.untaggedFrom(), isTrusted, isOwn: !fromLoop && !stranger }),
      registration,
      lent,
      maxForwards: sip.maxForwards < 0 ? 70 : sip.maxForwards - 1,
      body: sip.body,
      contentType,
    };
    this.#deliver({ type: "sip", transaction }, taken, content);
    return undefined;
  }

  /** Asks all at once; whoever takes it first has it taken for all. */
  #deliver(origin: Origin, route: Route, content: Content): void {
    const { exchanges, context } = this.#parts;
    const bindings: readonly Binding[] = route.type === "local" ? route.bindings : [];
    // one more than there are: nobody is the last until all have been asked
    const exchange = exchanges.begin(origin, { call: 0, awaited: bindings.length + 1 });
    exchange.lent = content.registration === undefined ? 0 : content.lent;
    for (const binding of bindings) {
      makeRoom(context.outputs);
      if (binding.type === "feed") this.#toFeed(exchange, binding.feed, content);
    }
    // what follows may read URIs and resolve names: the content is made ours first
    const body = content.body === 0 ? undefined : spanBytes(content.body);
    const { addresses, router } = this.#parts;
    for (const binding of bindings) {
      if (binding.type === "contact") {
        const way = { towards: binding.hop, isLast: true, requestUri: requestUriOf(binding.uri) };
        this.#toSip(exchange, way, { ...content, body });
      } else if (binding.type === "shard") {
        const way = {
          towards: addresses.siblingHop(binding.shard),
          isLast: true,
          requestUri: router.uriOf(binding.user),
        };
        this.#toSip(exchange, way, { ...content, body });
      }
    }
    if (route.type === "foreign") {
      exchange.awaited++;
      const way = { towards: route.nextHop, isLast: false, requestUri: route.requestUri };
      this.#toSip(exchange, way, { ...content, body });
    }
    exchanges.settle(exchange, 480, "Nobody there takes messages");
  }

  #toFeed(exchange: Exchange, feedId: number, { caller, contentType, body }: Content): void {
    const { exchanges, feeds } = this.#parts;
    const feed = feeds.get(feedId);
    if (feed === undefined || feed.dialect === "roap") {
      return exchanges.answered(exchange, 480, "The browser's subprotocol has no messages");
    }
    const message = {
      type: ROAP_MESSAGE,
      transactionId: "",
      from: caller.fromUri,
      contentType: typeForBrowser(contentType),
    };
    exchanges.toFeed(exchange, feed, { message, body });
  }

  #toSip(
    exchange: Exchange,
    { towards: given, isLast, requestUri }: { towards: string | Hop; isLast: boolean; requestUri: string },
    { caller, registration, maxForwards, body, contentType }: Omit<Content, "body"> & {
      body: Uint8Array | undefined;
    },
  ): void {
    const { asker, context, exchanges } = this.#parts;
    makeRoom(context.outputs);
    const { towards, ...way } = this.#way(given, { isLast, caller, registration });
    const request = requestOutside(context, {
      method: METHOD_MESSAGE,
      requestUri,
      from: registration === undefined || caller.isPrivate ? caller.from : `<${publicIdOf(registration)}>`,
      to: `<${requestUri}>`,
      maxForwards,
      body,
      contentType: body === undefined ? "" : contentType,
      asker,
      about: exchange,
      account: registration?.token ?? "",
      ...way,
    });
    // RFC 3428 section 8: longer ones only where no hop on the way can lack congestion control
    const isSafe = isLast && typeof towards !== "string" && isReliable(towards.transport);
    if (!isSafe && sizeOf(request) > LARGEST_DATAGRAM) {
      return exchanges.answered(
        exchange,
        413,
        `A message of more than ${LARGEST_DATAGRAM} bytes may not go over UDP`,
      );
    }
    exchanges.toSip(exchange, request, towards);
  }

  /** Where it goes first, and what it says of its sender to whom it may. */
  #way(
    towards: string | Hop,
    { isLast, caller, registration }: Pick<Content, "caller" | "registration"> & { isLast: boolean },
  ): Way {
    const { identities, isEdge, trusts } = this.#parts;
    if (registration !== undefined) return wayOf(registration, identities!.entrance, caller);
    const isTold = isLast ? typeof towards !== "string" && trusts?.(towards.host) === true : isEdge;
    return { towards, route: "", lines: isTold ? assertion(caller) : [] };
  }
}

/** What came from this relay itself, or a sibling, is for browsers alone. */
function onlyFeeds(route: Route): Route {
  if (route.type !== "local") return route;
  return { ...route, bindings: route.bindings.filter(({ type }) => type === "feed") };
}
