// Changes that know a SIP message: its lines, names and values.

import type { Mutation } from "./byte_mutations.ts";
import type { Chance } from "./chance.ts";
import { bytesOf } from "./dictionary.ts";
import type { Draft } from "./draft.ts";
import { headerLine, message, startLine } from "./sip_grammar.ts";

const LF = 10;
const LONG_NAMES = [
  "Via",
  "From",
  "To",
  "Call-ID",
  "CSeq",
  "Max-Forwards",
  "Content-Length",
  "Contact",
  "Route",
  "X-Y",
]
  .concat(["Record-Route", "Content-Type", "Expires", "Supported", "Require"]).map(bytesOf);
const NAME_ENDS = [":", " :", "\t:", ": ", "\r\n :", "  : ", ":\r\n "].map(bytesOf);
const FOLDS = ["\r\n ", "\r\n\t", " \r\n  ", "\r\n \r\n "].map(bytesOf);

interface Line {
  readonly start: number;
  /** Behind its line break. */
  readonly end: number;
}

/** A line of the head, the start line not: number 0 is the start line's end. */
function anyLine(draft: Draft, chance: Chance): Line {
  const starts: number[] = [];
  const { bytes, length } = draft;
  let at = 0;
  while (at < length) {
    const lineFeed = bytes.indexOf(LF, at);
    if (lineFeed < 0 || lineFeed >= length) break;
    if (lineFeed - at <= 1 && starts.length > 0) break;
    starts.push(at);
    at = lineFeed + 1;
  }
  if (starts.length < 2) return { start: 0, end: at };
  const which = 1 + chance.below(starts.length - 1);
  return { start: starts[which]!, end: starts[which + 1] ?? at };
}

function removeLine(draft: Draft, chance: Chance): void {
  const { start, end } = anyLine(draft, chance);
  draft.remove(start, end);
}

function doubleLine(draft: Draft, chance: Chance): void {
  const { start, end } = anyLine(draft, chance);
  draft.repeat(start, end, { times: chance.oneIn(300) ? 300 : 1, limit: 60_000 });
}

function moveLine(draft: Draft, chance: Chance): void {
  const { start, end } = anyLine(draft, chance);
  const line = draft.cut(start, end);
  draft.remove(start, end);
  const place = anyLine(draft, chance).start;
  draft.replace(place, place, line);
}

function addLine(draft: Draft, chance: Chance): void {
  const { start } = anyLine(draft, chance);
  draft.replace(start, start, bytesOf(headerLine(chance) + "\r\n"));
}

function replaceLine(draft: Draft, chance: Chance): void {
  const { start, end } = anyLine(draft, chance);
  draft.replace(start, end, bytesOf(headerLine(chance) + "\r\n"));
}

function replaceStart(draft: Draft, chance: Chance): void {
  const end = draft.bytes.indexOf(LF);
  draft.replace(
    0,
    end < 0 || end >= draft.length ? draft.length : end + 1,
    bytesOf(startLine(chance) + "\r\n"),
  );
}

function renameLine(draft: Draft, chance: Chance): void {
  const { start, end } = anyLine(draft, chance);
  const colon = draft.bytes.indexOf(0x3a, start);
  if (colon < 0 || colon >= end) return;
  if (chance.oneIn(3)) draft.replace(colon, colon + 1, chance.pick(NAME_ENDS));
  else draft.replace(start, colon, chance.pick(LONG_NAMES));
}

function fold(draft: Draft, chance: Chance): void {
  const { start, end } = anyLine(draft, chance);
  const at = start + chance.below(end - start);
  draft.replace(at, chance.oneIn(2) ? at : Math.min(at + 1, draft.length), chance.pick(FOLDS));
}

/** Joins two lines' values by a comma. */
function joinLines(draft: Draft, chance: Chance): void {
  const { start } = anyLine(draft, chance);
  const colon = draft.bytes.indexOf(0x3a, start);
  if (start >= 2 && colon > 0 && colon < draft.length) draft.replace(start - 2, colon + 1, bytesOf(","));
}

function setLength(draft: Draft, chance: Chance): void {
  const text = new TextDecoder("latin1").decode(draft.bytes.subarray(0, Math.min(draft.length, 4096)));
  const blank = text.indexOf("\r\n\r\n");
  if (blank < 0) return;
  const size = draft.length - blank - 4 + (chance.oneIn(2) ? 0 : chance.below(5) - 2);
  draft.replace(blank, blank, bytesOf(`\r\nContent-Length: ${Math.max(0, size)}`));
}

function freshMessage(draft: Draft, chance: Chance): void {
  draft.load(bytesOf(message(chance)));
}

export const SIP_MUTATIONS: readonly Mutation[] = [
  removeLine,
  doubleLine,
  moveLine,
  addLine,
  addLine,
  replaceLine,
  replaceLine,
  replaceLine,
  replaceStart,
  renameLine,
  fold,
  joinLines,
  setLength,
  freshMessage,
];
