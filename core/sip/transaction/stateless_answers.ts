// Answers without a transaction (RFC 3261 section 8.2.7): to what is faulty, and to what overload turns away. The same each time, and nothing is kept of them
// but a number where a repeat must not fare better.

import {
  FAULT_METHOD_MISMATCH,
  METHOD_BYE,
  METHOD_CANCEL,
  METHOD_OTHER,
} from "../../../wasm/assembly/codes.ts";
import { faultStatus, faultText } from "../../../wasm/codec.ts";
import { sip } from "../../../wasm/sip.ts";
import type { Context } from "../../context.ts";
import { keySum } from "../../key_sum.ts";
import { allowLine } from "../allow.ts";
import type { Arrival } from "../arrival.ts";
import { responseHop } from "../response_hop.ts";
import { Refusals } from "./refusals.ts";
import { type Response, responseBytes, statelessTag, taggedTo } from "./response.ts";

/** A response has to have a To, even when its request had none. */
const MISSING_TO = "<sip:missing.invalid>";
/** Seconds in which those whom overload has turned away are to come back, spread over them. */
const SPREAD = 10;

export class StatelessAnswers {
  readonly #context: Context;
  readonly #tagSeed: number;
  /** Another one: tags are seen, and tell the seed to whoever works it out. */
  readonly #refusalSeed: number;
  readonly #refusals = new Refusals();

  constructor(context: Context) {
    this.#context = context;
    this.#tagSeed = context.random.uint32();
    this.#refusalSeed = context.random.uint32();
  }

  /** Answers the faulty request in the window, or drops it when it cannot be answered. Nothing of it is kept. */
  refuse(arrival: Arrival, fault: number): void {
    const status = faultStatus(fault);
    if (!sip.answerable || status === 0) return;
    if (fault === FAULT_METHOD_MISMATCH && sip.method === METHOD_OTHER) {
      return this.answer(arrival, { status: 501, lines: [allowLine] });
    }
    this.answer(arrival, { status, reason: faultText(fault) });
  }

  /** Answers the request in the window for a reason of the transport's, or drops it when it is an ACK. Nothing of it is kept. */
  reject(arrival: Arrival, response: Response): void {
    if (sip.answerable) this.answer(arrival, response);
  }

  /**
   * Turns the request in the window away if there is no time for it, at the price of one response. What belongs to a call always passes: a request
   * inside a dialog, CANCEL, BYE, and what this relay sends to itself. A request with priority (RFC 4412) will have its exception here.
   */
  sheds(key: string, arrival: Arrival): boolean {
    const { admission, now } = this.#context;
    if (admission === undefined || arrival.transport === "loop" || sip.toTag !== 0) return false;
    if (sip.method === METHOD_CANCEL || sip.method === METHOD_BYE) return false;
    const isFirst = this.#refusals.isEmpty(now);
    if (isFirst && admission.admits()) return false;
    const sum = keySum(key, this.#refusalSeed);
    if (!isFirst && !this.#refusals.has(sum, now) && admission.admits()) return false;
    this.#refusals.add(sum, now);
    const lines = [`Retry-After: ${1 + Math.floor(sum / 2 ** 32) % SPREAD}`];
    this.#answer(arrival, { status: 503, lines }, this.#sumOf(key));
    return true;
  }

  /** Answers the request in the window and keeps nothing; its repeats get the same answer. */
  answer(arrival: Arrival, response: Response): void {
    this.#answer(arrival, response, this.#sumOf(sip.serverKey()));
  }

  /** The To tag of an answer to the request with this key: the same for each of its repeats. With our mark: the ACK to it is nobody else's. */
  tagOf(key: string): string {
    return this.#tagOf(this.#sumOf(key));
  }

  #sumOf(key: string): number {
    return keySum(key, this.#tagSeed);
  }

  #answer(arrival: Arrival, response: Response, sum: number): void {
    const { status } = response;
    const tag = this.#tagOf(sum);
    const kept = sip.responseLines(arrival.host, arrival.port);
    const original = (sip.to & 0xffff) === 0 ? MISSING_TO : sip.text(sip.to);
    const to = taggedTo(original, { toHasTag: sip.toTag !== 0, status, tag });
    const bytes = responseBytes(response, { kept, to });
    this.#context.outputs.push({ type: "sip", hop: responseHop(arrival), bytes, transaction: "", call: 0 });
  }

  #tagOf(sum: number): string {
    return (this.#context.mark ?? "") + statelessTag(sum);
  }
}
