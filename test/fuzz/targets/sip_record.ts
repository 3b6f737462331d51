// The record that a read of SIP leaves, as words: to be kept, compared and checked without making texts of it.

import {
  SIP,
  SIP_FAULT,
  SIP_FAULT_OFFSET,
  SIP_LENGTH,
  SIP_LINE_COUNT,
  SIP_LINE_LIMIT,
  SIP_LINE_WORDS,
  SIP_LINES,
} from "../../../wasm/assembly/layout.ts";
import * as layout from "../../../wasm/assembly/layout.ts";
import { HEADER_OTHER } from "../../../wasm/assembly/codes.ts";
import { ENVELOPE_WORDS } from "../../../wasm/assembly/envelope_layout.ts";
import type { Build } from "../builds.ts";
import { agree, hold } from "../claim.ts";

const BASE = SIP >> 2;
const WORDS = SIP_LINES + SIP_LINE_LIMIT * SIP_LINE_WORDS;
/** Words of a line. */
export const VALUE = 1;
const NAME = 2;
const ENVELOPE_BASE = layout.ENVELOPE >> 2;

/** Words that are spans of the message. */
export const SPANS = [
  layout.SIP_METHOD_TEXT,
  layout.SIP_REASON,
  layout.SIP_REQUEST_URI,
  layout.SIP_CALL_ID,
  layout.SIP_FROM,
  layout.SIP_FROM_DISPLAY,
  layout.SIP_FROM_URI,
  layout.SIP_FROM_TAG,
  layout.SIP_TO,
  layout.SIP_TO_DISPLAY,
  layout.SIP_TO_URI,
  layout.SIP_TO_TAG,
  layout.SIP_VIA,
  layout.SIP_VIA_HOST,
  layout.SIP_VIA_MADDR,
  layout.SIP_BRANCH,
  layout.SIP_CONTACT,
  layout.SIP_CONTACT_DISPLAY,
  layout.SIP_CONTACT_URI,
  layout.SIP_ROUTE_URI,
  layout.SIP_CONTENT_TYPE,
];

export function wordOf({ codec }: Build, index: number): number {
  return codec.memory.words[BASE + index]!;
}

/** Room for one record with its envelope. */
export function emptyRecord(): Uint32Array<ArrayBuffer> {
  return new Uint32Array(WORDS + ENVELOPE_WORDS);
}

/** Keeps the record. */
export function keepRecord({ codec }: Build, kept: Uint32Array): void {
  kept.set(codec.memory.words.subarray(BASE, BASE + WORDS));
  kept.set(codec.memory.words.subarray(ENVELOPE_BASE, ENVELOPE_BASE + ENVELOPE_WORDS), WORDS);
}

/** The record and the envelope are as they were kept. */
export function sameRecord({ codec }: Build, kept: Uint32Array, text: string): void {
  const words = codec.memory.words;
  const used = SIP_LINES + SIP_LINE_WORDS * kept[SIP_LINE_COUNT]!;
  for (let i = 0; i < used; i++) {
    if (words[BASE + i] === kept[i] || !isDefined(kept, i)) continue;
    const where = i < SIP_LINES ? `word ${i}` : "a line";
    agree(`word ${i}: ${words[BASE + i]}`, `word ${i}: ${kept[i]}`, `${text}: ${where}`);
  }
  for (let i = 0; i < ENVELOPE_WORDS; i++) {
    agree(words[ENVELOPE_BASE + i], kept[WORDS + i], `${text}: the envelope`);
  }
}

/** Of a line the fourth word is unused, and the third, its name, is there when the header has no number. */
function isDefined(record: Uint32Array, index: number): boolean {
  if (index < SIP_LINES) return true;
  const part = (index - SIP_LINES) % SIP_LINE_WORDS;
  return part < NAME || (part === NAME && (record[index - NAME]! & 0xffff) === HEADER_OTHER);
}

/** Every span lies in the message and has no control character but HTAB; numbers are in their ranges. */
export function checkRecord(build: Build, length: number): void {
  const { codec } = build;
  const start = codec.inputWindow().byteOffset;
  hold(wordOf(build, SIP_LENGTH) === length, "The record has the message's length");
  hold(wordOf(build, SIP_FAULT_OFFSET) <= length, "A fault's offset lies in the message");
  const inside = (span: number) => (span >>> 16) + (span & 0xffff) <= length;
  const clean = (span: number) => {
    const from = start + (span >>> 16);
    for (let at = from; at < from + (span & 0xffff); at++) {
      const byte = codec.memory.bytes[at]!;
      if (byte < 0x20 ? byte !== 9 : byte === 0x7f) return false;
    }
    return true;
  };
  for (const index of SPANS) {
    const span = wordOf(build, index);
    hold(inside(span), "A span lies in the message", () => `word ${index}`);
    hold(clean(span), "A decoded field has no control character", () => `word ${index}`);
  }
  hold(inside(wordOf(build, layout.SIP_BODY)), "The body lies in the message");
  const lines = wordOf(build, SIP_LINE_COUNT);
  hold(lines <= SIP_LINE_LIMIT, "Header lines keep to their limit");
  for (let line = 0; line < lines; line++) {
    const known = (wordOf(build, SIP_LINES + line * SIP_LINE_WORDS) & 0xffff) !== HEADER_OTHER;
    for (const part of known ? [VALUE] : [VALUE, NAME]) {
      const span = wordOf(build, SIP_LINES + line * SIP_LINE_WORDS + part);
      hold(inside(span), "A header line lies in the message", () => `line ${line}`);
      hold(clean(span), "A header value has no control character", () => `line ${line}`);
    }
  }
  hold(wordOf(build, layout.SIP_CSEQ) <= 0x7fffffff, "CSeq is below 2^31");
  hold(wordOf(build, layout.SIP_VIA_PORT) <= 65535, "A port is at most 65535");
  if (wordOf(build, SIP_FAULT) !== 0) return;
  for (const index of [layout.SIP_CALL_ID, layout.SIP_VIA_HOST, layout.SIP_FROM_URI, layout.SIP_TO_URI]) {
    hold(
      wordOf(build, index) !== 0,
      "A message without fault has its mandatory fields",
      () => `word ${index}`,
    );
  }
}
