// The intermediate message: what the last read of either dialect found, in one shape, and what it is in the other dialect.

import * as layout from "./assembly/envelope_layout.ts";
import { FLAG_MORE_COMING, FLAG_SEQ } from "./assembly/codes.ts";
import { ENVELOPE } from "./assembly/layout.ts";
import { memoryWords, type Span } from "./codec.ts";
import { mapToRoap, mapToSip } from "./codec.wasm";

export { errorTypeOf, statusOf } from "./codec.wasm";

/** One record, filled by every read without fault; spans lie in the window. Valid until the next read. */
export interface Envelope {
  /** PROTOCOL_*. 0 = the last read had a fault. */
  readonly protocol: number;
  /** PHASE_*. */
  readonly phase: number;
  /** ROAP: ROAP_*. SIP: METHOD_* of a request, status of a response (FLAG_RESPONSE). */
  readonly name: number;
  /** ROAP: seq. SIP: number of CSeq. -1 = absent. */
  readonly seq: number;
  /** FLAG_*. */
  readonly flags: number;
  /** ROAP: from. SIP: URI of From. */
  readonly source: Span;
  /** ROAP: to. SIP: URI of To. */
  readonly target: Span;
  /** ROAP: offererSessionId. SIP: branch of the topmost Via. */
  readonly transaction: Span;
  /** ROAP: offererSessionId, answererSessionId, 0. SIP: Call-ID, From tag, To tag. */
  readonly key: readonly [Span, Span, Span];
  /** METHOD_* of a SIP request, or of the one that a response answers. 0 in a message that came as ROAP, until it is mapped. */
  readonly method: number;
  /** SIP status that came with it or goes with it. 0 = none. */
  readonly status: number;
  /** ERROR_TYPE_* of an ERROR. 0 = none. */
  readonly errorType: number;
  readonly moreComing: boolean;
  readonly body: Span;
  /**
   * Makes a SIP envelope of a ROAP one: protocol, name, method, status, phase and flags change, keys, seq and body stay.
   * `context` is CONTEXT_*. false = no counterpart there, and nothing changes.
   */
  toSip(context: number): boolean;
  /** Makes a ROAP envelope of a SIP one, as toSip does. */
  toRoap(context: number): boolean;
}

const record = ENVELOPE >>> 2;

class WindowEnvelope implements Envelope {
  get protocol(): number {
    return word(layout.ENVELOPE_PROTOCOL);
  }

  get phase(): number {
    return word(layout.ENVELOPE_PHASE);
  }

  get name(): number {
    return word(layout.ENVELOPE_NAME);
  }

  get seq(): number {
    return (this.flags & FLAG_SEQ) === 0 ? -1 : word(layout.ENVELOPE_SEQ);
  }

  get flags(): number {
    return word(layout.ENVELOPE_FLAGS);
  }

  get source(): Span {
    return word(layout.ENVELOPE_SOURCE);
  }

  get target(): Span {
    return word(layout.ENVELOPE_TARGET);
  }

  get transaction(): Span {
    return word(layout.ENVELOPE_TRANSACTION);
  }

  get key(): readonly [Span, Span, Span] {
    return [word(layout.ENVELOPE_KEY), word(layout.ENVELOPE_KEY + 1), word(layout.ENVELOPE_KEY + 2)];
  }

  get method(): number {
    return word(layout.ENVELOPE_METHOD);
  }

  get status(): number {
    return word(layout.ENVELOPE_STATUS);
  }

  get errorType(): number {
    return word(layout.ENVELOPE_ERROR_TYPE);
  }

  get moreComing(): boolean {
    return (this.flags & FLAG_MORE_COMING) !== 0;
  }

  get body(): Span {
    return word(layout.ENVELOPE_BODY);
  }

  toSip(context: number): boolean {
    return mapToSip(context) !== 0;
  }

  toRoap(context: number): boolean {
    return mapToRoap(context) !== 0;
  }
}

export const envelope: Envelope = new WindowEnvelope();

function word(index: number): number {
  return memoryWords[record + index] ?? 0;
}
