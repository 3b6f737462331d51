// A message made beforehand, but for the digits of its call: written by copying it whole and patching those.

import type { Arena } from "./arena.ts";
import { DIGITS, writeNumber } from "./call_number.ts";

/** Where a call's number goes in a template's text. */
export const CALL = "{call-number}";
/** Where a browser's goes. */
export const BROWSER = "{browser-number}";

export class Template {
  readonly length: number;
  readonly #arena: Arena;
  readonly #start: number;
  readonly #calls: readonly number[];
  readonly #browsers: readonly number[];

  constructor(arena: Arena, text: string) {
    this.#arena = arena;
    const calls: number[] = [];
    const browsers: number[] = [];
    let plain = "";
    for (const piece of text.split(/(\{call-number\}|\{browser-number\})/)) {
      if (piece === CALL) calls.push(plain.length);
      if (piece === BROWSER) browsers.push(plain.length);
      plain += piece === CALL || piece === BROWSER ? "0".repeat(DIGITS) : piece;
    }
    const { start, end } = arena.keep(plain);
    if (end - start !== plain.length) throw new RangeError("A template is ASCII: its places are counted");
    this.#start = start;
    this.length = plain.length;
    this.#calls = calls;
    this.#browsers = browsers;
  }

  /** Answers where the message ends. */
  write(at: number, call: number, browser = 0): number {
    const { bytes } = this.#arena;
    bytes.copyWithin(at, this.#start, this.#start + this.length);
    for (let i = 0; i < this.#calls.length; i++) writeNumber(bytes, at + this.#calls[i]!, call);
    for (let i = 0; i < this.#browsers.length; i++) writeNumber(bytes, at + this.#browsers[i]!, browser);
    return at + this.length;
  }

  /** Whether what stands there is this message of this call. */
  matches(start: number, end: number, call: number): boolean {
    if (end - start !== this.length) return false;
    const { bytes } = this.#arena;
    const own = this.#start;
    // The template is its own place to write the number: nobody reads it before the next patch.
    for (let i = 0; i < this.#calls.length; i++) writeNumber(bytes, own + this.#calls[i]!, call);
    for (let i = 0; i < this.length; i++) if (bytes[own + i] !== bytes[start + i]) return false;
    return true;
  }
}
