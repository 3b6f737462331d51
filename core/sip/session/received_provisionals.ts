// Takes the reliable provisional responses that a leg receives through their table and performs its effects (RFC 3262 section 4).

import { HEADER_REQUIRE, HEADER_RSEQ } from "../../../wasm/assembly/codes.ts";
import { sip } from "../../../wasm/sip.ts";
import type { Context } from "../../context.ts";
import type { Owed, Report } from "../../leg.ts";
import { cellOf } from "../../machine/table.ts";
import type { ClientRequest } from "../client_request.ts";
import type { SipLeg } from "./leg.ts";
import type { LegRequests } from "./leg_requests.ts";
import {
  type ReceivedEffect,
  type ReceivedEvent,
  type ReceivedProvisional,
  receivedProvisional,
} from "./received_provisional.ts";

export interface ReceivedProvisionalUser {
  /** The response in the window is the next in order. `owed`: what is to be said to it. */
  provisional(leg: SipLeg, fork: number, owed: Owed): void;
  /** What was taken has its PRACK, and that is answered. */
  settled(leg: SipLeg, fork: number): void;
}

/** Bytes of descriptions that may be kept for a 2xx without one, in all. */
const keptLimit = 16 * 1024 * 1024;

export class ReceivedProvisionals {
  readonly #context: Context;
  readonly #sending: LegRequests;
  readonly #user: ReceivedProvisionalUser;
  #kept = 0;
  /** RSeq of the response in the window. */
  #rseq = 0;
  /** What the call says to it. */
  #wish: Report | undefined;

  constructor(options: { context: Context; sending: LegRequests; user: ReceivedProvisionalUser }) {
    this.#context = options.context;
    this.#sending = options.sending;
    this.#user = options.user;
  }

  /** Takes the provisional response in the window. False: it is not reliable. */
  take(leg: SipLeg, fork: number): boolean {
    const rseq = rseqOfWindow();
    if (rseq < 0) return false;
    const known = leg.forks[fork]!.received;
    const isFirst = known === undefined || known.inviteSeq !== sip.cseq;
    // section 4: what comes again has its PRACK, or will have it; what overtook another comes again
    if (!isFirst && rseq !== known.rseq + 1) return true;
    const received = isFirst ? this.#create(leg, fork) : known;
    this.#rseq = rseq;
    this.#step(received, sip.body !== 0 && leg.asks ? "offer" : "provisional");
    return true;
  }

  /** The call has taken the last one, and an offer's answer is in its wish. */
  taken(leg: SipLeg, wish: Report): void {
    const received = leg.forks[wish.fork]?.received;
    if (received === undefined) return this.#user.settled(leg, wish.fork);
    this.#wish = wish;
    this.#step(received, "doTaken");
    this.#wish = undefined;
  }

  /** A PRACK has its final response, in the window. */
  answered(leg: SipLeg, request: ClientRequest): void {
    const fork = leg.forks.findIndex(({ received }) => received?.prack === request);
    if (fork < 0) return;
    leg.forks[fork]!.received!.prack = undefined;
    if (sip.status < 300) this.#user.settled(leg, fork);
  }

  /** The INVITE has its final response. */
  end(leg: SipLeg): void {
    for (const { received } of leg.forks) {
      if (received === undefined) continue;
      this.#step(received, "over");
      this.#keep(received, undefined);
    }
  }

  /** The other end has described itself anew, while its early dialog lasts. */
  describe(leg: SipLeg, fork: number, description: Uint8Array): void {
    const received = leg.forks[fork]?.received;
    if (received !== undefined && received.state !== "over") this.#keep(received, description);
  }

  #keep(received: ReceivedProvisional, description: Uint8Array | undefined): void {
    this.#kept -= received.description?.length ?? 0;
    const fits = description !== undefined && this.#kept + description.length <= keptLimit;
    received.description = fits ? description : undefined;
    this.#kept += received.description?.length ?? 0;
  }

  timeout(received: ReceivedProvisional, kind: string): void {
    received.waitTimer = 0;
    this.#step(received, kind as ReceivedEvent);
  }

  #create(leg: SipLeg, fork: number): ReceivedProvisional {
    return leg.forks[fork]!.received = {
      type: "early",
      part: "received",
      leg,
      fork,
      state: "acknowledged",
      inviteSeq: sip.cseq,
      rseq: 0,
      isAgreed: false,
      isDescribed: false,
      prack: undefined,
      description: undefined,
      waitTimer: 0,
    };
  }

  #step(received: ReceivedProvisional, event: ReceivedEvent): void {
    const { state } = received;
    const cell = cellOf(receivedProvisional, { state, event, name: "Received provisional response" });
    if (cell === undefined) return;
    received.state = cell[0];
    for (let at = 1; at < cell.length; at++) this.#effect(received, cell[at] as ReceivedEffect);
  }

  #effect(received: ReceivedProvisional, effect: ReceivedEffect): void {
    const { leg, fork } = received;
    const { now, wheel } = this.#context;
    switch (effect) {
      case "note":
        received.rseq = this.#rseq;
        received.isDescribed = sip.body !== 0;
        if (sip.body !== 0 && !leg.asks) this.#keep(received, sip.bytes(sip.body));
        return;
      case "startWait":
        received.waitTimer = wheel.schedule(now + leg.patience, received, "noWord");
        return;
      case "stopWait":
        wheel.cancel(received.waitTimer);
        received.waitTimer = 0;
        return;
      case "waitNoMore":
        leg.patience = 0;
        return;
      case "sendPrack": {
        if (this.#wish?.body !== undefined) leg.asks = false;
        const request = this.#sending.prack(leg, received, this.#wish);
        if (this.#wish !== undefined) received.prack = request;
        received.isAgreed ||= received.isDescribed;
        return;
      }
      case "report":
        return this.#user.provisional(leg, fork, received.state === "offered" ? "answer" : "acknowledgement");
      case "reportSettled":
        return this.#user.settled(leg, fork);
      default:
        return effect satisfies never;
    }
  }
}

/** RSeq of the response in the window, -1 = it is not reliable. */
function rseqOfWindow(): number {
  const value = sip.value(HEADER_RSEQ);
  if (value === 0 || !sip.lists(HEADER_REQUIRE, "100rel")) return -1;
  const text = sip.text(value);
  return /^\d{1,10}$/.test(text) ? Number(text) : -1;
}
