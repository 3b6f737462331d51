// Header values read piece by piece, on demand: the codec scans, the files beside this one say what stands where. One value at a time, of the message
// in the window.

import { FAULT_BAD_HEADER } from "../assembly/codes.ts";
import type { CodecExports } from "../exports.ts";
import type { CodecMemory, Span } from "../memory.ts";
import { unquoted } from "../param.ts";

/** What a decoder answers instead of a value that its grammar does not allow. */
export interface Malformed {
  /** FAULT_* */
  readonly fault: number;
  /** HEADER_* */
  readonly header: number;
  /** Where in the message reading came to a stop. */
  readonly offset: number;
}

/** Parameters of a value: name in lower case → value, unquoted; "" = without value. */
export type Params = ReadonlyMap<string, string>;

export function isMalformed(decoded: unknown): decoded is Malformed {
  return typeof decoded === "object" && decoded !== null && "fault" in decoded;
}

/** A whole number out of a parameter: -1 = absent, undefined = it is none. */
export function numberOf(value: string | undefined, limit = 0xffffffff): number | undefined {
  if (value === undefined) return -1;
  const number = Number(value);
  return /^\d+$/.test(value) && number <= limit ? number : undefined;
}

/** What the codec answers for a piece that has no end, or a parameter that is none. No span: a value never stands at the message's beginning. */
const broken = 1;

export class Cursor {
  readonly #memory: CodecMemory;
  readonly #wasm: CodecExports;

  constructor(memory: CodecMemory, wasm: CodecExports) {
    this.#memory = memory;
    this.#wasm = wasm;
  }

  /** Goes to the beginning of a value. Throws RangeError for a span outside the message in the window. */
  open(value: Span): void {
    this.#memory.spanAddress(value);
    this.#wasm.openValue(value);
  }

  malformed(header: number): Malformed {
    return { fault: FAULT_BAD_HEADER, header, offset: this.#wasm.valueOffset() };
  }

  done(): boolean {
    return this.#wasm.valueDone() !== 0;
  }

  /** Text of the whole value. */
  text(value: Span): string {
    return this.#memory.spanText(value);
  }

  /** "" = there is none here; so with the others. */
  token(): string {
    return this.#found(this.#wasm.takeToken());
  }

  host(): string {
    return this.#found(this.#wasm.takeHost());
  }

  callId(): string {
    return this.#found(this.#wasm.takeCallId());
  }

  /** With its parentheses. */
  comment(): string {
    return this.#found(this.#wasm.takeComment());
  }

  /** Everything before the first parameter. */
  head(): string {
    return this.#found(this.#wasm.takeHead());
  }

  /** Unquoted; undefined = there is none here. */
  quoted(): string | undefined {
    const found = this.#wasm.takeQuoted();
    return found === 0 ? undefined : unquoted(this.#memory.spanText(found));
  }

  /** -1 = there is none here, or it is over the limit. */
  number(limit = 0xffffffff): number {
    return this.#wasm.takeNumber(limit);
  }

  /** Whether this character stood here. */
  character(wanted: string): boolean {
    return this.#wasm.takeCharacter(wanted.charCodeAt(0)) !== 0;
  }

  /** Display name, without quotes and backslashes, and URI. undefined = there is no address here. */
  address(): { display: string; uri: string } | undefined {
    const uri = this.#wasm.takeAddress();
    if (uri === 0) return undefined;
    return { display: unquoted(this.#found(this.#wasm.takenSecond())), uri: this.#memory.spanText(uri) };
  }

  /** `name=value`, the name in lower case. undefined = there is none here. */
  authParam(): { name: string; value: string } | undefined {
    const name = this.#found(this.#wasm.takeAuthParam());
    const value = this.#wasm.takenSecond();
    if (name === "" || value === 0) return undefined;
    return { name: name.toLowerCase(), value: unquoted(this.#memory.spanText(value)) };
  }

  /** All parameters up to the value's end. undefined: one is malformed or there twice (RFC 3261 7.3.1), or something else stands behind them. */
  params(): Params | undefined {
    const wasm = this.#wasm;
    const found = new Map<string, string>();
    for (let name = wasm.takeParam(); name !== 0; name = wasm.takeParam()) {
      if (name === broken) return undefined;
      const key = this.#memory.spanText(name).toLowerCase();
      if (found.has(key)) return undefined;
      found.set(key, unquoted(this.#found(wasm.takenSecond())));
    }
    return this.done() ? found : undefined;
  }

  /** Spans of the values of a comma-joined list from here to the value's end. undefined = a quote or bracket has no end. */
  elements(): Span[] | undefined {
    const found: Span[] = [];
    for (let value = this.#wasm.takeElement(); value !== 0; value = this.#wasm.takeElement()) {
      if (value === broken) return undefined;
      found.push(value >>> 0); // unsigned in the codec, signed where it comes out
    }
    return found;
  }

  #found(span: Span): string {
    return span === 0 || span === broken ? "" : this.#memory.spanText(span);
  }
}
