// The intermediate message: what the last read of either dialect found, in one shape, and what it is in the other dialect.

import * as layout from "./assembly/envelope_layout.ts";
import { FLAG_MORE_COMING, FLAG_SEQ } from "./assembly/codes.ts";
import { ENVELOPE, URI } from "./assembly/layout.ts";
import type { CodecExports } from "./exports.ts";
import type { CodecMemory, Span } from "./memory.ts";

/** One record, filled by every read without fault; spans lie in the window. Valid until the next read. */
export class Envelope {
  readonly #record: Uint32Array<ArrayBuffer>;
  readonly #wasm: CodecExports;

  constructor(memory: CodecMemory, wasm: CodecExports) {
    this.#record = memory.words.subarray(ENVELOPE >> 2, URI >> 2);
    this.#wasm = wasm;
  }

  /** PROTOCOL_*. 0 = the last read had a fault. */
  get protocol(): number {
    return this.#record[layout.ENVELOPE_PROTOCOL]!;
  }

  /** PHASE_*. */
  get phase(): number {
    return this.#record[layout.ENVELOPE_PHASE]!;
  }

  /** ROAP: ROAP_*. SIP: METHOD_* of a request, status of a response (FLAG_RESPONSE). */
  get name(): number {
    return this.#record[layout.ENVELOPE_NAME]!;
  }

  /** ROAP: seq. SIP: number of CSeq. -1 = absent. */
  get seq(): number {
    return (this.flags & FLAG_SEQ) === 0 ? -1 : this.#record[layout.ENVELOPE_SEQ]!;
  }

  /** FLAG_*. */
  get flags(): number {
    return this.#record[layout.ENVELOPE_FLAGS]!;
  }

  /** ROAP: from. SIP: URI of From. */
  get source(): Span {
    return this.#record[layout.ENVELOPE_SOURCE]!;
  }

  /** ROAP: to. SIP: URI of To. */
  get target(): Span {
    return this.#record[layout.ENVELOPE_TARGET]!;
  }

  /** ROAP: offererSessionId. SIP: branch of the topmost Via. */
  get transaction(): Span {
    return this.#record[layout.ENVELOPE_TRANSACTION]!;
  }

  /** ROAP: offererSessionId, answererSessionId, 0. SIP: Call-ID, From tag, To tag. */
  get key(): readonly [Span, Span, Span] {
    return [
      this.#record[layout.ENVELOPE_KEY]!,
      this.#record[layout.ENVELOPE_KEY + 1]!,
      this.#record[layout.ENVELOPE_KEY + 2]!,
    ];
  }

  /** METHOD_* of a SIP request, or of the one that a response answers. 0 in a message that came as ROAP, until it is mapped. */
  get method(): number {
    return this.#record[layout.ENVELOPE_METHOD]!;
  }

  /** SIP status that came with it or goes with it. 0 = none. */
  get status(): number {
    return this.#record[layout.ENVELOPE_STATUS]!;
  }

  /** ERROR_TYPE_* of an ERROR. 0 = none. */
  get errorType(): number {
    return this.#record[layout.ENVELOPE_ERROR_TYPE]!;
  }

  get moreComing(): boolean {
    return (this.flags & FLAG_MORE_COMING) !== 0;
  }

  get body(): Span {
    return this.#record[layout.ENVELOPE_BODY]!;
  }

  /**
   * Makes a SIP envelope of a ROAP one: protocol, name, method, status, phase and flags change, keys, seq and body stay.
   * `context` is CONTEXT_*. false = no counterpart there, and nothing changes.
   */
  toSip(context: number): boolean {
    return this.#wasm.mapToSip(context) !== 0;
  }

  /** Makes a ROAP envelope of a SIP one, as toSip does. */
  toRoap(context: number): boolean {
    return this.#wasm.mapToRoap(context) !== 0;
  }
}
