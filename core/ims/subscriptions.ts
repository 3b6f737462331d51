// Takes subscriptions to registration state through their table, and hands on what the network says (RFC 6665 section 4.1, RFC 3680).

import {
  HEADER_CONTENT_ENCODING,
  HEADER_EVENT,
  HEADER_SUBSCRIPTION_STATE,
  METHOD_SUBSCRIBE,
} from "../../wasm/assembly/codes.ts";
import { headers } from "../../wasm/header.ts";
import { isMalformed } from "../../wasm/headers/cursor.ts";
import { sip } from "../../wasm/sip.ts";
import type { Context } from "../context.ts";
import { cellOf } from "../machine/table.ts";
import { makeRoom } from "../room.ts";
import {
  type ClientRequest,
  type ClientRequests,
  freshRequest,
  type RequestUser,
} from "../sip/client_request.ts";
import { type Dialog, learnFromResponse, refreshTarget, requestHead } from "../sip/dialog.ts";
import { legKey } from "../sip/session/leg.ts";
import { isSips, requestUriOf } from "../sip/request_uri.ts";
import type { Response } from "../sip/transaction/response.ts";
import { T1 } from "../sip/transaction/timers.ts";
import type { RegInfoReader } from "./reg_info.ts";
import { wordOf } from "./reg_info.ts";
import { minExpires, retryAfter } from "./register_outcome.ts";
import { backOff, refreshAfter, type Registration, ROUNDS, WANTED } from "./registration.ts";
import type { Word } from "./registrations.ts";
import { newSubscription, type Subscription } from "./subscription.ts";
import { type SubscriptionEffect, type SubscriptionEvent, subscriptionTable } from "./subscription_table.ts";
import type { Way } from "./way.ts";

export interface SubscriptionUser {
  /** How an initial request of the identity's goes, and what it says of its sender. */
  wayOf(registration: Registration): Way;
  told(registration: Registration, word: Word): void;
}

const eventLine = "Event: reg";
const acceptLine = "Accept: application/reginfo+xml";
const mediaType = "application/reginfo+xml";

/** Section 4.1.2.2: a refresh that is refused so has ended the subscription. */
const FATAL: ReadonlySet<number> = new Set([
  404,
  405,
  410,
  416,
  480,
  481,
  482,
  483,
  484,
  485,
  489,
  501,
  604,
]);

/** RFC 6665 section 4.1.3: reasons after which nothing more is to be had. */
const FOR_GOOD: ReadonlySet<string> = new Set(["rejected", "noresource", "invariant"]);

export class Subscriptions implements RequestUser {
  readonly #context: Context;
  readonly #requests: ClientRequests;
  readonly #read: RegInfoReader;
  readonly #user: SubscriptionUser;
  /** By our half of the dialog's identifier; as many as there are registrations at most. */
  readonly #dialogs = new Map<string, Subscription>();

  constructor(options: {
    context: Context;
    requests: ClientRequests;
    read: RegInfoReader;
    user: SubscriptionUser;
  }) {
    this.#context = options.context;
    this.#requests = options.requests;
    this.#read = options.read;
    this.#user = options.user;
  }

  start(registration: Registration): Subscription {
    const subscription = newSubscription(registration, WANTED);
    this.#step(subscription, "start");
    return subscription;
  }

  stop(subscription: Subscription): void {
    this.#step(subscription, "stop");
  }

  /** Answers the NOTIFY in the window; undefined = it is none of these subscriptions'. */
  notified(): Response | undefined {
    const subscription = this.#dialogs.get(legKey(sip.text(sip.callId), sip.text(sip.toTag)));
    const dialog = subscription?.dialog;
    if (subscription === undefined || dialog === undefined) return undefined;
    const remoteTag = sip.fromTag === 0 ? "" : sip.text(sip.fromTag);
    if (dialog.remoteTag !== "" && dialog.remoteTag !== remoteTag) return { status: 481 };
    const event = sip.value(HEADER_EVENT);
    if (event === 0 || !/^reg\s*(;|$)/i.test(sip.text(event))) {
      return { status: 489, lines: ["Allow-Events: reg"] };
    }
    const value = sip.value(HEADER_SUBSCRIPTION_STATE);
    const state = value === 0 ? undefined : headers.subscriptionState(value);
    if (state === undefined || isMalformed(state)) return { status: 400, reason: "Bad Subscription-State" };
    if (dialog.remoteSeq >= 0 && sip.cseq <= dialog.remoteSeq) return { status: 500, once: true };
    const hasBody = sip.body !== 0;
    if (hasBody && !isReadable()) return { status: 415, lines: [acceptLine] };
    const info = hasBody ? this.#read(sip.text(sip.body)) : undefined;
    dialog.remoteSeq = sip.cseq;
    if (dialog.remoteTag === "") {
      dialog.remoteTag = remoteTag;
      dialog.routeSet = sip.routeSet(false);
    }
    refreshTarget(dialog);
    const isWanted = info !== undefined && subscription.state !== "ending";
    const word = isWanted ? this.#news(subscription, info) : undefined;
    subscription.isHeard = true;
    subscription.left = state.expires;
    subscription.retryAfter = state.retryAfter > 0 ? 1000 * state.retryAfter : 0;
    const { registration } = subscription;
    this.#step(subscription, eventOfState(state.state, state.reason));
    if (word !== undefined) this.#user.told(registration, word);
    return { status: 200, once: true };
  }

  answered(request: ClientRequest): void {
    const subscription = request.about as Subscription;
    const { status } = sip;
    if (status < 200 || subscription.request !== request) return;
    subscription.request = undefined;
    subscription.retryAfter = status < 300 ? 0 : retryAfter();
    this.#step(subscription, this.#outcome(subscription, status));
  }

  nextSeq(request: ClientRequest): number {
    const { dialog } = request.about as Subscription;
    return dialog === undefined ? request.head.cseq + 1 : ++dialog.localSeq;
  }

  failed(request: ClientRequest): void {
    const subscription = request.about as Subscription;
    if (subscription.request !== request) return;
    subscription.request = undefined;
    subscription.retryAfter = 0;
    this.#step(subscription, "failed");
  }

  timeout(subscription: Subscription, kind: string): void {
    if (kind === "expired") subscription.endTimer = 0;
    else if (kind === "silent") subscription.silenceTimer = 0;
    else subscription.workTimer = 0;
    this.#step(subscription, kind as SubscriptionEvent);
  }

  #outcome(subscription: Subscription, status: number): SubscriptionEvent {
    if (status < 300) return "accepted";
    if (status === 423) {
      const seconds = minExpires();
      if (seconds <= subscription.wanted || subscription.rounds >= ROUNDS) return "failed";
      subscription.wanted = seconds;
      return "brief";
    }
    if (status === 481) return "unknown";
    // a core network without this package is none to ask again
    if (status === 405 || status === 489 || status === 501) return "refused";
    return FATAL.has(status) && subscription.state === "refreshing" ? "refused" : "failed";
  }

  /** What a document says that is not older than one before. */
  #news(subscription: Subscription, info: NonNullable<ReturnType<RegInfoReader>>): Word | undefined {
    if (info.version < subscription.version) return undefined;
    subscription.version = info.version;
    return wordOf(info, subscription.registration);
  }

  #step(subscription: Subscription, event: SubscriptionEvent): void {
    const { state } = subscription;
    const cell = cellOf(subscriptionTable, { state, event, name: "Subscription" });
    if (cell === undefined) return;
    subscription.state = cell[0];
    for (let at = 1; at < cell.length; at++) this.#effect(subscription, cell[at] as SubscriptionEffect);
  }

  #effect(subscription: Subscription, effect: SubscriptionEffect): void {
    switch (effect) {
      case "subscribe":
        subscription.rounds = 0;
        return this.#subscribe(subscription);
      case "resubscribe":
        subscription.rounds = 0;
        return this.#resubscribe(subscription);
      case "lengthen":
        subscription.rounds++;
        if (subscription.state === "refreshing") return this.#resubscribe(subscription);
        this.#forget(subscription);
        return this.#subscribe(subscription);
      case "unsubscribe":
        this.#stopTimers(subscription);
        this.#awaitNotify(subscription);
        subscription.wanted = 0;
        return this.#resubscribe(subscription);
      case "keep": {
        const dialog = subscription.dialog!;
        subscription.failures = 0;
        if (dialog.remoteTag === "") learnFromResponse(dialog);
        else refreshTarget(dialog);
        this.#schedule(subscription, sip.expires >= 0 ? sip.expires : subscription.wanted);
        if (!subscription.isHeard && subscription.silenceTimer === 0) this.#awaitNotify(subscription);
        return;
      }
      case "hear":
        this.#context.wheel.cancel(subscription.silenceTimer);
        subscription.silenceTimer = 0;
        if (subscription.left >= 0) this.#schedule(subscription, subscription.left);
        return;
      case "forget":
        return this.#forget(subscription);
      case "backOff": {
        subscription.failures++;
        const wait = backOff(subscription, this.#context.random.uint32());
        const at = this.#context.now + wait;
        subscription.workTimer = this.#context.wheel.schedule(at, subscription, "retry");
        return;
      }
      default:
        return effect satisfies never;
    }
  }

  #subscribe(subscription: Subscription): void {
    const { random } = this.#context;
    const { registration } = subscription;
    const [publicId = registration.identity.uri] = registration.publicIds;
    const callId = random.token();
    const localTag = random.token();
    const dialog: Dialog = {
      callId,
      localTag,
      key: legKey(callId, localTag),
      remoteTag: "",
      local: `<${publicId}>`,
      remote: `<${publicId}>`,
      secure: isSips(publicId),
      remoteTarget: requestUriOf(publicId),
      routeSet: "",
      localSeq: 1,
      remoteSeq: -1,
    };
    subscription.dialog = dialog;
    subscription.contactUser = random.token();
    subscription.version = -1;
    subscription.isHeard = false;
    this.#dialogs.set(dialog.key, subscription);
    const { head } = requestHead(dialog, METHOD_SUBSCRIBE, dialog.localSeq);
    const way = this.#user.wayOf(registration);
    this.#send(subscription, { ...head, route: way.route, lines: way.lines }, way.towards);
  }

  #resubscribe(subscription: Subscription): void {
    const dialog = subscription.dialog!;
    const { head, nextHop } = requestHead(dialog, METHOD_SUBSCRIBE, ++dialog.localSeq);
    this.#send(subscription, head, nextHop);
  }

  #send(
    subscription: Subscription,
    head: ClientRequest["head"],
    towards: Parameters<ClientRequests["start"]>[1],
  ): void {
    makeRoom(this.#context.outputs);
    const { registration } = subscription;
    const request = freshRequest({
      leg: undefined,
      call: 0,
      head: {
        ...head,
        lines: [...head.lines, eventLine, acceptLine, `Expires: ${subscription.wanted}`],
      },
      user: subscription.contactUser,
      through: -1,
      way: undefined,
      body: undefined,
      asker: this,
      about: subscription,
      account: registration.token,
    });
    subscription.request = request;
    if (this.#requests.start(request, towards) !== 0) this.failed(request);
  }

  #schedule(subscription: Subscription, seconds: number): void {
    const { now, wheel } = this.#context;
    wheel.cancel(subscription.workTimer);
    wheel.cancel(subscription.endTimer);
    subscription.workTimer = wheel.schedule(now + refreshAfter(seconds), subscription, "refresh");
    subscription.endTimer = wheel.schedule(now + 1000 * seconds, subscription, "expired");
  }

  /** Timer N of section 4.1.2.4. */
  #awaitNotify(subscription: Subscription): void {
    const at = this.#context.now + 64 * T1;
    subscription.silenceTimer = this.#context.wheel.schedule(at, subscription, "silent");
  }

  #stopTimers(subscription: Subscription): void {
    const { wheel } = this.#context;
    for (const timer of [subscription.workTimer, subscription.endTimer, subscription.silenceTimer]) {
      wheel.cancel(timer);
    }
    subscription.workTimer = subscription.endTimer = subscription.silenceTimer = 0;
  }

  #forget(subscription: Subscription): void {
    this.#stopTimers(subscription);
    if (subscription.dialog !== undefined) this.#dialogs.delete(subscription.dialog.key);
    subscription.dialog = undefined;
    subscription.request = undefined;
  }
}

function eventOfState(state: string, reason: string): SubscriptionEvent {
  if (state !== "terminated") return "notified";
  if (FOR_GOOD.has(reason)) return "rejected";
  return reason === "deactivated" || reason === "timeout" ? "terminated" : "postponed";
}

/** Whether the body in the window is a document as we asked for. */
function isReadable(): boolean {
  const type = sip.contentType === 0 ? "" : sip.text(sip.contentType).toLowerCase();
  return type === mediaType && sip.count(HEADER_CONTENT_ENCODING) === 0;
}
