// Header values read piece by piece, on demand: the codec scans, the files beside this one say what stands where. One value at a time, of the message
// in the window.

import { FAULT_BAD_HEADER } from "../assembly/codes.ts";
import { type Span, spanAddress, spanText } from "../codec.ts";
import {
  openValue,
  takeCallId,
  takeCharacter,
  takeHead,
  takeHost,
  takenSecond,
  takeNumber,
  takeParam,
  takeQuoted,
  takeToken,
  valueDone,
  valueOffset,
} from "../codec.wasm";
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

/** Puts the cursor at the beginning of a value. Throws RangeError for a span outside the message in the window. */
export function open(value: Span): void {
  spanAddress(value);
  openValue(value);
}

export function malformed(header: number): Malformed {
  return { fault: FAULT_BAD_HEADER, header, offset: valueOffset() };
}

/** "" = there is none here; so with the others. */
export function token(): string {
  return text(takeToken());
}

export function host(): string {
  return text(takeHost());
}

export function callId(): string {
  return text(takeCallId());
}

/** Everything before the first parameter. */
export function head(): string {
  const found = takeHead();
  return found === 1 ? "" : text(found);
}

/** Unquoted; undefined = there is none here. */
export function quoted(): string | undefined {
  const found = takeQuoted();
  return found === 0 ? undefined : unquoted(spanText(found));
}

/** -1 = there is none here, or it is over the limit. */
export function number(limit = 0xffffffff): number {
  return takeNumber(limit);
}

/** Whether this character stood here. */
export function character(wanted: string): boolean {
  return takeCharacter(wanted.charCodeAt(0)) !== 0;
}

export function done(): boolean {
  return valueDone() !== 0;
}

/** All parameters up to the value's end. undefined: one is malformed or there twice (RFC 3261 7.3.1), or something else stands behind them. */
export function params(): Params | undefined {
  const found = new Map<string, string>();
  for (let name = takeParam(); name !== 0; name = takeParam()) {
    if (name === 1) return undefined;
    const key = spanText(name).toLowerCase();
    if (found.has(key)) return undefined;
    const value = takenSecond();
    found.set(key, value === 0 ? "" : unquoted(spanText(value)));
  }
  return done() ? found : undefined;
}

/** A whole number out of a parameter: -1 = absent, undefined = it is none. */
export function numberOf(value: string | undefined, limit = 0xffffffff): number | undefined {
  if (value === undefined) return -1;
  const number = Number(value);
  return /^\d+$/.test(value) && number <= limit ? number : undefined;
}

function text(span: Span): string {
  return span === 0 ? "" : spanText(span);
}
