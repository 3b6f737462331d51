// Takes session timers through their table and performs its effects (RFC 4028 sections 7 to 10).

import { HEADER_RETRY_AFTER, METHOD_INVITE, METHOD_UPDATE } from "../../../wasm/assembly/codes.ts";
import type { Body } from "../../../wasm/codec.ts";
import { headers } from "../../../wasm/header.ts";
import { sip } from "../../../wasm/sip.ts";
import type { Context, Millis } from "../../context.ts";
import type { Report } from "../../leg.ts";
import { cellOf } from "../../machine/table.ts";
import { allowLines, askingLines, inviteLines } from "../allow.ts";
import {
  type ClientRequest,
  type ClientRequests,
  freshRequest,
  type RequestUser,
} from "../client_request.ts";
import { refreshTarget, requestHead } from "../dialog.ts";
import type { SipLeg } from "./leg.ts";
import { blankReport, type LegUser } from "./leg_reports.ts";
import type { LegTimers } from "./leg_timers.ts";
import { ownBytes } from "../own_bytes.ts";
import type { Response } from "../transaction/response.ts";
import type { SessionState } from "./session_events.ts";
import type { SessionPolicy } from "./session_policy.ts";
import {
  type Asked,
  askedOfWindow,
  isTooShort,
  linesOfAnswer,
  linesToAsk,
  minimumOfWindow,
  takesUpdate,
  type Terms,
  termsOfAnswer,
  termsToAnswer,
} from "./session_terms.ts";
import {
  newSessionTimer,
  type SessionTimer,
  sessionTimer,
  type SessionTimerEffect,
  type SessionTimerEvent,
} from "./session_timer.ts";

/** Times that a refresh, or a first INVITE, is sent again because of how it was refused. */
const TRIES = 3;
/** The longest interval that a peer can make us ask for (section 6): a day, in seconds. */
const LONGEST_MINIMUM = 86_400;
/** Until a refused refresh is tried again, where the refusal does not say. */
const PATIENCE: Millis = 10_000;
/** Section 10: so long before the end, and at most a third of the interval, the session is given up. */
const LEAD: Millis = 32_000;
/** Bytes of descriptions that are kept for refreshes by re-INVITE, in all. */
const keptLimit = 64 * 1024 * 1024;

const noLines: readonly string[] = [];

const nothingAsked: Asked = { supports: false, interval: 0, refresher: "", minimum: 0, updates: false };

const ending: ReadonlySet<SessionState> = new Set(["endingAfterAck", "ending", "ended"]);

/** A description of ours. */
type Said = Readonly<Pick<SipLeg, "contentType">> & { readonly offer: Body };

export class SessionTimers implements RequestUser {
  readonly #context: Context;
  readonly #requests: ClientRequests;
  readonly #timers: LegTimers;
  readonly #policy: SessionPolicy;
  readonly #user: LegUser;
  readonly #perform: (leg: SipLeg, wish: Report) => void;
  readonly #toInvite: readonly string[];
  readonly #toAsk: readonly string[];
  #kept = 0;

  /** `perform` does the call's wishes, and here also what the session timer wants of its leg. */
  constructor(options: {
    context: Context;
    requests: ClientRequests;
    timers: LegTimers;
    policy: SessionPolicy;
    user: LegUser;
    perform: (leg: SipLeg, wish: Report) => void;
  }) {
    this.#context = options.context;
    this.#requests = options.requests;
    this.#timers = options.timers;
    this.#policy = options.policy;
    this.#user = options.user;
    this.#perform = options.perform;
    const asking = linesToAsk(options.policy);
    this.#toInvite = [...inviteLines, ...asking];
    this.#toAsk = [...askingLines, ...asking];
  }

  // ---- what is said on the wire

  /** The lines of a leg's first INVITE. Within the relay nothing is lost, so nothing is asked for. */
  firstLines(leg: SipLeg, lines: readonly string[]): readonly string[] {
    if (leg.peer >= 0 || this.#policy.interval === 0) return lines;
    if (lines === inviteLines) return this.#toInvite;
    if (lines === askingLines) return this.#toAsk;
    return [...lines, ...linesToAsk(this.#policy)];
  }

  /** What a request inside the dialog says of the session (section 7.4). */
  refreshLines({ session }: SipLeg): readonly string[] {
    if (session === undefined || session.state === "over") return noLines;
    const { interval, minimum, state } = session;
    const asked = Math.max(interval, minimum);
    if (asked === 0) return noLines;
    const role = state === "off" ? "" : `;refresher=${state === "watching" ? "uas" : "uac"}`;
    const line = `Session-Expires: ${asked}${role}`;
    return minimum === 0 ? [line] : [line, `Min-SE: ${minimum}`];
  }

  /** What refuses the INVITE or UPDATE in the window for its interval (section 6). */
  refusal(): Response | undefined {
    if (!isTooShort(this.#policy)) return undefined;
    return { status: 422, lines: [`Min-SE: ${this.#policy.minimum}`] };
  }

  /** Takes note of an INVITE or UPDATE inside the dialog, in the window. What it answers refuses it. */
  asked(leg: SipLeg, method: number): Response | undefined {
    if (leg.peer >= 0 || (method !== METHOD_INVITE && method !== METHOD_UPDATE)) return undefined;
    const refusal = this.refusal();
    if (refusal !== undefined) return refusal;
    leg.asked = askedOfWindow();
    const { session } = leg;
    if (session === undefined) return undefined;
    session.updates ||= method === METHOD_UPDATE || (leg.asked?.updates ?? false);
    session.minimum = Math.max(session.minimum, leg.asked?.minimum ?? 0);
    return undefined;
  }

  /** The lines of our 2xx to it, which begins the interval anew. */
  answer(leg: SipLeg): readonly string[] {
    const { asked = nothingAsked, session } = leg;
    if (asked === nothingAsked && session === undefined) return allowLines;
    const terms = termsToAnswer({ ...asked, updates: asked.updates || session?.updates === true }, {
      policy: this.#policy,
      state: session?.state ?? "off",
      current: session?.interval ?? 0,
    });
    this.#begin(leg, terms, asked.updates);
    const lines = linesOfAnswer(terms);
    return lines.length === 0 ? allowLines : [...allowLines, ...lines];
  }

  /** The 2xx in the window, to an INVITE of ours, begins the interval anew. */
  agreed(leg: SipLeg, { isFirst }: { isFirst: boolean }): void {
    if (leg.peer >= 0) return;
    this.#begin(leg, this.#termsOfAnswer(leg, isFirst), takesUpdate);
    if (leg.offer !== undefined) this.describe(leg, leg);
  }

  /** A description of ours goes out: kept where a refresh has to say it again. */
  describe(leg: SipLeg, { offer, contentType }: Said, fork = leg.chosen): void {
    if (offer === undefined || !wantsDescription(leg)) return;
    const body = ownBytes(offer)!;
    const session = leg.session ??= newSessionTimer(leg);
    const more = body.length - (session.description?.body.length ?? 0);
    if (this.#kept + more > keptLimit) return;
    this.#kept += more;
    session.description = { fork, body, contentType };
  }

  /** Section 7.3: the lines with which an INVITE goes again that the 422 in the window refused; undefined = it does not. */
  grown(leg: SipLeg): readonly string[] | undefined {
    return this.#grow(leg.session ??= newSessionTimer(leg)) ? this.refreshLines(leg) : undefined;
  }

  // ---- the leg's own steps

  /** Whether it was a refresh of ours that came to its end: nobody else is told. `status`: 0 = it was agreed to. */
  takes({ session }: SipLeg, status: number): boolean {
    if (session === undefined || session.out !== "invite") return false;
    session.out = "none";
    if (status !== 0) this.#failed(session, status);
    return true;
  }

  /** Whether an offer of the call's has to wait for a refresh by re-INVITE that is out already. */
  postpones(leg: SipLeg, wish: Report): boolean {
    const { session } = leg;
    if (session === undefined || session.out !== "invite" || leg.state === "established") return false;
    const body = ownBytes(wish.body);
    if (this.#kept + (body?.length ?? 0) > keptLimit) {
      this.#user.signal(leg, { ...blankReport, signal: "reject", status: 503 });
      return true;
    }
    this.#wait(session, { ...wish, body });
    return true;
  }

  /** After each step of the leg. */
  settle(leg: SipLeg, session: SessionTimer): void {
    if (ending.has(leg.state)) {
      this.#step(session, "end");
      this.#wait(session, undefined);
      this.#forgetDescription(session);
      return;
    }
    const { waiting } = session;
    if (waiting === undefined || session.out !== "none") return;
    this.#wait(session, undefined);
    // else theirs came first, and has superseded ours
    if (leg.state === "established") this.#perform(leg, waiting);
  }

  timeout(session: SessionTimer, kind: string): void {
    session.timer = 0;
    this.#context.call = session.leg.call;
    this.#step(session, kind as SessionTimerEvent);
  }

  // ---- our refresh by UPDATE

  answered(request: ClientRequest): void {
    const session = request.about as SessionTimer;
    const { status } = sip;
    if (status < 200 || !this.#close(session, request)) return;
    if (status >= 300) return this.#failed(session, status);
    const { leg } = session;
    refreshTarget(leg.forks[leg.chosen]!.dialog);
    this.#begin(leg, this.#termsOfAnswer(leg, false), true);
  }

  failed(request: ClientRequest, status: number): void {
    const session = request.about as SessionTimer;
    if (this.#close(session, request)) this.#failed(session, status);
  }

  nextSeq({ about }: ClientRequest): number {
    const { leg } = about as SessionTimer;
    return ++leg.forks[leg.chosen]!.dialog.localSeq;
  }

  #close(session: SessionTimer, request: ClientRequest): boolean {
    if (session.request !== request) return false;
    session.request = undefined;
    session.out = "none";
    return session.state !== "over";
  }

  #update(session: SessionTimer): void {
    const { leg } = session;
    const { dialog } = leg.forks[leg.chosen]!;
    const { head, nextHop } = requestHead(dialog, METHOD_UPDATE, ++dialog.localSeq);
    const { account, call, through, user, way } = leg;
    const lines = [...inviteLines, ...this.refreshLines(leg)];
    const request = freshRequest({
      leg: undefined,
      asker: this,
      about: session,
      head: { ...head, lines },
      body: undefined,
      account,
      call,
      through,
      user,
      way,
    });
    session.out = "update";
    session.request = request;
    const status = this.#requests.start(request, nextHop);
    if (status !== 0) this.failed(request, status);
  }

  // ---- the table

  #step(session: SessionTimer, event: SessionTimerEvent): void {
    const cell = cellOf(sessionTimer, { state: session.state, event, name: "Session timer" });
    if (cell === undefined) return;
    session.state = cell[0];
    for (let at = 1; at < cell.length; at++) this.#effect(session, cell[at] as SessionTimerEffect);
  }

  #effect(session: SessionTimer, effect: SessionTimerEffect): void {
    const { now, wheel } = this.#context;
    switch (effect) {
      case "stop":
        wheel.cancel(session.timer);
        session.timer = 0;
        return;
      case "startHalf":
        session.timer = wheel.schedule(now + 500 * session.interval, session, "half");
        return;
      case "startRetry":
        session.timer = wheel.schedule(now + session.patience, session, "retry");
        return;
      case "startExpiry":
        session.timer = wheel.schedule(Math.max(now, lastMoment(session)), session, "expiry");
        return;
      case "refresh":
        return this.#refresh(session);
      case "endSession": {
        const end = { ...blankReport, status: 408, reason: "The other end did not keep the session alive" };
        this.#user.signal(session.leg, end);
        return this.#perform(session.leg, end);
      }
      default:
        return effect satisfies never;
    }
  }

  #begin(leg: SipLeg, terms: Terms, updates: boolean | (() => boolean)): void {
    if (terms.refresher === "none" && leg.session === undefined) return;
    const session = leg.session ??= newSessionTimer(leg);
    const isOurs = terms.refresher === "ours" || terms.refresher === "unshared";
    if (isOurs) session.updates ||= typeof updates === "boolean" ? updates : updates();
    else this.#forgetDescription(session);
    session.interval = terms.interval;
    session.expires = this.#context.now + 1_000 * terms.interval;
    session.tries = 0;
    this.#step(session, terms.refresher);
  }

  #termsOfAnswer({ session }: SipLeg, isFirst: boolean): Terms {
    const state = session?.state ?? "off";
    return termsOfAnswer({ policy: this.#policy, state, current: session?.interval ?? 0, isFirst });
  }

  #refresh(session: SessionTimer): void {
    const { description, leg } = session;
    if (session.updates) return this.#update(session);
    if (description === undefined || description.fork !== leg.chosen) return this.#step(session, "gaveUp");
    session.patience = PATIENCE;
    // an offer is open, which may well refresh it
    if (leg.state !== "established") return this.#step(session, "refused");
    session.out = "invite";
    const { body, contentType } = description;
    this.#perform(leg, { ...blankReport, signal: "offer", body, contentType });
  }

  /** A refresh had a final response, or the status stands for it: what is to be done (section 10). */
  #failed(session: SessionTimer, status: number): void {
    if (status === 408 || status === 481) return this.#step(session, "lost");
    if (status === 422 && session.state === "refreshing") {
      if (this.#grow(session)) return this.#refresh(session);
      return this.#step(session, "gaveUp");
    }
    session.tries++;
    session.patience = this.#patience(session, status);
    const isLast = session.tries >= TRIES || this.#context.now + session.patience >= lastMoment(session);
    this.#step(session, isLast ? "gaveUp" : "refused");
  }

  #patience({ leg }: SessionTimer, status: number): Millis {
    if (status === 491) return this.#timers.backOff(leg);
    const value = sip.value(HEADER_RETRY_AFTER);
    const read = value === 0 ? undefined : headers.retryAfter(value);
    return read !== undefined && "seconds" in read ? 1_000 * read.seconds : PATIENCE;
  }

  #grow(session: SessionTimer): boolean {
    const policy = this.#policy;
    const asked = Math.max(session.interval, session.minimum) || Math.max(policy.interval, policy.minimum);
    const minimum = minimumOfWindow();
    if (session.tries >= TRIES || minimum <= asked || minimum > LONGEST_MINIMUM) return false;
    session.tries++;
    session.minimum = minimum;
    session.interval = minimum;
    return true;
  }

  #wait(session: SessionTimer, waiting: Report | undefined): void {
    this.#kept += sizeOf(waiting) - sizeOf(session.waiting);
    session.waiting = waiting;
  }

  #forgetDescription(session: SessionTimer): void {
    this.#kept -= session.description?.body.length ?? 0;
    session.description = undefined;
  }
}

/** Section 10: when the session is given up if nothing has refreshed it by then. */
function lastMoment({ expires, interval }: SessionTimer): Millis {
  return expires - Math.min(LEAD, 1_000 * interval / 3);
}

/** Whether a refresh of ours will have to repeat what we said last: who knows no UPDATE can be asked by re-INVITE alone. */
function wantsDescription({ asked, session }: SipLeg): boolean {
  if (session !== undefined && session.state !== "off") {
    return !session.updates && session.state !== "watching" && session.state !== "over";
  }
  if (asked === undefined || asked.interval === 0 || asked.updates) return false;
  return !asked.supports || asked.refresher === "uas";
}

function sizeOf(waiting: Report | undefined): number {
  return waiting?.body instanceof Uint8Array ? waiting.body.length : 0;
}
