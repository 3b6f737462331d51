// Cuts what a client sends into frames and messages (RFC 6455 section 5), however it was split on its way.
//
// What a read has brought stands in `stream`. A message that came whole goes from there straight into the codec's window; of one that did not,
// the bytes so far are kept, and of a header or a control frame that did not, these few bytes.

import { INPUT_LIMIT } from "../../wasm/codec.ts";
import { isText, loadPart, READ_START, stream, unmask, unmaskText } from "../../wasm/masked_text.ts";
import * as close from "./close_code.ts";
import * as frame from "./frame.ts";

/** Bytes of a message that is read, though never kept or understood when longer than INPUT_LIMIT. */
export const MESSAGE_LIMIT = 1024 * 1024;
/** Frames of one message, empty ones too. */
export const FRAGMENT_LIMIT = 1_024;
const FIRST_ROOM = 1_024;
const MASK_LENGTH = 4;

export interface FrameUser {
  /** A whole message is in the codec's window, UTF-8 unless it is binary; `length` -1 = it was longer than INPUT_LIMIT. False: nothing more is read. */
  text(length: number): boolean;
  /** A control frame; its payload is at a place in `stream`. False: nothing more is read. */
  control(opcode: number, at: number, length: number): boolean;
  /** The stream is past reading: `code` says what is wrong with it. */
  fault(code: number, reason: string): void;
}

/** What all readers keep of messages that are not whole. */
export interface KeptBytes {
  bytes: number;
  readonly limit: number;
}

export class FrameReader {
  readonly #kept: KeptBytes;
  readonly #takesBinary: boolean;
  /** The message is no text. */
  #binary = false;
  /** The beginning of a header or control frame. */
  #held: Uint8Array | undefined;
  /** The message so far, out of its mask. */
  #part: Uint8Array | undefined;
  /** Bytes of the message so far, kept or not. */
  #length = 0;
  /** Frames of the message so far; 0 = none is begun. */
  #fragments = 0;
  /** The message has grown too long to be kept. */
  #skipping = false;
  /** Within a data frame: bytes to come, their mask, and whether the frame is the message's last. */
  #left = -1;
  #mask = 0;
  #final = false;

  constructor(kept: KeptBytes, { binary = false } = {}) {
    this.#kept = kept;
    this.#takesBinary = binary;
  }

  /** Whether something is kept between reads. */
  get keeps(): boolean {
    return this.#held !== undefined || this.#part !== undefined;
  }

  /** Takes what stands at READ_START of `stream`. */
  read(length: number, user: FrameUser): void {
    const end = READ_START + length;
    let at = READ_START;
    if (this.#held !== undefined) {
      at -= this.#held.length;
      stream.set(this.#held, at);
      this.#held = undefined;
    }
    while (at >= 0 && at < end) {
      if (this.#left >= 0) at = this.#payload(at, end, user);
      else at = this.#header(at, end, user);
    }
  }

  /** Lets go of what is kept. */
  release(): void {
    this.#held = undefined;
    this.#kept.bytes -= this.#part?.length ?? 0;
    this.#part = undefined;
  }

  /** Where what follows begins, `end` when more is needed, -1 = nothing more is read. */
  #header(at: number, end: number, user: FrameUser): number {
    if (end - at < 2) return this.#hold(at, end);
    const first = stream[at]!;
    const opcode = first & 0x0f;
    const final = first >= 0x80;
    const short = stream[at + 1]! & 0x7f;
    if ((first & 0x70) !== 0) return this.#refuse(user, "A reserved bit is set");
    if (stream[at + 1]! < 0x80) return this.#refuse(user, "A frame is not masked");
    if (opcode >= frame.OPCODE_CLOSE) {
      if (opcode > frame.OPCODE_PONG) return this.#refuse(user, "The opcode is not known");
      if (!final || short > frame.CONTROL_LIMIT) {
        return this.#refuse(user, "A control frame is too long or in parts");
      }
      return this.#control(at, end, user);
    }
    if (opcode > frame.OPCODE_BINARY) return this.#refuse(user, "The opcode is not known");
    if ((opcode === frame.OPCODE_CONTINUATION) !== (this.#fragments > 0)) {
      return this.#refuse(user, "A message is not continued, or one is that has not begun");
    }
    if (opcode === frame.OPCODE_BINARY && !this.#takesBinary) {
      return this.#refuse(user, "Only text is understood", close.CLOSE_UNSUPPORTED_DATA);
    }
    const room = 2 + (short < 126 ? 0 : short === 126 ? 2 : 8) + MASK_LENGTH;
    if (end - at < room) return this.#hold(at, end);
    const length = short < 126 ? short : lengthAt(at + 2, room - MASK_LENGTH - 2);
    if (length < 0) return this.#refuse(user, "A length is not written the shortest way");
    if (length > MESSAGE_LIMIT - this.#length) {
      return this.#refuse(user, "The message is too long", close.CLOSE_TOO_BIG);
    }
    if (++this.#fragments > FRAGMENT_LIMIT) {
      return this.#refuse(user, "The message has too many parts", close.CLOSE_POLICY);
    }
    if (opcode !== frame.OPCODE_CONTINUATION) this.#binary = opcode === frame.OPCODE_BINARY;
    this.#left = length;
    this.#mask = maskAt(at + room - MASK_LENGTH);
    this.#final = final;
    return this.#payload(at + room, end, user);
  }

  #control(at: number, end: number, user: FrameUser): number {
    const length = stream[at + 1]! & 0x7f;
    const payload = at + 2 + MASK_LENGTH;
    if (end < payload + length) return this.#hold(at, end);
    unmask(payload, { length, mask: maskAt(at + 2) });
    return user.control(stream[at]! & 0x0f, payload, length) ? payload + length : -1;
  }

  #payload(at: number, end: number, user: FrameUser): number {
    const length = Math.min(this.#left, end - at);
    const whole = length === this.#left && this.#final;
    if (whole && this.#fragments === 1 && this.#length === 0 && length <= INPUT_LIMIT) {
      this.#forget();
      if (!unmaskText(at, { length, mask: this.#mask }) && !this.#binary) return this.#notText(user);
      return user.text(length) ? at + length : -1;
    }
    if (!this.#keep(at, length)) {
      return this.#refuse(user, "Too many messages are not whole", close.CLOSE_TRY_AGAIN_LATER);
    }
    this.#length += length;
    this.#left -= length;
    if (this.#left > 0) return end;
    this.#left = -1;
    return !this.#final || this.#finish(user) ? at + length : -1;
  }

  /** The message is whole. False: nothing more is read. */
  #finish(user: FrameUser): boolean {
    const length = this.#skipping ? -1 : this.#length;
    if (length > 0) loadPart(this.#part!.subarray(0, length), 0);
    this.release();
    this.#forget();
    if (length > 0 && !this.#binary && !isText(length)) return this.#notText(user) >= 0;
    return user.text(length);
  }

  /** Takes a part of a message out of its mask and keeps it, unless the message is too long for that. False: there is no room for more. */
  #keep(at: number, length: number): boolean {
    if (this.#skipping || this.#length + length > INPUT_LIMIT) {
      this.#skipping = true;
      this.release();
      return true;
    }
    if (length === 0) return true;
    unmask(at, { length, mask: this.#mask });
    const turn = 8 * (length & 3);
    if (turn !== 0) this.#mask = this.#mask >>> turn | this.#mask << (32 - turn);
    if (!this.#makeRoom(this.#length + length)) return false;
    this.#part!.set(stream.subarray(at, at + length), this.#length);
    return true;
  }

  /** What a peer has only announced gets no room: no more than twice what it has sent. */
  #makeRoom(needed: number): boolean {
    const room = this.#part?.length ?? 0;
    if (needed <= room) return true;
    const larger = Math.min(Math.max(needed, 2 * room, FIRST_ROOM), INPUT_LIMIT);
    if (this.#kept.bytes + larger - room > this.#kept.limit) return false;
    const part = new Uint8Array(larger);
    if (this.#part !== undefined) part.set(this.#part);
    this.#kept.bytes += larger - room;
    this.#part = part;
    return true;
  }

  #forget(): void {
    this.#left = -1;
    this.#length = 0;
    this.#fragments = 0;
    this.#skipping = false;
  }

  #hold(at: number, end: number): number {
    this.#held = stream.slice(at, end);
    return end;
  }

  #notText(user: FrameUser): -1 {
    return this.#refuse(user, "The text is not UTF-8", close.CLOSE_INVALID_DATA);
  }

  #refuse(user: FrameUser, reason: string, code = close.CLOSE_PROTOCOL_ERROR): -1 {
    this.release();
    user.fault(code, reason);
    return -1;
  }
}

/** A length of two or eight bytes, -1: it would have fitted less, or has more than 63 bits. One that no number holds is only very large. */
function lengthAt(at: number, room: number): number {
  let length = 0;
  for (let index = 0; index < room; index++) length = length * 256 + stream[at + index]!;
  if (room === 2) return length < 126 ? -1 : length;
  return length < 65_536 || stream[at]! >= 0x80 ? -1 : length;
}

function maskAt(at: number): number {
  return stream[at]! | stream[at + 1]! << 8 | stream[at + 2]! << 16 | stream[at + 3]! << 24;
}
