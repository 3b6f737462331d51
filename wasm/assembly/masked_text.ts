// Payload of WebSocket frames: taken out of its mask (RFC 6455 5.3) and proved to be UTF-8 (8.1).
//
// A mask is a word as it is loaded from the frame, little-endian: its lowest byte belongs to the payload's first. Reads go up to 15 bytes past
// the source and the message, writes never past the target's length.

import * as layout from "./layout";
import { sequenceLength } from "./utf8";

/** Takes `length` bytes out of their mask. Source and target are the same place or do not overlap. */
export function unmask(source: u32, target: u32, length: u32, mask: u32): void {
  open(source, target, length, mask);
}

/** Takes a whole message out of its mask into INPUT. Whether it is UTF-8. */
export function unmaskText(source: u32, length: u32, mask: u32): bool {
  return !open(source, layout.INPUT, length, mask) || isText(layout.INPUT + length);
}

/** Whether the `length` bytes in INPUT are UTF-8. */
export function checkText(length: u32): bool {
  return isText(layout.INPUT + length);
}

/** Whether any of the bytes is no ASCII. */
function open(source: u32, target: u32, length: u32, mask: u32): bool {
  let at: u32 = 0;
  let seen: u32 = 0;
  if (ASC_FEATURE_SIMD) {
    const masks = i32x4.splat(mask);
    let all = i64x2(0, 0);
    for (; at + 16 <= length; at += 16) {
      const bytes = v128.xor(v128.load(source + at), masks);
      v128.store(target + at, bytes);
      all = v128.or(all, bytes);
    }
    seen = i8x16.bitmask(all);
  } else {
    const masks: u64 = <u64> mask << 32 | <u64> mask;
    let all: u64 = 0;
    for (; at + 8 <= length; at += 8) {
      const bytes = load<u64>(source + at) ^ masks;
      store<u64>(target + at, bytes);
      all |= bytes;
    }
    seen = (all & 0x8080808080808080) != 0 ? 1 : 0;
  }
  // The steps before are multiples of the mask's length.
  for (; at < length; at++) {
    const byte = (<u32> load<u8>(source + at) ^ (mask >> ((at & 3) << 3))) & 0xff;
    store<u8>(target + at, byte);
    seen |= byte & 0x80;
  }
  return seen != 0;
}

function isText(end: u32): bool {
  let at: u32 = layout.INPUT;
  while (at < end) {
    if (ASC_FEATURE_SIMD) {
      const others: u32 = i8x16.bitmask(v128.load(at));
      if (others == 0) {
        at += 16;
        continue;
      }
      at += ctz(others);
      if (at >= end) return true;
    } else if (load<u8>(at) < 0x80) {
      at++;
      continue;
    }
    const length: u32 = sequenceLength(at, end);
    if (length == 0) return false;
    at += length;
  }
  return true;
}
