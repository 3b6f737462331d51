// Changes that know a ROAP message: its members and its strings.

import type { Mutation } from "./byte_mutations.ts";
import type { Chance } from "./chance.ts";
import { bytesOf } from "./dictionary.ts";
import type { Draft } from "./draft.ts";
import { member, message, string, value } from "./json_grammar.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING = [0x7b, 0x5b];

/** The next of some bytes from a random place on, around the end. Undefined when there is none. */
function anyOf(draft: Draft, chance: Chance, wanted: readonly number[]): number | undefined {
  const from = chance.below(draft.length);
  for (let step = 0; step < draft.length; step++) {
    const at = (from + step) % draft.length;
    if (wanted.includes(draft.bytes[at]!)) return at;
  }
  return undefined;
}

/** Behind the string that starts at a quote. */
function stringEnd(draft: Draft, quote: number): number {
  let at = quote + 1;
  while (at < draft.length && draft.bytes[at] !== QUOTE) at += draft.bytes[at] === BACKSLASH ? 2 : 1;
  return Math.min(draft.length, at + 1);
}

/** Behind the value at an address, its brackets counted. */
function valueEnd(draft: Draft, start: number): number {
  let depth = 0;
  let at = start;
  while (at < draft.length) {
    const byte = draft.bytes[at]!;
    if (byte === QUOTE) at = stringEnd(draft, at) - 1;
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d || byte === COMMA) {
      if (byte !== COMMA && --depth < 0) return at;
      if (byte === COMMA && depth === 0) return at;
    }
    at++;
  }
  return at;
}

function replaceValue(draft: Draft, chance: Chance): void {
  const colon = anyOf(draft, chance, [COLON]);
  if (colon === undefined) return;
  draft.replace(colon + 1, valueEnd(draft, colon + 1), bytesOf(value(chance)));
}

function addMember(draft: Draft, chance: Chance): void {
  const brace = anyOf(draft, chance, [...OPENING, COMMA]);
  if (brace === undefined) return;
  draft.replace(brace + 1, brace + 1, bytesOf(member(chance) + ","));
}

function removeMember(draft: Draft, chance: Chance): void {
  const comma = anyOf(draft, chance, [COMMA]);
  if (comma !== undefined) draft.remove(comma, valueEnd(draft, comma + 1));
}

function doubleMember(draft: Draft, chance: Chance): void {
  const comma = anyOf(draft, chance, [COMMA]);
  if (comma === undefined) return;
  draft.repeat(comma, valueEnd(draft, comma + 1), { times: chance.oneIn(200) ? 500 : 1, limit: 60_000 });
}

function replaceString(draft: Draft, chance: Chance): void {
  const quote = anyOf(draft, chance, [QUOTE]);
  if (quote !== undefined) draft.replace(quote, stringEnd(draft, quote), bytesOf(string(chance)));
}

/** Writes a character of a string as an escape. */
function escapeOne(draft: Draft, chance: Chance): void {
  const at = chance.below(draft.length);
  const byte = draft.bytes[at];
  if (byte === undefined || byte >= 0x80) return;
  const hex = byte.toString(16).padStart(4, "0");
  draft.replace(at, at + 1, bytesOf("\\u" + (chance.oneIn(2) ? hex : hex.toUpperCase())));
}

/** Puts a value inside more brackets. */
function nest(draft: Draft, chance: Chance): void {
  const colon = anyOf(draft, chance, [COLON]);
  if (colon === undefined) return;
  const end = valueEnd(draft, colon + 1);
  const depth = chance.pick([1, 2, 29, 30, 31, 32, 33, 64, 65, 5000]);
  const object = chance.oneIn(2);
  draft.replace(end, end, bytesOf((object ? "}" : "]").repeat(depth)));
  draft.replace(colon + 1, colon + 1, bytesOf((object ? '{"a":' : "[").repeat(depth)));
}

function wrap(draft: Draft, chance: Chance): void {
  draft.replace(draft.length, draft.length, bytesOf("}"));
  draft.replace(0, 0, bytesOf(`{"orig":${string(chance)},"dest":${string(chance)},"roap":`));
}

function freshMessage(draft: Draft, chance: Chance): void {
  draft.load(bytesOf(message(chance)));
}

export const JSON_MUTATIONS: readonly Mutation[] = [
  replaceValue,
  replaceValue,
  addMember,
  addMember,
  removeMember,
  doubleMember,
  replaceString,
  replaceString,
  escapeOne,
  nest,
  wrap,
  freshMessage,
];
