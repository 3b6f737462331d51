// The relay's own codec, the one instance that Deno makes of codec.wasm, and its window and arena as functions.
// Of its own so that the relay names no instance on the way of a message; everybody else's begin at mod.ts.

import * as wasm from "./codec.wasm";
import { Codec } from "./instance.ts";
import type { Span } from "./memory.ts";

export { faultStatus, faultText } from "./fault.ts";
export { type Body, INPUT_LIMIT, type Written } from "./memory.ts";
export type { Span };

export const codec: Codec = new Codec(wasm);
const memory = codec.memory;

/** The whole memory, for tests that look into it. */
export const memoryWords: Uint32Array<ArrayBuffer> = memory.words;

/** The first bytes of the message that is read: a view, valid until the next one. */
export function windowBytes(length: number): Uint8Array<ArrayBuffer> {
  return memory.windowBytes(length);
}

/** Where a transport may put a message directly: one byte longer than a message may be, so that a longer one shows. */
export function inputWindow(): Uint8Array<ArrayBuffer> {
  return memory.inputWindow();
}

/** Moves the window to what was put into inputWindow(). Returns its length, or -1 when longer than INPUT_LIMIT. */
export function openInput(length: number): number {
  return memory.openInput(length);
}

/** Copies bytes into the window. Returns their length, or -1 when longer than INPUT_LIMIT. */
export function load(bytes: Uint8Array): number {
  return memory.load(bytes);
}

/** What was received into a slot of the memory: a view, valid until the next batch. */
export function received(slot: number, length: number): Uint8Array<ArrayBuffer> {
  return memory.received(slot, length);
}

/** Moves the window to what was received into a slot. Returns its length, or -1 when longer than INPUT_LIMIT. */
export function openReceived(slot: number, length: number): number {
  return memory.openReceived(slot, length);
}

/** Encodes text into the window. Returns the length in bytes, or -1 when longer than INPUT_LIMIT. */
export function loadText(text: string): number {
  return memory.loadText(text);
}

/** A copy of a span's bytes. Throws RangeError for a span outside the message in the window. */
export function spanBytes(span: Span): Uint8Array<ArrayBuffer> {
  return memory.spanBytes(span);
}

/** A view of finished output, valid until resetOutput(). */
export function outputBytes(start: number, length: number): Uint8Array<ArrayBuffer> {
  return memory.outputBytes(start, length);
}

export function outputText(start: number, length: number): string {
  return memory.outputText(start, length);
}

/** Bytes that the output arena still takes. */
export function outputRoom(): number {
  return memory.outputRoom();
}

/** Empties the output arena but for what is held. The loop calls it once the outputs of an input are drained. */
export function resetOutput(): void {
  memory.resetOutput();
}

/** What is finished so far stays where it is until releaseOutput(): somebody has yet to send it. */
export function holdOutput(): void {
  memory.holdOutput();
}

/** Empties the output arena, with what was held. */
export function releaseOutput(): void {
  memory.releaseOutput();
}
