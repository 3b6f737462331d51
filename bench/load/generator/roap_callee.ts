// The browser that is called: ANSWER to the OFFER after a while, OK to the SHUTDOWN.

import type { Arena, Span } from "./arena.ts";
import { type Calls, FAR, NEAR, TIMER } from "./calls.ts";
import { errorOf, isSameText } from "./roap_caller.ts";
import { ERROR, OK, type RoapIndex, SHUTDOWN } from "./roap_index.ts";
import type { TextSender } from "./sender.ts";
import { CALL, Template } from "./template.ts";

const ID_LIMIT = 256;

export interface RoapCalleeOptions {
  readonly arena: Arena;
  readonly calls: Calls;
  readonly streams: TextSender;
  readonly offer: string;
  readonly answer: string;
  /** Milliseconds. */
  readonly answerDelay: number;
}

export class RoapCallee {
  readonly #arena: Arena;
  readonly #calls: Calls;
  readonly #streams: TextSender;
  readonly #answerDelay: number;
  readonly #offer: Template;
  readonly #offerText: string;
  readonly #answerIs: Span;
  readonly #answer: Template;
  readonly #okIs: Span;
  readonly #ok: Template;
  readonly #end: Span;

  constructor({ arena, calls, streams, offer, answer, answerDelay }: RoapCalleeOptions) {
    this.#arena = arena;
    this.#calls = calls;
    this.#streams = streams;
    this.#answerDelay = answerDelay;
    this.#offer = new Template(arena, JSON.stringify(offer).slice(1, -1));
    this.#offerText = offer;
    const id = `,"answererSessionId":"c${CALL}"`;
    this.#answerIs = arena.keep(`{"messageType":"ANSWER","offererSessionId":"`);
    this.#answer = new Template(arena, `"${id},"sdp":${JSON.stringify(answer)},"seq":1}`);
    this.#okIs = arena.keep(`{"messageType":"OK","offererSessionId":"`);
    this.#ok = new Template(arena, `"${id},"seq":`);
    this.#end = arena.keep("}");
  }

  /** An OFFER from this call's caller. */
  offered(call: number, stream: number, { offerer, sdp }: RoapIndex, now: number): void {
    if (this.#calls.stream[call] !== stream) return this.#calls.fail(call, "an OFFER to the wrong browser");
    if (this.#calls.far[call] !== FAR.idle) return this.#calls.fail(call, "a second OFFER");
    const length = offerer.end - offerer.start;
    if (offerer.end === 0 || length > ID_LIMIT) return this.#calls.fail(call, "an OFFER without its id");
    const number = this.#calls.numberOf(call);
    const isOurs = this.#offer.matches(sdp.start, sdp.end, number) ||
      isSameText(`"${this.#arena.text(sdp.start, sdp.end)}"`, this.#offerText, number);
    if (!isOurs) return this.#calls.fail(call, "an OFFER with another SDP than the INVITE's");
    this.#arena.bytes.copyWithin(this.#calls.farSlab(call), offerer.start, offerer.end);
    this.#calls.farLength[call] = length;
    this.#calls.far[call] = FAR.ringing;
    this.#calls.farSince[call] = now;
    if (this.#answerDelay === 0) this.timer(call, now);
    else this.#calls.setTimer(call, TIMER.far, now + this.#answerDelay);
  }

  /** A message whose answererSessionId is this call's. */
  receive(call: number, message: RoapIndex): void {
    switch (message.type) {
      case OK:
        if (this.#calls.far[call] === FAR.answered) this.#calls.far[call] = FAR.confirmed;
        else this.#calls.fail(call, "an OK to nothing");
        return;
      case SHUTDOWN:
        return this.#shutDown(call, message);
      case ERROR:
        return this.#calls.fail(call, `${errorOf(this.#arena, message)} to the called browser`);
      default:
        return this.#calls.fail(call, "an unknown message");
    }
  }

  timer(call: number, now: number): void {
    if (this.#calls.far[call] !== FAR.ringing) return;
    this.#calls.far[call] = FAR.answered;
    this.#calls.farSpent[call] = now - this.#calls.farSince[call]!;
    const at = this.#streams.reserve();
    const slab = this.#calls.farSlab(call);
    const end = this.#answer.write(
      this.#copy(this.#copy(at, this.#answerIs), { start: slab, end: slab + this.#calls.farLength[call]! }),
      this.#calls.numberOf(call),
    );
    this.#streams.commit(this.#calls.stream[call]!, end - at);
  }

  #shutDown(call: number, { offerer, seq }: RoapIndex): void {
    const at = this.#streams.reserve();
    const ids = this.#ok.write(
      this.#copy(this.#copy(at, this.#okIs), offerer),
      this.#calls.numberOf(call),
    );
    const end = this.#copy(this.#copy(ids, seq), this.#end);
    this.#streams.commit(this.#calls.stream[call]!, end - at);
    // The caller's BYE may have been answered before we are told.
    if (this.#calls.near[call]! < NEAR.ending) return this.#calls.fail(call, "SHUTDOWN by the relay");
    if (this.#calls.far[call] !== FAR.confirmed) return this.#calls.fail(call, "SHUTDOWN before the OK");
    this.#calls.farDone(call);
  }

  #copy(at: number, { start, end }: Span): number {
    this.#arena.bytes.copyWithin(at, start, end);
    return at + end - start;
  }
}
