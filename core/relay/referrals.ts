// REFER and its NOTIFY as they come: who may have whom call where (RFC 3515, RFC 3892, RFC 4488).

import {
  HEADER_EVENT,
  HEADER_REFER_SUB,
  HEADER_REFER_TO,
  HEADER_SUBSCRIPTION_STATE,
} from "../../wasm/assembly/codes.ts";
import { errorTypeOf } from "../../wasm/envelope.ts";
import { headers } from "../../wasm/header.ts";
import { roap } from "../../wasm/roap.ts";
import { sip } from "../../wasm/sip.ts";
import { isUser, uri } from "../../wasm/uri.ts";
import type { Context } from "../context.ts";
import { answerToWindow } from "../roap/own_message.ts";
import type { RoapSession } from "../roap/record.ts";
import { dialogOf } from "../sip/own_request.ts";
import type { SipLeg } from "../sip/session/leg.ts";
import { findReplaced, replacesOf } from "../sip/replaces.ts";
import { requestUriOf } from "../sip/request_uri.ts";
import type { Response } from "../sip/transaction/response.ts";
import type { ServerTransaction } from "../sip/transaction/server_transaction.ts";
import type { Table } from "../table.ts";
import type { Leg } from "./call.ts";
import type { Calls } from "./calls.ts";
import { type Dispatcher, holderOf } from "./dispatcher.ts";
import type { Feed } from "./feed.ts";
import type { Identities } from "./identities.ts";
import { strangerOf, type StrangerParts } from "./stranger.ts";
import { warned } from "./warned.ts";
import { readReferTo, type ReferTo } from "./refer_to.ts";
import type { Router } from "./router.ts";
import type { Transfers } from "./transfers.ts";

interface Refusal {
  readonly status: number;
  readonly reason: string;
}

export class Referrals {
  readonly #context: Context;
  readonly #calls: Calls;
  readonly #dispatcher: Dispatcher;
  readonly #parts: StrangerParts;
  readonly #router: Router;
  readonly #transfers: Transfers;
  readonly #legTable: Table<SipLeg>;
  readonly #identities: Identities | undefined;

  constructor(
    options: StrangerParts & {
      calls: Calls;
      dispatcher: Dispatcher;
      router: Router;
      transfers: Transfers;
      legTable: Table<SipLeg>;
      identities: Identities | undefined;
    },
  ) {
    this.#context = options.context;
    this.#calls = options.calls;
    this.#dispatcher = options.dispatcher;
    this.#parts = options;
    this.#router = options.router;
    this.#transfers = options.transfers;
    this.#legTable = options.legTable;
    this.#identities = options.identities;
  }

  /** The REFER in the window is from the browser of this session. */
  asked(feed: Feed, session: RoapSession): void {
    const wanted = roap.replaces === 0 ? this.#blind(feed) : this.#attended(feed, session);
    const referee = this.#calls.otherLeg(session);
    const obstacle = "status" in wanted
      ? wanted
      : referee === undefined || !isUp(session)
      ? { status: 480, reason: "Nobody has answered the call yet" }
      : this.#transfers.obstacle(referee);
    if (obstacle.status !== 0) {
      return this.#dispatcher.refuse(feed, { ...obstacle, errorType: errorTypeOf(obstacle.status) });
    }
    const referredBy = ownUri(referee!) || this.#router.uriOf(feed.user);
    const answer = answerToWindow(session);
    this.#transfers.begin(
      { type: "feed", feed: feed.feed, session, answer },
      { ...wanted as ReferTo, referee: referee!, referredBy },
    );
  }

  /** The REFER in the window is from the peer of this leg. Undefined: it is answered later. */
  arrived(transaction: ServerTransaction, leg: SipLeg): Response | undefined {
    const value = sip.value(HEADER_REFER_TO);
    if (sip.count(HEADER_REFER_TO) !== 1) return { status: 400, reason: "REFER wants one Refer-To" };
    const address = headers.address(HEADER_REFER_TO, value);
    if (!("uri" in address)) return { status: 400, reason: "Refer-To is malformed" };
    const seconds = sip.cseq;
    const isQuiet = sip.count(HEADER_REFER_SUB) > 0 && /^false/i.test(sip.text(sip.value(HEADER_REFER_SUB)));
    const referredBy = sip.text(sip.fromUri);
    const stranger = transaction.hop.transport === "loop" ? false : strangerOf(this.#parts, transaction);
    if (typeof stranger === "object") return stranger;
    const wanted = readReferTo(address.uri);
    if ("status" in wanted) return warned(wanted.status, wanted.reason);
    const route = this.#router.route(wanted.target, this.#context.now);
    if (route.type === "refused" && !route.isAbsent) return warned(route.status, route.reason);
    // whom our user has called may send that user on; who has called may not make it call anywhere, except as an IMS's identity, by leave of that IMS
    if (route.type === "foreign" && stranger && leg.role === "server" && leg.account === "") {
      return warned(403, "Only users of this domain may have others call outside it");
    }
    const referee = this.#calls.otherLeg(leg);
    const dialog = dialogOf(leg);
    if (referee === undefined || dialog === undefined || leg.chosen < 0) {
      return warned(480, "Nobody has answered the call yet");
    }
    const obstacle = this.#transfers.obstacle(referee);
    if (obstacle.status !== 0) return warned(obstacle.status, obstacle.reason);
    const subscription = isQuiet ? "none" as const : "active" as const;
    this.#transfers.begin(
      { type: "sip", transaction, leg, dialog, id: seconds, subscription },
      { ...wanted, replaces: this.#replacesFor(referee, wanted.replaces), referee, referredBy },
    );
    return undefined;
  }

  /** The NOTIFY in the window is from the peer of this leg. */
  notified(leg: SipLeg): Response {
    const event = headers.event(sip.value(HEADER_EVENT));
    if (!("package" in event) || event.package !== "refer") {
      return { status: 489, reason: "Bad Event", lines: ["Allow-Events: refer"] };
    }
    const state = headers.subscriptionState(sip.value(HEADER_SUBSCRIPTION_STATE));
    if (!("state" in state)) return { status: 400, reason: "Subscription-State is missing or malformed" };
    const transfer = this.#transfers.subscribed(leg, event.id === "" ? -1 : Number(event.id));
    if (transfer === undefined) return { status: 481, reason: "Subscription does not exist" };
    const fragment = sip.body === 0 ? "" : sip.text(sip.body);
    const line = /^SIP\/2\.0 ([1-6]\d\d) ([^\r\n]{0,128})/.exec(fragment);
    const status = Number(line?.[1] ?? (state.state === "terminated" ? statusOfEnd(state.reason) : 100));
    // SIP.js ends the subscription in each NOTIFY, without a reason: one with mere progress in it is not the last
    const isProgress = status < 200 &&
      (state.state !== "terminated" || (line !== null && state.reason === ""));
    const isFinal = !isProgress;
    // ended with nothing but progress in it: what became of the call nobody knows
    const told = isFinal && status < 200 ? 500 : status;
    this.#transfers.fares(transfer.id, { status: told, reason: line?.[2] ?? "", isFinal });
    return { status: 200 };
  }

  /** What a SIP referee is told of the dialog to be replaced: the target's own, whose peer we are, not the one that the referrer has with us. */
  #replacesFor(referee: Leg, replaces: string): string {
    const found = referee.type === "sip" && replaces !== ""
      ? findReplaced(replaces, this.#legTable)
      : undefined;
    const target = found?.end === "own" ? this.#calls.otherLeg(found.leg) : undefined;
    const translated = target?.type === "sip" ? replacesOf(target) : "";
    return translated === "" ? replaces : translated;
  }

  /** To whomever the member `to` names. */
  #blind(feed: Feed): ReferTo | Refusal {
    if (roap.to === 0) return { status: 400, reason: "REFER wants a member to, or replaces" };
    const to = roap.text(roap.to);
    const route = this.#router.route(to, this.#context.now, this.#identities?.homeOf(feed.user));
    if (route.type !== "refused") return { target: route.requestUri, replaces: "" };
    if (!route.isAbsent) return route;
    return { target: isUser(to) ? this.#router.uriOf(to) : to, replaces: "" };
  }

  /** To the other end of another session of the browser's. */
  #attended(feed: Feed, session: RoapSession): ReferTo | Refusal {
    const other = holderOf(feed, roap.text(roap.replaces));
    if (other === undefined || other === session) {
      return { status: 481, reason: "replaces names no other session" };
    }
    const leg = this.#calls.otherLeg(other);
    const replaces = leg?.type === "sip" ? replacesOf(leg) : "";
    if (leg?.type !== "sip" || replaces === "") {
      return { status: 480, reason: "The session in replaces has not been answered" };
    }
    const wanted = readReferTo(/<([^<>]*)>/.exec(leg.forks[leg.chosen]!.dialog.remote)?.[1] ?? "");
    return "status" in wanted ? wanted : { target: wanted.target, replaces };
  }
}

function isUp({ state }: RoapSession): boolean {
  return state !== "initial" && state !== "called" && state !== "calling";
}

/** Who the peer of a SIP leg takes us for: in the name of an IMS's identity, or of nobody, as in the call. "" = it is no such leg. */
function ownUri(leg: Leg): string {
  const local = (leg.type === "sip" && dialogOf(leg)?.local) || "";
  // in <>, behind whatever a display name may be; else without parameters, which are the header field's
  const own = /<([^<>]*)>[^<>"]*$/.exec(local)?.[1] ?? /^[^<>";]*/.exec(local)![0].trim();
  return uri.read(own) === 0 ? requestUriOf(own) : "";
}

/** RFC 6665 section 4.1.3. */
function statusOfEnd(reason: string): number {
  return reason === "rejected" ? 603 : reason === "timeout" ? 408 : 500;
}
