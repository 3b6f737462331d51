// The codec's memory seen from TypeScript: the window that one message lies in, its text, and the arena of finished messages.

import { INPUT, OUTPUT, OUTPUT_END } from "./assembly/layout.ts";
import { memory } from "./codec.wasm";
import { roapFault } from "./roap_fault.ts";
import { type Fault, sipFault } from "./sip_fault.ts";

/** `offset << 16 | length` relative to the window. 0 = absent. Valid until the next read. */
export type Span = number;

/** Body of a message to write: none; a span of the message in the window; bytes that the caller owns. */
export type Body = undefined | Span | Uint8Array;

/** Result of a write: one reused object, to be read before the next write. */
export interface Written {
  start: number;
  length: number;
}

export const INPUT_LIMIT = 65536;

/** The whole memory. It never grows, so these views never detach. */
export const memoryBytes: Uint8Array<ArrayBuffer> = new Uint8Array(memory.buffer as ArrayBuffer);
export const memoryWords: Uint32Array<ArrayBuffer> = new Uint32Array(memory.buffer as ArrayBuffer);

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoded = memoryBytes.subarray(INPUT, INPUT + INPUT_LIMIT + 1);
const written: Written = { start: 0, length: 0 };
let messageLength = 0;
let outputEnd = OUTPUT;

/** Where a transport may receive a message directly: one byte longer than a message may be, so that a longer one shows. */
export function inputWindow(): Uint8Array<ArrayBuffer> {
  return encoded;
}

/** Copies bytes into the window. Returns their length, or -1 when longer than INPUT_LIMIT. */
export function load(bytes: Uint8Array): number {
  if (bytes.length > INPUT_LIMIT) return -1;
  memoryBytes.set(bytes, INPUT);
  return bytes.length;
}

/** Encodes text into the window. Returns the length in bytes, or -1 when longer than INPUT_LIMIT. */
export function loadText(text: string): number {
  if (text.length > INPUT_LIMIT) return -1;
  const { read, written } = encoder.encodeInto(text, encoded);
  return read < text.length || written > INPUT_LIMIT ? -1 : written;
}

/** Encodes text at an address. Its length in bytes, or -1 when it takes more than `limit`. */
export function tryEncodeAt(address: number, limit: number, text: string): number {
  if (text.length > limit) return -1;
  const { read, written } = encoder.encodeInto(text, memoryBytes.subarray(address, address + limit));
  return read < text.length ? -1 : written;
}

/** The same; throws RangeError when the text does not fit. */
export function encodeAt(address: number, limit: number, text: string): number {
  const length = tryEncodeAt(address, limit, text);
  if (length < 0) throw new RangeError(`Text of ${text.length} characters does not fit ${limit} bytes`);
  return length;
}

/** Decodes memory to a fresh string of its own. */
export function decodeAt(address: number, length: number): string {
  return length === 0 ? "" : decoder.decode(memoryBytes.subarray(address, address + length));
}

/** A reader says how long the message in the window is: no span may reach past it. */
export function setMessageLength(length: number): void {
  messageLength = length;
}

/** Throws RangeError for a span outside the message in the window: it belongs to another one. */
export function spanText(span: Span): string {
  const offset = checked(span);
  return decodeAt(INPUT + offset, span & 0xffff);
}

/** A copy of the bytes. Throws RangeError as spanText does. */
export function spanBytes(span: Span): Uint8Array<ArrayBuffer> {
  const start = INPUT + checked(span);
  return memoryBytes.slice(start, start + (span & 0xffff));
}

/** Address of a span's first byte. Throws RangeError as spanText does. */
export function spanAddress(span: Span): number {
  return INPUT + checked(span);
}

/** Where the next finished message may begin. A writer gets it and answers the end. */
export function outputStart(): number {
  return outputEnd;
}

/** Takes a writer's end for what was begun at outputStart(). */
export function finishOutput(end: number): Written {
  if (end > OUTPUT_END) throw new RangeError(`Output ends at ${end}, past the arena`);
  written.start = outputEnd;
  written.length = end - outputEnd;
  outputEnd = end;
  return written;
}

/** A view of finished output, valid until resetOutput(). */
export function outputBytes(start: number, length: number): Uint8Array<ArrayBuffer> {
  return memoryBytes.subarray(start, start + length);
}

export function outputText(start: number, length: number): string {
  return decodeAt(start, length);
}

/** Bytes that the output arena still takes. */
export function outputRoom(): number {
  return OUTPUT_END - outputEnd;
}

/** Empties the output arena. The loop calls it once the outputs of an input are drained. */
export function resetOutput(): void {
  outputEnd = OUTPUT;
}

/** What a FAULT_* means, in words. */
export function faultText(code: number): string {
  return fault(code)?.text ?? `Unknown fault ${code}`;
}

/** The SIP status that a request with this fault gets. 0 = cannot be answered. */
export function faultStatus(code: number): number {
  return fault(code)?.status ?? 0;
}

function fault(code: number): Fault | undefined {
  return sipFault(code) ?? roapFault(code);
}

function checked(span: Span): number {
  const offset = span >>> 16;
  if (offset + (span & 0xffff) > messageLength) throw new RangeError(`Span ${span} lies outside the message`);
  return offset;
}
