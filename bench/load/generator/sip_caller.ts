// The SIP side that calls: INVITE until something comes back, ACK to every 200, after the hold time BYE until that is answered
// (RFC 3261 sections 12.2.1, 13.2.2.4 and 17.1). Responses name their call in the branch.

import type { Arena, Span } from "./arena.ts";
import { type Calls, NEAR, TIMER } from "./calls.ts";
import type { SipPath } from "./sip_path.ts";
import { BYE, CONTACT, INVITE, RECORD_ROUTE, type SipIndex, TO } from "./sip_index.ts";
import { T1, T2 } from "./sip_timers.ts";
import { Address, addressIn, uriIn, valuesIn } from "./sip_uri.ts";
import type { Tally } from "./tally.ts";
import { CALL, Template } from "./template.ts";

export interface SipCallerOptions {
  readonly arena: Arena;
  readonly calls: Calls;
  readonly tally: Tally;
  readonly path: SipPath;
  readonly offer: string;
  readonly answer: string;
  /** Request-URI of the INVITE, with places for the call's number and the browser's. */
  readonly target: string;
  /** URI of From, with such places. */
  readonly from: string;
  /** HOST:PORT of Via and Contact. */
  readonly address: string;
  /** What makes branches and Call-IDs of this run its own. */
  readonly run: string;
  /** Milliseconds. */
  readonly hold: number;
}

/** Lengths in a call's near slab: target, routes, To. */
const TARGET = 0;
const ROUTES = 1;
const TO_LINE = 2;

export class SipCaller {
  readonly #arena: Arena;
  readonly #calls: Calls;
  readonly #tally: Tally;
  readonly #path: SipPath;
  readonly #hold: number;
  readonly #invite: Template;
  readonly #answer: Template;
  /** What follows the target of each request, and what follows its To. */
  readonly #heads: Readonly<Record<"ack" | "refused" | "bye", Template>>;
  readonly #tails: Readonly<Record<"ack" | "bye", Template>>;
  readonly #initialTarget: Template;
  readonly #ackIs: Span;
  readonly #byeIs: Span;
  readonly #route: Span;
  readonly #lineEnd: Span;
  readonly #next = new Address();

  constructor(options: SipCallerOptions) {
    const { arena, calls, tally, path, offer, answer, target, address, run, hold } = options;
    this.#arena = arena;
    this.#calls = calls;
    this.#tally = tally;
    this.#path = path;
    this.#hold = hold;
    const via = (mark: string) =>
      `Via: SIP/2.0/${path.transport} ${address};branch=z9hG4bK${run}.c${CALL}${mark};rport\r\nMax-Forwards: 70\r\n`;
    const from = `From: <${options.from}>;tag=${run}.c${CALL}\r\n`;
    const callId = `Call-ID: ${run}.c${CALL}\r\n`;
    const contact = path.transport === "WS" ? `${address};transport=ws` : address;
    const length = offer.replaceAll(CALL, "0".repeat(10)).length;
    this.#invite = new Template(
      arena,
      `INVITE ${target} SIP/2.0\r\n${via("i")}${from}To: <${target}>\r\n${callId}CSeq: 1 INVITE\r\n` +
        `Contact: <sip:c${CALL}@${contact}>\r\nContent-Type: application/sdp\r\nContent-Length: ${length}\r\n\r\n${offer}`,
    );
    this.#answer = new Template(arena, answer);
    const head = (mark: string) => new Template(arena, ` SIP/2.0\r\n${via(mark)}${from}`);
    const tail = (cseq: string) => new Template(arena, `${callId}CSeq: ${cseq}\r\nContent-Length: 0\r\n\r\n`);
    this.#heads = { ack: head("a"), refused: head("i"), bye: head("b") };
    this.#tails = { ack: tail("1 ACK"), bye: tail("2 BYE") };
    this.#initialTarget = new Template(arena, target);
    this.#ackIs = arena.keep("ACK ");
    this.#byeIs = arena.keep("BYE ");
    this.#route = arena.keep("Route: ");
    this.#lineEnd = arena.keep("\r\n");
  }

  /** Where the call's INVITE goes stands in its nearHost and nearPort. */
  start(call: number, now: number): void {
    this.#sendInvite(call);
    this.#calls.sent(call, now);
    if (!this.#path.isReliable) this.#arm(call, now, T1);
  }

  /** A response whose branch is of this call. */
  receive(call: number, message: SipIndex, now: number): void {
    if (message.method === BYE) return this.#byeAnswered(call, message);
    if (message.method !== INVITE) return;
    const state = this.#calls.near[call]!;
    const isEarly = state === NEAR.calling || state === NEAR.proceeding;
    if (message.status < 200) {
      if (state !== NEAR.calling) return;
      this.#calls.near[call] = NEAR.proceeding;
      return this.#calls.cancelTimer(call, TIMER.near);
    }
    if (message.status >= 300) return this.#refused(call, message, isEarly);
    if (isEarly) return this.#answered(call, message, now);
    this.#tally.retransmissions.answersAgain++;
    if (state === NEAR.up || state === NEAR.ending) this.#send(call, "ack");
  }

  timer(call: number, now: number): void {
    const state = this.#calls.near[call]!;
    if (state === NEAR.calling) {
      this.#tally.retransmissions.invites++;
      this.#sendInvite(call);
      return this.#arm(call, now, 2 * this.#calls.nearInterval[call]!);
    }
    if (state === NEAR.up) {
      this.#calls.near[call] = NEAR.ending;
      this.#send(call, "bye");
      return this.#path.isReliable ? undefined : this.#arm(call, now, T1);
    }
    if (state !== NEAR.ending) return;
    this.#tally.retransmissions.byes++;
    this.#send(call, "bye");
    this.#arm(call, now, Math.min(2 * this.#calls.nearInterval[call]!, T2));
  }

  /** Takes leave of a call that goes wrong. Before its answer that is silence: the other side runs into its own timers. */
  abandon(call: number): void {
    if (this.#calls.near[call] === NEAR.up) this.#send(call, "bye");
  }

  #answered(call: number, message: SipIndex, now: number): void {
    if (!this.#keepDialog(call, message)) {
      return this.#calls.fail(call, "a 200 whose dialog we cannot follow");
    }
    this.#send(call, "ack");
    if (!this.#answer.matches(message.bodyStart, message.end, this.#calls.numberOf(call))) {
      this.#send(call, "bye");
      return this.#calls.fail(call, "a 200 with another SDP than the ANSWER's");
    }
    this.#calls.answered(call, now);
    this.#calls.setTimer(call, TIMER.near, now + this.#hold);
  }

  /** RFC 3261 section 17.1.1.3: the ACK to a refusal is part of the INVITE's transaction. */
  #refused(call: number, message: SipIndex, isEarly: boolean): void {
    const number = this.#calls.numberOf(call);
    const to = message.find(TO);
    const at = this.#path.reserve();
    let end = this.#initialTarget.write(this.#copy(at, this.#ackIs), number, this.#calls.stream[call]!);
    end = this.#heads.refused.write(end, number, this.#calls.stream[call]!);
    if (to >= 0) end = this.#copy(end, { start: message.starts[to]!, end: message.ends[to]! });
    end = this.#tails.ack.write(end, number);
    this.#path.commit(call, end - at);
    if (isEarly) this.#calls.fail(call, `SIP ${message.status}`);
  }

  #byeAnswered(call: number, { status }: SipIndex): void {
    if (status < 200 || this.#calls.near[call] !== NEAR.ending) return;
    if (status < 300) return this.#calls.nearDone(call);
    this.#calls.fail(call, `SIP ${status} to BYE`);
  }

  /** Target, route set and To of the 200. False: more than we can keep, or nothing to keep. */
  #keepDialog(call: number, message: SipIndex): boolean {
    const { bytes } = this.#arena;
    const contact = message.find(CONTACT);
    const to = message.find(TO);
    if (contact < 0 || to < 0) return false;
    const uri = uriIn(bytes, message.values[contact]!, message.ends[contact]!);
    const slab = this.#calls.nearSlab(call);
    const limit = slab + this.#calls.slab;
    if (message.bodyStart - message.starts[0]! > this.#calls.slab / 2) return false;
    let end = this.#copy(slab, uri);
    this.#calls.nearLengths[3 * call + TARGET] = end - slab;
    let first: Span = uri;
    const routes = end;
    for (let i = message.lines - 1; i >= 0; i--) {
      if (message.kinds[i] !== RECORD_ROUTE) continue;
      for (const value of valuesIn(bytes, message.values[i]!, message.ends[i]!).reverse()) {
        if (end === routes) first = uriIn(bytes, value.start, value.end);
        end = this.#copy(this.#copy(this.#copy(end, this.#route), value), this.#lineEnd);
        if (end > limit) return false;
      }
    }
    this.#calls.nearLengths[3 * call + ROUTES] = end - routes;
    const last = this.#copy(end, { start: message.starts[to]!, end: message.ends[to]! });
    this.#calls.nearLengths[3 * call + TO_LINE] = last - end;
    if (!this.#path.isReliable && addressIn(bytes, first, this.#next)) {
      this.#calls.nearHost[call] = this.#next.host;
      this.#calls.nearPort[call] = this.#next.port;
    }
    return last <= limit;
  }

  #sendInvite(call: number): void {
    const at = this.#path.reserve();
    const end = this.#invite.write(at, this.#calls.numberOf(call), this.#calls.stream[call]!);
    this.#path.commit(call, end - at);
  }

  #send(call: number, method: "ack" | "bye"): void {
    const number = this.#calls.numberOf(call);
    const slab = this.#calls.nearSlab(call);
    const lengths = this.#calls.nearLengths;
    const target = slab + lengths[3 * call + TARGET]!;
    const routes = target + lengths[3 * call + ROUTES]!;
    const at = this.#path.reserve();
    let end = this.#copy(at, method === "ack" ? this.#ackIs : this.#byeIs);
    end = this.#copy(end, { start: slab, end: target });
    end = this.#heads[method].write(end, number, this.#calls.stream[call]!);
    // Route, then To: as they lie in the slab.
    end = this.#copy(end, { start: target, end: routes + lengths[3 * call + TO_LINE]! });
    end = this.#tails[method].write(end, number);
    this.#path.commit(call, end - at);
  }

  #arm(call: number, now: number, interval: number): void {
    this.#calls.nearInterval[call] = interval;
    this.#calls.setTimer(call, TIMER.near, now + interval);
  }

  #copy(at: number, { start, end }: Span): number {
    this.#arena.bytes.copyWithin(at, start, end);
    return at + end - start;
  }
}
