// The codec's memory of one instance, seen from TypeScript: the window that one message lies in, its text, and the arena of finished messages.

import {
  INPUT,
  OUTPUT,
  OUTPUT_END,
  RECEIVE,
  RECEIVE_SLOT,
  RECEIVE_SLOTS,
  WINDOW,
} from "./assembly/layout.ts";
import { HostText } from "./host_text.ts";
import { asciiAt, shortAscii } from "./short_text.ts";

/** `offset << 16 | length` relative to the window, where the message is. 0 = absent. Valid until the next read. */
export type Span = number;

/** Body of a message to write: none; a span of the message in the window; bytes that the caller owns. */
export type Body = undefined | Span | Uint8Array;

/** Result of a write: one reused object, to be read before the next write. */
export interface Written {
  start: number;
  length: number;
}

export const INPUT_LIMIT = 65536;

/** Texts up to this length are copied faster by character than by TextEncoder. */
const shortText = 40;
const lastAscii = 0x7f;
const encoder = new TextEncoder();

export class CodecMemory {
  /** The whole memory. It never grows, so these views never detach. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Uint32Array<ArrayBuffer>;
  /** Where messages are put that were received elsewhere. */
  readonly #input: Uint8Array<ArrayBuffer>;
  readonly #text: HostText;
  readonly #written: Written = { start: 0, length: 0 };
  /** Address of the message that is read: INPUT or a slot. */
  #window = INPUT;
  #messageLength = 0;
  #outputEnd = OUTPUT;
  /** What stands before it is held. */
  #outputFloor = OUTPUT;
  /** A stretch of the arena whose messages, written one after the other, are ASCII. */
  #asciiStart = OUTPUT;
  #asciiEnd = OUTPUT;

  constructor(memory: WebAssembly.Memory) {
    const buffer = memory.buffer as ArrayBuffer;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.#input = this.bytes.subarray(INPUT, INPUT + INPUT_LIMIT + 1);
    this.#text = new HostText(this.bytes);
  }

  /** Where a transport may put a message directly: one byte longer than a message may be, so that a longer one shows. openInput() then tells the readers. */
  inputWindow(): Uint8Array<ArrayBuffer> {
    return this.#input;
  }

  /** Moves the window to what was put into inputWindow(). Returns its length, or -1 when longer than INPUT_LIMIT. */
  openInput(length: number): number {
    this.#moveWindow(INPUT);
    return length > INPUT_LIMIT ? -1 : length;
  }

  /** The first bytes in the window: a view, valid until it moves. */
  windowBytes(length: number): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(this.#window, this.#window + length);
  }

  /** Copies bytes into the window. Returns their length, or -1 when longer than INPUT_LIMIT. */
  load(bytes: Uint8Array): number {
    if (bytes.length > INPUT_LIMIT) return -1;
    this.#moveWindow(INPUT);
    this.bytes.set(bytes, INPUT);
    return bytes.length;
  }

  /** Where a batch of datagrams is received: so many slots, each one byte longer than a message may be. */
  get receiveSlots(): number {
    return RECEIVE_SLOTS;
  }

  /** The offset of a slot's first byte in `bytes`. */
  receiveOffset(slot: number): number {
    return RECEIVE + slot * RECEIVE_SLOT;
  }

  /** What was received into a slot: a view, valid until the next batch. */
  received(slot: number, length: number): Uint8Array<ArrayBuffer> {
    const start = this.receiveOffset(slot);
    return this.bytes.subarray(start, start + length);
  }

  /**
   * Moves the window to what was received: it is read where it lies, until the next message is. Returns its length, or -1 when longer than INPUT_LIMIT. A reader
   * may put NUL bytes behind it and blank or unescape in it, all of which stays in the slot.
   */
  openReceived(slot: number, length: number): number {
    if (length > INPUT_LIMIT) return -1;
    this.#moveWindow(this.receiveOffset(slot));
    return length;
  }

  /** Encodes text into the window. Returns the length in bytes, or -1 when longer than INPUT_LIMIT. */
  loadText(text: string): number {
    if (text.length > INPUT_LIMIT) return -1;
    this.#moveWindow(INPUT);
    const { read, written } = encoder.encodeInto(text, this.#input);
    return read < text.length || written > INPUT_LIMIT ? -1 : written;
  }

  /**
   * Encodes text into a view of the memory, one that is kept: to make a view costs more than to copy a short text. Its length in bytes, or
   * -1 when it does not fit.
   */
  tryEncode(view: Uint8Array<ArrayBuffer>, text: string): number {
    if (text.length > view.length) return -1;
    if (text.length <= shortText) {
      let at = 0;
      for (; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code > lastAscii) break;
        view[at] = code;
      }
      if (at === text.length) return at;
    }
    const { read, written } = encoder.encodeInto(text, view);
    return read < text.length ? -1 : written;
  }

  /** The same; throws RangeError when the text does not fit. */
  encode(view: Uint8Array<ArrayBuffer>, text: string): number {
    const length = this.tryEncode(view, text);
    if (length < 0) {
      throw new RangeError(`Text of ${text.length} characters does not fit ${view.length} bytes`);
    }
    return length;
  }

  /** Decodes memory to a fresh string of its own. */
  decodeAt(address: number, length: number): string {
    if (length <= shortAscii) {
      if (length === 0) return "";
      const text = asciiAt(this.bytes, address, length);
      if (text !== "") return text;
    }
    return this.#text.utf8(address, address + length);
  }

  /** A reader says how long the message in the window is: no span may reach past it. */
  setMessageLength(length: number): void {
    this.#messageLength = length;
  }

  /** Throws RangeError for a span outside the message in the window: it belongs to another one. */
  spanText(span: Span): string {
    const offset = this.#checked(span);
    return this.decodeAt(this.#window + offset, span & 0xffff);
  }

  /** A copy of the bytes. Throws RangeError as spanText does. */
  spanBytes(span: Span): Uint8Array<ArrayBuffer> {
    const start = this.#window + this.#checked(span);
    return this.bytes.slice(start, start + (span & 0xffff));
  }

  /** Address of a span's first byte. Throws RangeError as spanText does. */
  spanAddress(span: Span): number {
    return this.#window + this.#checked(span);
  }

  /** Where the next finished message may begin. A writer gets it and answers the end. */
  outputStart(): number {
    return this.#outputEnd;
  }

  /** Takes a writer's end for what was begun at outputStart(). `ascii` = the writer knows that it is nothing else. */
  finishOutput(end: number, ascii = false): Written {
    if (end > OUTPUT_END) throw new RangeError(`Output ends at ${end}, past the arena`);
    const written = this.#written;
    if (ascii) {
      if (this.#asciiEnd !== this.#outputEnd) this.#asciiStart = this.#outputEnd;
      this.#asciiEnd = end;
    }
    written.start = this.#outputEnd;
    written.length = end - this.#outputEnd;
    this.#outputEnd = end;
    return written;
  }

  /** A view of finished output, valid until resetOutput(). */
  outputBytes(start: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.bytes.buffer, start, length);
  }

  outputText(start: number, length: number): string {
    return start >= this.#asciiStart && start + length <= this.#asciiEnd
      ? this.#text.ascii(start, start + length)
      : this.decodeAt(start, length);
  }

  /** Bytes that the output arena still takes. */
  outputRoom(): number {
    return OUTPUT_END - this.#outputEnd;
  }

  /** Empties the output arena but for what is held. The loop calls it once the outputs of an input are drained. */
  resetOutput(): void {
    this.#outputEnd = this.#outputFloor;
    this.#asciiStart = this.#outputFloor;
    this.#asciiEnd = this.#outputFloor;
  }

  /** What is finished so far stays where it is until releaseOutput(): somebody has yet to send it. */
  holdOutput(): void {
    this.#outputFloor = this.#outputEnd;
  }

  /** Empties the output arena, with what was held. */
  releaseOutput(): void {
    this.#outputFloor = OUTPUT;
    this.#outputEnd = OUTPUT;
    this.#asciiStart = OUTPUT;
    this.#asciiEnd = OUTPUT;
  }

  #moveWindow(address: number): void {
    this.#window = address;
    this.words[WINDOW >> 2] = address;
    this.words[(WINDOW >> 2) + 1] = address << 16;
  }

  #checked(span: Span): number {
    const offset = span >>> 16;
    if (offset + (span & 0xffff) > this.#messageLength) {
      throw new RangeError(`Span ${span} lies outside the message`);
    }
    return offset;
  }
}
