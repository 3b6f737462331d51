// Requests inside a call that leave its session as it is: INFO (RFC 6086, and RFC 2976 before it) and MESSAGE, from one leg to the other.

import {
  HEADER_CONTENT_ENCODING,
  HEADER_INFO_PACKAGE,
  METHOD_INFO,
  METHOD_MESSAGE,
  ROAP_INFO,
  ROAP_MESSAGE,
} from "../../wasm/assembly/codes.ts";
import type { Body } from "../../wasm/codec.ts";
import { errorTypeOf } from "../../wasm/envelope.ts";
import { roap } from "../../wasm/roap.ts";
import { sip } from "../../wasm/sip.ts";
import { answerToWindow, type OwnMessage, sessionIds } from "../roap/own_message.ts";
import type { RoapSession } from "../roap/record.ts";
import { dialogOf, requestInside } from "../sip/own_request.ts";
import type { RequestUser } from "../sip/client_request.ts";
import type { SipLeg } from "../sip/session/leg.ts";
import type { Response } from "../sip/transaction/response.ts";
import type { ServerTransaction } from "../sip/transaction/server_transaction.ts";
import type { Table } from "../table.ts";
import type { Leg } from "./call.ts";
import type { Calls } from "./calls.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { readTone, relayType, type Tone, toneOf, writeTone } from "./dtmf.ts";
import type { Origin } from "./exchange.ts";
import type { Exchanges } from "./exchanges.ts";
import { asksPerFeed, type Feed } from "./feed.ts";
import { warned } from "./warned.ts";
import { isMediaType, plainText, typeForBrowser, typeOfWindow } from "./media_type.ts";

/** The Info Package of TS 24.229 annex P, which is application/dtmf-relay by another name: the only one that is known here. */
const dtmfPackage = "infodtmf";
const recvInfo = "Recv-Info: infoDtmf";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What goes to the other leg. */
interface Content {
  /** METHOD_INFO or METHOD_MESSAGE. */
  readonly method: number;
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Of an INFO that is a key. */
  readonly tone: Tone | undefined;
}

/** Why something cannot be passed on. */
interface Obstacle {
  readonly status: number;
  readonly reason: string;
}

export class Inside {
  readonly #calls: Calls;
  readonly #dispatcher: Dispatcher;
  readonly #feeds: Table<Feed, number>;
  readonly #exchanges: Exchanges;
  readonly #asker: RequestUser;

  constructor(options: {
    calls: Calls;
    dispatcher: Dispatcher;
    feeds: Table<Feed, number>;
    exchanges: Exchanges;
    asker: RequestUser;
  }) {
    this.#calls = options.calls;
    this.#dispatcher = options.dispatcher;
    this.#feeds = options.feeds;
    this.#exchanges = options.exchanges;
    this.#asker = options.asker;
  }

  /** The INFO or MESSAGE in the window is from the browser of this session. */
  asked(feed: Feed, session: RoapSession): void {
    const content = contentOfBrowser();
    const obstacle = "status" in content ? content : this.#obstacle(session, feed);
    if (obstacle !== undefined) {
      const { status, reason } = obstacle;
      return this.#dispatcher.refuse(feed, { status, reason, errorType: errorTypeOf(status) });
    }
    const origin: Origin = { type: "feed", feed: feed.feed, answer: answerToWindow(session) };
    this.#pass(origin, session, content as Content);
  }

  /** The INFO or MESSAGE in the window is from the peer of this leg. Undefined: it has been taken. */
  arrived(transaction: ServerTransaction, leg: SipLeg): Response | undefined {
    const { method } = transaction;
    if (sip.count(HEADER_CONTENT_ENCODING) > 0) return { status: 415, lines: ["Accept-Encoding: identity"] };
    if (method === METHOD_INFO) {
      const named = sip.value(HEADER_INFO_PACKAGE);
      const known = named === 0 || sip.text(named).split(";", 1)[0]!.trim().toLowerCase() === dtmfPackage;
      if (!known) return { status: 469, reason: "Bad Info Package", lines: [recvInfo] };
      // RFC 2976 section 2.2: without a body it only asks whether the session is alive
      if (sip.body === 0) return { status: 200 };
    }
    const contentType = typeOfWindow(method === METHOD_MESSAGE ? plainText : "");
    if (contentType === "" && sip.body !== 0) {
      return warned(415, "Content-Type is no media type, or too long", ["Accept: text/*"]);
    }
    const obstacle = this.#obstacle(leg, undefined);
    if (obstacle !== undefined) {
      const { status, reason } = obstacle;
      return warned(status, reason, status === 503 ? ["Retry-After: 1"] : []);
    }
    const body = sip.body === 0 ? new Uint8Array() : sip.bytes(sip.body);
    const tone = method === METHOD_INFO ? readTone(contentType, decoder.decode(body)) : undefined;
    this.#pass({ type: "sip", transaction }, leg, { method, body, contentType, tone });
    return undefined;
  }

  /** What stands in the way from this leg to the other. */
  #obstacle(from: Leg, feed: Feed | undefined): Obstacle | undefined {
    const full = this.#exchanges.refusal(from.call);
    if (full !== "") return { status: 503, reason: full };
    if (feed !== undefined && feed.asking.length >= asksPerFeed) {
      return { status: 503, reason: `No more than ${asksPerFeed} requests at a time` };
    }
    const other = this.#calls.otherLeg(from);
    if (other === undefined) return { status: 480, reason: "Nobody has answered the call yet" };
    if (other.type === "sip") {
      return dialogOf(other) === undefined
        ? { status: 480, reason: "Nobody has answered the call yet" }
        : undefined;
    }
    return other.dialect === "roap.ims"
      ? undefined
      : { status: 501, reason: "The browser's subprotocol has no such requests" };
  }

  #pass(origin: Origin, from: Leg, { method, body, contentType, tone }: Content): void {
    const exchanges = this.#exchanges;
    const other = this.#calls.otherLeg(from)!;
    const exchange = exchanges.begin(origin, { call: from.call, awaited: 1 });
    if (other.type === "sip") {
      const { request, towards } = requestInside(other, dialogOf(other)!, {
        method,
        body: body.length === 0 ? undefined : body,
        contentType: body.length === 0 ? "" : contentType,
        asker: this.#asker,
        about: exchange,
      });
      return exchanges.toSip(exchange, request, towards);
    }
    const feed = this.#feeds.get(other.feed);
    if (feed === undefined) return exchanges.answered(exchange, 480, "The browser is gone");
    const message: OwnMessage = {
      ...sessionIds(other),
      type: method === METHOD_INFO ? ROAP_INFO : ROAP_MESSAGE,
      transactionId: "",
      ...(tone === undefined
        ? { contentType: typeForBrowser(contentType) }
        : { infoType: "DTMF", signal: tone.signal, duration: tone.duration }),
    };
    exchanges.toFeed(exchange, feed, { message, body: tone === undefined ? body : undefined });
  }
}

/** What the INFO or MESSAGE in the window says, or what is wrong with it. */
function contentOfBrowser(): Content | Obstacle {
  const isInfo = roap.type === ROAP_INFO;
  if (isInfo && (roap.infoType !== 0 || roap.signal !== 0)) return toneOfBrowser();
  const body: Body = roap.content === 0 ? new Uint8Array() : roap.bytes(roap.content);
  if (isInfo && (body.length === 0 || roap.contentType === 0)) {
    return { status: 400, reason: "INFO wants a member info, or content and contentType" };
  }
  const contentType = roap.contentType === 0 ? plainText : roap.text(roap.contentType);
  if (!isMediaType(contentType)) return { status: 400, reason: "Member contentType is no media type" };
  return { method: isInfo ? METHOD_INFO : METHOD_MESSAGE, body, contentType, tone: undefined };
}

function toneOfBrowser(): Content | Obstacle {
  const type = roap.infoType === 0 ? "DTMF" : roap.text(roap.infoType);
  if (type.toUpperCase() !== "DTMF") return { status: 400, reason: "The only type of info is DTMF" };
  const tone = toneOf(roap.text(roap.signal), roap.duration);
  if (tone === undefined) {
    return { status: 400, reason: "signal is one of 0 to 9, *, #, A to D, and duration at most 10 s" };
  }
  return { method: METHOD_INFO, body: encoder.encode(writeTone(tone)), contentType: relayType, tone };
}
