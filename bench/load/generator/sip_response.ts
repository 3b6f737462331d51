// What a response takes over from its request (RFC 3261 sections 8.2.6.2 and 12.1.1).

import { CALL_ID, CSEQ, FROM, RECORD_ROUTE, type SipIndex, TO, VIA } from "./sip_index.ts";

const KEPT = new Uint8Array(16);
for (const kind of [VIA, FROM, TO, CALL_ID, CSEQ, RECORD_ROUTE]) KEPT[kind] = 1;
const LINE_END = 2;
const CR = 13;
const LF = 10;

/** Bytes of the kept lines, without the tag that To may get. */
export function keptLength({ kinds, starts, ends, lines }: SipIndex): number {
  let length = 0;
  for (let i = 0; i < lines; i++) if (KEPT[kinds[i]!] === 1) length += ends[i]! - starts[i]!;
  return length;
}

/** Copies them in their order; a To without a tag gets what `tag` writes. Answers where they end. */
export function writeKept(
  bytes: Uint8Array,
  at: number,
  { kinds, starts, ends, lines }: SipIndex,
  tag: (at: number) => number,
): number {
  for (let i = 0; i < lines; i++) {
    const kind = kinds[i]!;
    if (KEPT[kind] === 0) continue;
    const start = starts[i]!;
    const end = ends[i]!;
    bytes.copyWithin(at, start, end);
    at += end - start;
    if (kind !== TO || hasTag(bytes, start, end)) continue;
    at = tag(at - LINE_END);
    bytes[at++] = CR;
    bytes[at++] = LF;
  }
  return at;
}

/** A header parameter `tag`: behind the address, so an angle bracket ends the search for a quoted one. */
function hasTag(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = end - 6; i > start; i--) {
    if (bytes[i] === 62) return false;
    // ";tag="
    if (
      bytes[i] === 59 && (bytes[i + 1]! | 32) === 116 && (bytes[i + 2]! | 32) === 97 &&
      (bytes[i + 3]! | 32) === 103 && bytes[i + 4] === 61
    ) return true;
  }
  return false;
}
