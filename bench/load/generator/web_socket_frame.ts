// WebSocket frames of the client's side (RFC 6455 section 5): ours are masked and whole, the server's are read as they come.
//
//   fin/opcode (1) · mask bit/length (1, 3 or 9) · masking key (4) · payload

import type { Arena } from "./arena.ts";

export const TEXT = 1;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** Bytes to be left free before a payload for its header. */
export const HEADER_ROOM = 16;
const SHORT = 125;
const LARGEST = 1024 * 1024;
const FIN = 0x80;
const MASKED = 0x80;

/** Puts the header before a payload and masks it. Answers where the frame begins. `payload` is a multiple of 4, `key` any 32 bits. */
export function writeFrame(
  arena: Arena,
  { opcode, payload, length, key }: { opcode: number; payload: number; length: number; key: number },
): number {
  const { bytes, view, words } = arena;
  const start = payload - (length <= SHORT ? 6 : length <= 0xffff ? 8 : 14);
  bytes[start] = FIN | opcode;
  if (length <= SHORT) {
    bytes[start + 1] = MASKED | length;
  } else if (length <= 0xffff) {
    bytes[start + 1] = MASKED | 126;
    view.setUint16(start + 2, length);
  } else {
    bytes[start + 1] = MASKED | 127;
    view.setUint32(start + 2, 0);
    view.setUint32(start + 6, length);
  }
  view.setInt32(payload - 4, key, true);
  const last = (payload + length + 3) >> 2;
  for (let i = payload >> 2; i < last; i++) words[i]! ^= key;
  return start;
}

/** A frame as it was found; one object for all frames. */
export class Frame {
  fin = true;
  opcode = 0;
  start = 0;
  end = 0;
}

/** Reads the frame at `start`. Answers where the next one begins, 0 = it is not complete, -1 = no server sends that. */
export function readFrame(
  bytes: Uint8Array,
  { start, end }: { start: number; end: number },
  frame: Frame,
): number {
  if (end - start < 2) return 0;
  const second = bytes[start + 1]!;
  if ((second & MASKED) !== 0 || (bytes[start]! & 0x70) !== 0) return -1;
  let length = second;
  let payload = start + 2;
  if (length > SHORT) {
    const size = length === 126 ? 2 : 8;
    if (end - payload < size) return 0;
    length = 0;
    for (let i = 0; i < size; i++) length = length * 256 + bytes[payload + i]!;
    payload += size;
  }
  if (length > LARGEST) return -1;
  if (end - payload < length) return 0;
  frame.fin = (bytes[start]! & FIN) !== 0;
  frame.opcode = bytes[start]! & 0xf;
  frame.start = payload;
  frame.end = payload + length;
  return frame.end;
}
