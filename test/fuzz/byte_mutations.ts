// Changes that know nothing of the message: bits, bytes, stretches.

import type { Chance } from "./chance.ts";
import type { Draft } from "./draft.ts";

/** Changes a draft a little. `other` is another message of the corpus. */
export type Mutation = (draft: Draft, chance: Chance, other: Uint8Array) => void;

/** Bytes at the edges of what a scan tells apart: of classes, of signedness, of UTF-8. */
const EDGES = [
  0,
  1,
  8,
  9,
  10,
  11,
  12,
  13,
  31,
  32,
  33,
  34,
  37,
  47,
  48,
  57,
  58,
  64,
  91,
  92,
  96,
  123,
  126,
  127,
  128,
]
  .concat([0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff]);

const STRETCH = 64;
const PAGE = 16;

function flipBit(draft: Draft, chance: Chance): void {
  const at = chance.below(draft.length);
  if (draft.length > 0) draft.bytes[at]! ^= 1 << chance.below(8);
}

function setEdge(draft: Draft, chance: Chance): void {
  if (draft.length > 0) draft.bytes[chance.below(draft.length)] = chance.pick(EDGES);
}

function addSmall(draft: Draft, chance: Chance): void {
  if (draft.length > 0) draft.bytes[chance.below(draft.length)]! += chance.below(9) - 4;
}

function insert(draft: Draft, chance: Chance): void {
  const run = new Uint8Array(chance.small(PAGE));
  const same = chance.oneIn(2) ? chance.pick(EDGES) : undefined;
  for (let i = 0; i < run.length; i++) {
    run[i] = same ?? (chance.oneIn(2) ? chance.pick(EDGES) : chance.below(256));
  }
  const at = chance.below(draft.length + 1);
  draft.replace(at, at, run);
}

function remove(draft: Draft, chance: Chance): void {
  const start = chance.below(draft.length);
  draft.remove(start, Math.min(draft.length, start + chance.small(STRETCH)));
}

function truncate(draft: Draft, chance: Chance): void {
  draft.length = chance.below(draft.length + 1);
}

/** Copies a stretch to another place. */
function copy(draft: Draft, chance: Chance): void {
  const start = chance.below(draft.length);
  const run = draft.cut(start, Math.min(draft.length, start + chance.small(STRETCH)));
  const at = chance.below(draft.length + 1);
  draft.replace(at, chance.oneIn(2) ? at : Math.min(draft.length, at + run.length), run);
}

/** Brings what follows to another distance from the steps of 16 and 64 bytes that scans take. */
function shift(draft: Draft, chance: Chance): void {
  const at = chance.below(draft.length);
  draft.repeat(at, Math.min(draft.length, at + 1), {
    times: chance.below(STRETCH),
    limit: draft.length + STRETCH,
  });
}

/** The beginning of one message and the end of another. */
function splice(draft: Draft, chance: Chance, other: Uint8Array): void {
  const from = chance.below(other.length);
  draft.replace(chance.below(draft.length + 1), draft.length, other.subarray(from));
}

/** A stretch of another message. */
function borrow(draft: Draft, chance: Chance, other: Uint8Array): void {
  const from = chance.below(other.length);
  const run = other.subarray(from, from + chance.small(STRETCH));
  const at = chance.below(draft.length + 1);
  draft.replace(at, chance.oneIn(2) ? at : Math.min(draft.length, at + run.length), run);
}

export const BYTE_MUTATIONS: readonly Mutation[] = [
  flipBit,
  setEdge,
  setEdge,
  addSmall,
  insert,
  insert,
  remove,
  remove,
  truncate,
  copy,
  shift,
  splice,
  borrow,
];
