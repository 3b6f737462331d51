// Takes the reliable provisional responses that a leg sends through their table and performs its effects (RFC 3262 section 3).

import { HEADER_RACK } from "../../../wasm/assembly/codes.ts";
import { isMalformed } from "../../../wasm/headers/cursor.ts";
import { headers } from "../../../wasm/header.ts";
import { sip } from "../../../wasm/sip.ts";
import type { Context } from "../../context.ts";
import { cellOf } from "../../machine/table.ts";
import { allowLine, requireReliableLine } from "../allow.ts";
import type { Fork, SipLeg } from "./leg.ts";
import type { Response } from "../transaction/response.ts";
import {
  queueLimit,
  type SentEffect,
  type SentEvent,
  type SentProvisional,
  sentProvisional,
} from "./sent_provisional.ts";
import { T1 } from "../transaction/timers.ts";
import type { Transactions } from "../transaction/transactions.ts";

/** RSeqs begin below this, so that no call comes to their end, 2³² − 1. */
const firstLimit = 0x7fffffff;

export interface SentProvisionalUser {
  /** The response that was out has its PRACK. */
  acknowledged(leg: SipLeg): void;
  /** No PRACK came in 64·T1: the INVITE has to be refused with a 5xx. */
  unacknowledged(leg: SipLeg): void;
}

export class SentProvisionals {
  readonly #context: Context;
  readonly #transactions: Transactions;
  readonly #user: SentProvisionalUser;
  /** What `send` was given. */
  #response: Response | undefined;

  constructor(options: { context: Context; transactions: Transactions; user: SentProvisionalUser }) {
    this.#context = options.context;
    this.#transactions = options.transactions;
    this.#user = options.user;
  }

  /** Sends a provisional response of a fork, its body owned, or keeps it until those before it have their PRACKs. */
  send(leg: SipLeg, fork: number, response: Response): void {
    this.#response = response;
    this.#step(leg.forks[fork]!.sent ??= this.#create(leg, fork), "doSend");
    this.#response = undefined;
  }

  /** Whether a 2xx in this fork has to wait: a description that is out, or about to, lacks its PRACK. */
  holds(leg: SipLeg, fork: number): boolean {
    const responses = leg.forks[fork]?.sent?.responses;
    return responses !== undefined && responses.some(({ body }) => body !== undefined);
  }

  /** Whether the PRACK in the window is for what is out in its fork, which has not had one yet. */
  expects(leg: SipLeg, { sent }: Fork): boolean {
    const value = sip.value(HEADER_RACK);
    if (sent === undefined || sent.acknowledged === sent.rseq || value === 0) return false;
    const rack = headers.rack(value);
    return !isMalformed(rack) && rack.rseq === sent.rseq && rack.cseq === leg.inviteSeq &&
      rack.method === "INVITE";
  }

  /** A PRACK that was expected. */
  prack({ sent }: Fork): void {
    if (sent === undefined) return;
    sent.acknowledged = sent.rseq;
    if (sent.responses[0]?.body !== undefined) sent.isAgreed = true;
    this.#step(sent, "prack");
  }

  /** The INVITE has its final response: nothing is repeated any more. */
  end(leg: SipLeg): void {
    for (const { sent } of leg.forks) if (sent !== undefined) this.#step(sent, "over");
  }

  timeout(sent: SentProvisional, kind: string): void {
    this.#step(sent, kind as SentEvent);
  }

  #create(leg: SipLeg, fork: number): SentProvisional {
    return {
      type: "early",
      part: "sent",
      leg,
      fork,
      state: "quiet",
      rseq: this.#context.random.uint32() % firstLimit,
      acknowledged: -1,
      isAgreed: false,
      responses: [],
      interval: T1,
      repeatTimer: 0,
      endTimer: 0,
    };
  }

  #step(sent: SentProvisional, event: SentEvent): void {
    const cell = cellOf(sentProvisional, { state: sent.state, event, name: "Reliable provisional response" });
    if (cell === undefined) return;
    sent.state = cell[0];
    for (let at = 1; at < cell.length; at++) this.#effect(sent, cell[at] as SentEffect);
  }

  #effect(sent: SentProvisional, effect: SentEffect): void {
    const { now, wheel } = this.#context;
    const { responses } = sent;
    switch (effect) {
      case "send": {
        const lines = [allowLine, requireReliableLine, `RSeq: ${++sent.rseq}`];
        responses[0] = { ...this.#response!, lines };
        return this.#write(sent);
      }
      case "queue":
        responses[Math.min(responses.length, queueLimit)] = this.#response!;
        return;
      case "sendAgain":
        return this.#write(sent);
      case "startTimers":
        sent.interval = T1;
        sent.repeatTimer = wheel.schedule(now + T1, sent, "repeat");
        sent.endTimer = wheel.schedule(now + 64 * T1, sent, "noPrack");
        return;
      case "restart":
        // section 3: without T2's cap
        sent.interval *= 2;
        sent.repeatTimer = wheel.schedule(now + sent.interval, sent, "repeat");
        return;
      case "stopTimers":
        wheel.cancel(sent.repeatTimer);
        wheel.cancel(sent.endTimer);
        sent.repeatTimer = sent.endTimer = 0;
        return;
      case "drop":
        responses.length = 0;
        return;
      case "sendNext":
        responses.shift();
        // a 2xx that waits says more than whatever is left
        if (sent.leg.state === "held") responses.length = 0;
        if (responses.length > 0) this.send(sent.leg, sent.fork, responses.shift()!);
        return;
      case "tellAcknowledged":
        return this.#user.acknowledged(sent.leg);
      case "tellUnacknowledged":
        return this.#user.unacknowledged(sent.leg);
      default:
        return effect satisfies never;
    }
  }

  #write({ leg, responses }: SentProvisional): void {
    if (leg.invite !== undefined) this.#transactions.respond(leg.invite, responses[0]!);
  }
}
