// Changes that see tokens: runs of letters, digits and marks between the delimiters that SIP and JSON share.

import type { Chance } from "./chance.ts";
import { bytesOf, NUMBERS, type Words } from "./dictionary.ts";
import { type Draft, DRAFT_LIMIT } from "./draft.ts";
import type { Mutation } from "./byte_mutations.ts";

const DELIMITER = new Uint8Array(256);
for (const character of bytesOf('\r\n\t :;,<>"\\=@/?&()[]{}|')) DELIMITER[character] = 1;

/** How far a token is repeated: mostly a little, seldom to the limits of a message. */
const LENGTHS = [2, 3, 4, 8, 17, 33, 64];
const GREAT_LENGTHS = [300, 1100, 4200, 33_000];
const USUAL_LIMIT = 2_000;

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The token around a place, or the single delimiter there. */
function tokenAt(draft: Draft, at: number): Stretch {
  const { bytes, length } = draft;
  let start = at;
  let end = at;
  while (start > 0 && DELIMITER[bytes[start - 1]!] === 0) start--;
  while (end < length && DELIMITER[bytes[end]!] === 0) end++;
  return start === end ? { start, end: Math.min(length, end + 1) } : { start, end };
}

function anyToken(draft: Draft, chance: Chance): Stretch {
  return tokenAt(draft, chance.below(draft.length));
}

function remove(draft: Draft, chance: Chance): void {
  const { start, end } = anyToken(draft, chance);
  draft.remove(start, end);
}

function double(draft: Draft, chance: Chance): void {
  const { start, end } = anyToken(draft, chance);
  draft.repeat(start, end, { times: 1, limit: draft.length + USUAL_LIMIT });
}

/** Time that grows faster than length shows with long runs of the same. */
function repeat(draft: Draft, chance: Chance): void {
  const first = anyToken(draft, chance);
  const end = chance.oneIn(2) ? first.end : Math.min(draft.length, first.end + chance.small(24));
  const far = chance.oneIn(200);
  const times = chance.pick(far ? GREAT_LENGTHS : LENGTHS);
  draft.repeat(first.start, end, { times, limit: far ? DRAFT_LIMIT : draft.length + USUAL_LIMIT });
}

function swap(draft: Draft, chance: Chance): void {
  const one = anyToken(draft, chance);
  const two = anyToken(draft, chance);
  const [first, second] = one.start < two.start ? [one, two] : [two, one];
  if (first.end > second.start) return;
  const left = draft.cut(first.start, first.end);
  const right = draft.cut(second.start, second.end);
  draft.replace(second.start, second.end, left);
  draft.replace(first.start, first.end, right);
}

function changeCase(draft: Draft, chance: Chance): void {
  const { start, end } = anyToken(draft, chance);
  const all = chance.oneIn(2);
  for (let at = start; at < end; at++) {
    const letter = draft.bytes[at]! | 0x20;
    if (letter >= 0x61 && letter <= 0x7a && (all || chance.oneIn(2))) draft.bytes[at]! ^= 0x20;
  }
}

function setNumber(draft: Draft, chance: Chance): void {
  let at = chance.below(draft.length);
  const isDigit = () => at < draft.length && draft.bytes[at]! >= 0x30 && draft.bytes[at]! <= 0x39;
  for (let tries = 0; tries < 100 && !isDigit(); tries++) at++;
  if (!isDigit()) return;
  const { start, end } = tokenAt(draft, at);
  draft.replace(start, end, chance.pick(NUMBERS));
}

/** The changes by token with the words of a dialect. */
export function tokenMutations(words: Words): readonly Mutation[] {
  const replace: Mutation = (draft, chance) => {
    const { start, end } = anyToken(draft, chance);
    draft.replace(start, end, chance.pick(words));
  };
  const insert: Mutation = (draft, chance) => {
    const { start, end } = anyToken(draft, chance);
    const at = chance.oneIn(2) ? start : end;
    draft.replace(at, at, chance.pick(words));
  };
  return [replace, replace, insert, insert, remove, double, repeat, swap, changeCase, setNumber];
}
