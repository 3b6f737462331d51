// What was read from a socket, and the text of WebSocket frames taken from there into the codec's window (RFC 6455 5.3).

import { INPUT, STREAM, STREAM_KEPT, STREAM_SIZE } from "./assembly/layout.ts";
import { codec } from "./codec.ts";
import { INPUT_LIMIT } from "./memory.ts";

/** Bytes that one read may bring. */
export const READ_LIMIT = STREAM_SIZE;
/** Where in `stream` they begin: what was left over before is put right before them. */
export const READ_START = STREAM_KEPT;

const { bytes, inputWindow } = { bytes: codec.memory.bytes, inputWindow: codec.memory.inputWindow() };

/** Kept bytes, then read ones: good until the next read of any socket. */
export const stream: Uint8Array<ArrayBuffer> = bytes.subarray(STREAM, STREAM + STREAM_KEPT + STREAM_SIZE);
/** The part that a read fills. */
export const readWindow: Uint8Array<ArrayBuffer> = stream.subarray(READ_START);

/** Takes a whole message out of its mask, from a place in `stream` into the codec's window. False: it is not UTF-8. */
export function unmaskText(at: number, { length, mask }: { length: number; mask: number }): boolean {
  return codec.wasm.unmaskText(STREAM + at, length, mask) !== 0;
}

/** Takes a part of a message out of its mask, where it stands in `stream`. */
export function unmask(at: number, { length, mask }: { length: number; mask: number }): void {
  codec.wasm.unmask(STREAM + at, STREAM + at, length, mask);
}

/** Puts a part of a message where it belongs in the codec's window. The whole must fit INPUT_LIMIT. */
export function loadPart(part: Uint8Array, offset: number): void {
  if (offset + part.length > INPUT_LIMIT) throw new RangeError(`A part ends at ${offset + part.length}`);
  bytes.set(part, INPUT + offset);
}

/** Whether the first `length` bytes in the codec's window are UTF-8. */
export function isText(length: number): boolean {
  return codec.wasm.checkText(length) !== 0;
}

/** A copy of what stands in the codec's window. */
export function copyText(length: number): Uint8Array<ArrayBuffer> {
  return inputWindow.slice(0, length);
}
