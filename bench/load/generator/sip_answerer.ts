// The SIP side that is called: 180 and 200 to the INVITE, both again until they are understood, 200 to the BYE
// (RFC 3261 sections 13.3.1.4 and 17.2). Requests name their call in the Request-URI.

import type { Arena, Span } from "./arena.ts";
import { type Calls, FAR, NEAR, TIMER } from "./calls.ts";
import type { DatagramSender } from "./sender.ts";
import { ACK, BYE, CANCEL, INVITE, type SipIndex } from "./sip_index.ts";
import { keptLength, writeKept } from "./sip_response.ts";
import { T1, T2, TIMEOUT } from "./sip_timers.ts";
import type { Tally } from "./tally.ts";
import { CALL, Template } from "./template.ts";

export interface SipAnswererOptions {
  readonly arena: Arena;
  readonly calls: Calls;
  readonly tally: Tally;
  readonly udp: DatagramSender;
  /** What has to arrive; undefined: the target writes its own. */
  readonly offer: string | undefined;
  readonly answer: string;
  /** Our own address: HOST:PORT. */
  readonly address: string;
  /** Milliseconds. */
  readonly answerDelay: number;
}

/** Whom a datagram came from. */
export interface Source {
  host: number;
  port: number;
}

export class SipAnswerer {
  readonly #arena: Arena;
  readonly #calls: Calls;
  readonly #tally: Tally;
  readonly #udp: DatagramSender;
  readonly #answerDelay: number;
  readonly #offer: Template | undefined;
  readonly #ringing: Span;
  readonly #ok: Span;
  readonly #gone: Span;
  readonly #cancelled: Span;
  readonly #empty: Span;
  readonly #contact: Template;
  readonly #tag: Template;
  readonly #body: Template;

  constructor({ arena, calls, tally, udp, offer, answer, address, answerDelay }: SipAnswererOptions) {
    this.#arena = arena;
    this.#calls = calls;
    this.#tally = tally;
    this.#udp = udp;
    this.#answerDelay = answerDelay;
    this.#offer = offer === undefined ? undefined : new Template(arena, offer);
    this.#ringing = arena.keep("SIP/2.0 180 Ringing\r\n");
    this.#ok = arena.keep("SIP/2.0 200 OK\r\n");
    this.#gone = arena.keep("SIP/2.0 481 Call/Transaction Does Not Exist\r\n");
    this.#cancelled = arena.keep("SIP/2.0 487 Request Terminated\r\n");
    this.#empty = arena.keep("Content-Length: 0\r\n\r\n");
    this.#contact = new Template(arena, `Contact: <sip:c${CALL}@${address}>\r\n`);
    this.#tag = new Template(arena, `;tag=a${CALL}`);
    const length = answer.replaceAll(CALL, "0".repeat(10)).length;
    this.#body = new Template(
      arena,
      `Content-Type: application/sdp\r\nContent-Length: ${length}\r\n\r\n${answer}`,
    );
  }

  /** A request whose Request-URI carries this number; `call` is -1 when that call is over. */
  receive(call: number, number: number, message: SipIndex, from: Source, now: number): void {
    switch (message.method) {
      case INVITE:
        if (call < 0) return this.#respond(this.#gone, number, message, from);
        if (this.#calls.far[call] === FAR.idle) return this.#invited(call, number, message, from, now);
        this.#tally.retransmissions.invitesAgain++;
        return this.#repeat(call);
      case ACK:
        if (call >= 0 && this.#calls.far[call] === FAR.answered) {
          this.#calls.far[call] = FAR.confirmed;
          this.#calls.cancelTimer(call, TIMER.far);
        }
        return;
      case BYE:
        return this.#ended(call, number, message, from);
      case CANCEL:
        this.#respond(call < 0 ? this.#gone : this.#ok, number, message, from);
        if (call < 0 || this.#calls.far[call] !== FAR.ringing) return;
        this.#send(call, this.#cancelled);
        // a browser that vanished while it rang
        if (this.#calls.near[call] === NEAR.done) return this.#calls.farDone(call);
        return this.#calls.fail(call, "cancelled by the relay");
      default:
        return this.#respond(this.#gone, number, message, from);
    }
  }

  timer(call: number, now: number): void {
    const state = this.#calls.far[call];
    if (state === FAR.ringing) return this.#answer(call, now);
    if (state !== FAR.answered) return;
    if (now >= this.#calls.farUntil[call]!) return this.#calls.fail(call, "no ACK to the 200");
    this.#tally.retransmissions.answers++;
    this.#sendAnswer(call);
    this.#arm(call, now, Math.min(2 * this.#calls.farInterval[call]!, T2));
  }

  #invited(call: number, number: number, message: SipIndex, from: Source, now: number): void {
    if (this.#offer?.matches(message.bodyStart, message.end, number) === false) {
      return this.#calls.fail(call, "an INVITE with another SDP than the OFFER's");
    }
    const slab = this.#calls.farSlab(call);
    if (keptLength(message) + this.#tag.length + this.#contact.length > this.#calls.slab) {
      return this.#calls.fail(call, "an INVITE whose head is too long");
    }
    const end = writeKept(this.#arena.bytes, slab, message, (at) => this.#tag.write(at, number));
    this.#calls.farLength[call] = this.#contact.write(end, number) - slab;
    this.#calls.farHost[call] = from.host;
    this.#calls.farPort[call] = from.port;
    this.#calls.farSince[call] = now;
    this.#calls.far[call] = FAR.ringing;
    this.#send(call, this.#ringing);
    if (this.#answerDelay === 0) this.#answer(call, now);
    else this.#calls.setTimer(call, TIMER.far, now + this.#answerDelay);
  }

  #answer(call: number, now: number): void {
    this.#calls.far[call] = FAR.answered;
    this.#calls.farSpent[call] = now - this.#calls.farSince[call]!;
    this.#calls.farUntil[call] = now + TIMEOUT;
    this.#sendAnswer(call);
    this.#arm(call, now, T1);
  }

  #arm(call: number, now: number, interval: number): void {
    this.#calls.farInterval[call] = interval;
    this.#calls.setTimer(call, TIMER.far, now + interval);
  }

  #repeat(call: number): void {
    if (this.#calls.far[call] === FAR.ringing) this.#send(call, this.#ringing);
    else if (this.#calls.far[call] === FAR.answered) this.#sendAnswer(call);
  }

  /** Whatever became of the call, a BYE is answered: its first answer may be lost. */
  #ended(call: number, number: number, message: SipIndex, from: Source): void {
    this.#respond(this.#ok, number, message, from);
    if (call < 0 || this.#calls.far[call] === FAR.done) {
      this.#tally.retransmissions.byesAgain++;
      return;
    }
    const state = this.#calls.near[call];
    if (state !== NEAR.ending && state !== NEAR.done) return this.#calls.fail(call, "BYE by the relay");
    // An ACK that was lost, or overtaken, does no harm now.
    if (this.#calls.far[call]! < FAR.answered) return this.#calls.fail(call, "BYE before the 200");
    this.#calls.farDone(call);
  }

  #sendAnswer(call: number): void {
    const at = this.#udp.reserve();
    const end = this.#body.write(this.#head(at, call, this.#ok), this.#calls.numberOf(call));
    this.#udp.commit(end - at, this.#calls.farHost[call]!, this.#calls.farPort[call]!);
  }

  #send(call: number, status: Span): void {
    const at = this.#udp.reserve();
    const end = this.#copy(this.#head(at, call, status), this.#empty);
    this.#udp.commit(end - at, this.#calls.farHost[call]!, this.#calls.farPort[call]!);
  }

  /** To a request as it stands, whatever we know of its call. */
  #respond(status: Span, number: number, message: SipIndex, from: Source): void {
    if (keptLength(message) > this.#calls.slab) return;
    const at = this.#udp.reserve();
    const head = this.#copy(at, status);
    const lines = writeKept(this.#arena.bytes, head, message, (to) => this.#tag.write(to, number));
    this.#udp.commit(this.#copy(lines, this.#empty) - at, from.host, from.port);
  }

  #head(at: number, call: number, status: Span): number {
    const slab = this.#calls.farSlab(call);
    return this.#copy(this.#copy(at, status), { start: slab, end: slab + this.#calls.farLength[call]! });
  }

  #copy(at: number, { start, end }: Span): number {
    this.#arena.bytes.copyWithin(at, start, end);
    return at + end - start;
  }
}
