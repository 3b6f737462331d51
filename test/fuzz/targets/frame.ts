// Cutting a stream: any split gives the same frames, the frames are the stream again, SIMD and scalar agree, and a frame's reader finds
// the body where the framer ended it.

import { FAULT_BODY_TRUNCATED } from "../../../wasm/assembly/codes.ts";
import type { Build, Builds } from "../builds.ts";
import { Chance } from "../chance.ts";
import { agree, hold } from "../claim.ts";
import type { Target } from "./target.ts";

/** Streams are split at so many random sets of places, short ones at every byte too. */
const SPLITS = 2;
const SHORT = 200;

/** What came out of a framer, in a form that compares at once: the bytes of messages, and a word for each frame. */
interface Frames {
  readonly kinds: string;
  readonly lengths: readonly number[];
  /** Bytes of the stream that the frames stand for. */
  readonly taken: number;
}

export function frameTarget({ simd, scalar }: Builds): Target {
  return {
    build: simd,
    other: scalar,
    seeds: ["stream", "sip"],
    run(message) {
      if (message.length === 0) return false;
      const whole = framesOf(simd, message, [message.length], true);
      const chance = new Chance(hash(message));
      for (let i = 0; i < SPLITS; i++) {
        const places = splitsOf(message.length, chance);
        same(framesOf(simd, message, places, false), whole, "Any split gives the same frames");
      }
      if (message.length <= SHORT) {
        const each = Array.from(message, (_, index) => index + 1);
        same(framesOf(simd, message, each, false), whole, "Any split gives the same frames");
      }
      same(framesOf(scalar, message, [message.length], false), whole, "SIMD and scalar give the same frames");
      return whole.lengths.length > 0;
    },
  };
}

/** Pushes the stream piece by piece; `places` are the pieces' ends. Everything is taken out between the pieces. */
function framesOf(build: Build, stream: Uint8Array, places: readonly number[], look: boolean): Frames {
  const framer = build.codec.framer();
  let kinds = "";
  const lengths: number[] = [];
  let taken = 0;
  let at = 0;
  for (const place of places) {
    framer.push(stream.subarray(at, place));
    at = place;
    while (true) {
      const frame = framer.next();
      if (frame === undefined) break;
      if (frame.type === "fault") {
        const again = framer.next();
        hold(again?.type === "fault" && again.code === frame.code, "After a fault always the fault");
        return { kinds: `${kinds}!${frame.code}`, lengths, taken };
      }
      kinds += frame.type.charAt(1);
      if (frame.type !== "message") {
        taken += frame.type === "ping" ? 4 : 2;
        continue;
      }
      hold(isPart(frame.bytes, stream, taken), "A frame is a part of the stream");
      if (look) readFrame(build, frame.bytes);
      taken += frame.bytes.length;
      lengths.push(frame.bytes.length);
    }
    agree(framer.pending, at - taken, "What is held and what was given out are all that came in");
  }
  return { kinds, lengths, taken };
}

/** A reader that saw another end of the body than the framer would let a message hide in a message. */
function readFrame({ codec, codec: { sip } }: Build, bytes: Uint8Array): void {
  if (codec.load(bytes) < 0) return;
  const fault = sip.read(bytes.length);
  hold(fault !== FAULT_BODY_TRUNCATED, "A frame has its whole body");
  if (fault !== 0) return;
  const end = sip.body === 0 ? bytes.length : (sip.body >>> 16) + (sip.body & 0xffff);
  agree(end, bytes.length, "Framer and reader agree where the body ends");
  agree(sip.body & 0xffff, sip.contentLength, "Framer and reader agree on Content-Length");
}

function isPart(bytes: Uint8Array, stream: Uint8Array, at: number): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== stream[at + i]) return false;
  return true;
}

function same(left: Frames, right: Frames, text: string): void {
  agree(left.kinds, right.kinds, text);
  agree(left.lengths.join(), right.lengths.join(), text);
}

function splitsOf(length: number, chance: Chance): number[] {
  const places = new Set([length]);
  for (let count = chance.small(12); count > 0; count--) places.add(1 + chance.below(length));
  return [...places].sort((one, two) => one - two);
}

/** FNV-1a: splits follow from the bytes alone, so that a replay is the same. */
function hash(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
