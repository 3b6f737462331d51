// Frames as they are written, by a server: never masked, never in fragments (RFC 6455 section 5.2).

export const OPCODE_CONTINUATION = 0;
export const OPCODE_TEXT = 1;
export const OPCODE_BINARY = 2;
export const OPCODE_CLOSE = 8;
export const OPCODE_PING = 9;
export const OPCODE_PONG = 10;

/** Payload of a control frame, section 5.5. */
export const CONTROL_LIMIT = 125;
const SHORT_LIMIT = 0xffff;
/** Longest header that `writeHeader` makes. */
export const HEADER_ROOM = 10;
const FIN = 0x80;

const encoder = new TextEncoder();

/** Writes the header of a whole message to the beginning of `target`. Answers its length. */
export function writeHeader(target: Uint8Array, opcode: number, length: number): number {
  target[0] = FIN | opcode;
  if (length <= CONTROL_LIMIT) {
    target[1] = length;
    return 2;
  }
  if (length <= SHORT_LIMIT) {
    target[1] = 126;
    target[2] = length >>> 8;
    target[3] = length;
    return 4;
  }
  target[1] = 127;
  target.fill(0, 2, 6);
  new DataView(target.buffer, target.byteOffset).setUint32(6, length);
  return HEADER_ROOM;
}

export function controlFrame(opcode: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(2 + payload.length);
  writeHeader(frame, opcode, payload.length);
  frame.set(payload, 2);
  return frame;
}

/** A close frame; a reason that does not fit is left out. `code` 0 = none. */
export function closeFrame(code: number, reason: string): Uint8Array {
  if (code === 0) return controlFrame(OPCODE_CLOSE, new Uint8Array(0));
  const text = encoder.encode(reason);
  const payload = new Uint8Array(2 + (text.length <= CONTROL_LIMIT - 2 ? text.length : 0));
  payload[0] = code >>> 8;
  payload[1] = code;
  if (payload.length > 2) payload.set(text, 2);
  return controlFrame(OPCODE_CLOSE, payload);
}
