// The browser that calls: OFFER, then OK to the ANSWER, and after the hold time SHUTDOWN.

import type { Arena, Span } from "./arena.ts";
import { type Calls, NEAR, TIMER, VANISHING } from "./calls.ts";
import { ANSWER, ERROR, OK, type Place, PROVISIONAL, type RoapIndex, SHUTDOWN } from "./roap_index.ts";
import type { TextSender } from "./sender.ts";
import { CALL, Template } from "./template.ts";

/** Bytes of a session id that we keep. */
const ID_LIMIT = 256;

export interface RoapCallerOptions {
  readonly arena: Arena;
  readonly calls: Calls;
  readonly streams: TextSender;
  /** Session descriptions with places for the call's number. */
  readonly offer: string;
  readonly answer: string;
  /** Host part of the called URI. */
  readonly callee: string;
  /** Milliseconds. */
  readonly hold: number;
  /** The browser leaves its call, and whatever else it has, without a word. */
  vanish(call: number): void;
}

export class RoapCaller {
  readonly #arena: Arena;
  readonly #calls: Calls;
  readonly #streams: TextSender;
  readonly #hold: number;
  readonly #vanish: (call: number) => void;
  readonly #offer: Template;
  /** The ANSWER's sdp member, as strict JSON has it. */
  readonly #answer: Template;
  readonly #answerText: string;
  readonly #ok: Template;
  readonly #shutdown: Template;
  /** A SHUTDOWN before any answer has told the other side's id. */
  readonly #cancel: Template;
  readonly #first: Span;
  readonly #second: Span;

  constructor({ arena, calls, streams, offer, answer, callee, hold, vanish }: RoapCallerOptions) {
    this.#arena = arena;
    this.#calls = calls;
    this.#streams = streams;
    this.#hold = hold;
    this.#vanish = vanish;
    const id = `"offererSessionId":"c${CALL}"`;
    const to = `sip:c${CALL}@${callee}`;
    this.#offer = new Template(
      arena,
      `{"messageType":"OFFER",${id},"sdp":${
        JSON.stringify(offer)
      },"seq":1,"tieBreaker":2794015583,"to":"${to}"}`,
    );
    this.#answer = new Template(arena, JSON.stringify(answer).slice(1, -1));
    this.#answerText = answer;
    this.#ok = new Template(arena, `{"messageType":"OK",${id},"answererSessionId":"`);
    this.#shutdown = new Template(arena, `{"messageType":"SHUTDOWN",${id},"answererSessionId":"`);
    this.#cancel = new Template(arena, `{"messageType":"SHUTDOWN",${id},"seq":2}`);
    this.#first = arena.keep(`","seq":1}`);
    this.#second = arena.keep(`","seq":2}`);
  }

  start(call: number, now: number): void {
    const at = this.#streams.reserve();
    const end = this.#offer.write(at, this.#calls.numberOf(call));
    this.#streams.commit(this.#calls.stream[call]!, end - at);
    this.#calls.sent(call, now);
  }

  /** A message whose offererSessionId is this call's. */
  receive(call: number, message: RoapIndex, now: number): void {
    const state = this.#calls.near[call]!;
    switch (message.type) {
      case PROVISIONAL:
        if (state !== NEAR.calling) return;
        this.#calls.near[call] = NEAR.proceeding;
        if (this.#calls.vanishing[call] === VANISHING.whileRinging) this.#vanish(call);
        return;
      case ANSWER:
        if (state === NEAR.calling || state === NEAR.proceeding) return this.#answered(call, message, now);
        return this.#calls.fail(call, "a second ANSWER");
      case OK:
        if (state === NEAR.ending) return this.#calls.nearDone(call);
        return this.#calls.fail(call, "an OK to nothing");
      case SHUTDOWN:
        return this.#calls.fail(call, "SHUTDOWN by the relay");
      case ERROR:
        return this.#calls.fail(call, errorOf(this.#arena, message));
      default:
        return this.#calls.fail(call, "an unknown message");
    }
  }

  timer(call: number): void {
    if (this.#calls.near[call] !== NEAR.up) return;
    if (this.#calls.vanishing[call] !== VANISHING.never) return this.#vanish(call);
    this.#calls.near[call] = NEAR.ending;
    this.#send(call, this.#shutdown, this.#second);
  }

  /** Takes leave of a call that goes wrong. */
  abandon(call: number): void {
    const state = this.#calls.near[call]!;
    if (state === NEAR.up) return this.#send(call, this.#shutdown, this.#second);
    if (state > NEAR.up) return;
    const at = this.#streams.reserve();
    const end = this.#cancel.write(at, this.#calls.numberOf(call));
    this.#streams.commit(this.#calls.stream[call]!, end - at);
  }

  #answered(call: number, message: RoapIndex, now: number): void {
    const { answerer, sdp } = message;
    const length = answerer.end - answerer.start;
    if (answerer.end === 0 || length > ID_LIMIT) return this.#calls.fail(call, "an ANSWER without its id");
    this.#arena.bytes.copyWithin(this.#calls.nearSlab(call), answerer.start, answerer.end);
    this.#calls.nearLengths[3 * call] = length;
    if (!this.#isOurs(call, sdp)) {
      this.abandon(call);
      return this.#calls.fail(call, "an ANSWER with another SDP than the 200's");
    }
    this.#calls.answered(call, now);
    this.#send(call, this.#ok, this.#first);
    this.#calls.setTimer(call, TIMER.near, now + this.#hold);
  }

  #isOurs(call: number, { start, end }: Place): boolean {
    const number = this.#calls.numberOf(call);
    if (end > 0 && this.#answer.matches(start, end, number)) return true;
    // Other escapes say the same.
    return end > 0 && isSameText(`"${this.#arena.text(start, end)}"`, this.#answerText, number);
  }

  #send(call: number, head: Template, tail: Span): void {
    const { bytes } = this.#arena;
    const at = this.#streams.reserve();
    let end = head.write(at, this.#calls.numberOf(call));
    const slab = this.#calls.nearSlab(call);
    const length = this.#calls.nearLengths[3 * call]!;
    bytes.copyWithin(end, slab, slab + length);
    end += length;
    bytes.copyWithin(end, tail.start, tail.end);
    this.#streams.commit(this.#calls.stream[call]!, end + tail.end - tail.start - at);
  }
}

/** Whether a JSON string is the text of this call. */
export function isSameText(json: string, text: string, number: number): boolean {
  try {
    return JSON.parse(json) === text.replaceAll(CALL, String(number).padStart(10, "0"));
  } catch {
    return false;
  }
}

/** `ERROR 503 FAILED` */
export function errorOf(arena: Arena, { status, errorType }: RoapIndex): string {
  const text = ({ start, end }: Place) => end === 0 ? "" : ` ${arena.text(start, Math.min(end, start + 40))}`;
  return `ERROR${text(status)}${text(errorType)}`;
}
