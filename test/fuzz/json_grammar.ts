// ROAP messages made from the grammar of JSON (RFC 8259) and the tables of what clients in the field write.

import type { Chance } from "./chance.ts";

const TYPES = [
  "OFFER",
  "ANSWER",
  "OK",
  "SHUTDOWN",
  "ERROR",
  "WAITING",
  "RINGING",
  "PRANSWER",
  "CANDIDATE",
  "INFO",
]
  .concat(["MESSAGE", "SUBSCRIBE", "NOTIFY", "PUBLISH", "REFER", "OFFER_RESPONSE", "UPDATE", "offer"]);
const ERRORS = [
  "NOMATCH",
  "TIMEOUT",
  "REFUSED",
  "CONFLICT",
  "DOUBLECONFLICT",
  "FAILED",
  "OFFLINE",
  "RETRY",
  "x",
];
const NUMBERS = [
  "0",
  "1",
  "7",
  "-0",
  "-1",
  "4294967295",
  "4294967296",
  "1e3",
  "1E+2",
  "10e-1",
  "0.5",
  "1.0",
  "1e400",
]
  .concat([
    "1e-400",
    "0.4294967295e10",
    "42949672950e-1",
    "00",
    "1.",
    ".5",
    "+1",
    "99999999999999999999",
    "0e9",
    "480",
  ]);
const PIECES = [
  "a",
  "B",
  "0",
  " ",
  "~",
  "\xc3\xa9",
  "\xe2\x82\xac",
  "\xf0\x9f\x98\x80",
  "\\n",
  "\\r\\n",
  "\\t",
  "\\/",
  "\\\\",
]
  .concat([
    '\\"',
    "\\u0041",
    "\\u00e9",
    "\\u20ac",
    "\\ud83d\\ude00",
    "\\uD83D\\uDE00",
    "v=0\\r\\no=- 1 1 IN IP4 0\\r\\n",
  ]);
const BENT_PIECES = [
  "\\ud800",
  "\\udc00",
  "\\ud800\\u0041",
  "\\u0000",
  "\\u000a",
  "\\u2028",
  "\\x",
  "\\u12",
  "\x01",
  "\x7f",
]
  .concat(["\xff", "\xc3", "\xed\xa0\x80", "\n", "\\"]);
const NAMES = [
  "messageType",
  "offererSessionId",
  "answererSessionId",
  "seq",
  "tieBreaker",
  "moreComing",
  "errorType",
]
  .concat([
    "status",
    "to",
    "from",
    "setSessionToken",
    "setResponseToken",
    "sessionToken",
    "responseToken",
    "sdp",
  ])
  .concat([
    "content",
    "offerSessionId",
    "answerSessionId",
    "tiebreaker",
    "moreComingFlag",
    "privacy",
    "roap",
    "orig",
    "dest",
  ])
  .concat([
    "type",
    "error",
    "msgContent",
    "reason",
    "version",
    "info",
    "transactionId",
    "contentType",
    "replaces",
    "referToken",
    "signal",
    "duration",
    "conn_id",
    "__proto__",
    "Seq",
    "",
    "seqx",
  ]);
const SPACE = ["", "", "", "", "", " ", "\n", "\t", "\r\n  "];
/** One text in so many has a piece that JSON or ROAP refuses. */
const BENT = 15;
const DEEP = 40;

export function string(chance: Chance): string {
  let text = "";
  for (let count = chance.below(8); count > 0; count--) text += chance.pick(PIECES);
  if (chance.oneIn(BENT)) text += chance.pick(BENT_PIECES);
  if (chance.oneIn(40)) text += "x".repeat(chance.pick([15, 16, 17, 240, 255, 256, 257, 1024, 1025, 5000]));
  return `"${text}"`;
}

export function value(chance: Chance, depth = 0): string {
  const kind = chance.below(depth > 3 ? 5 : 7);
  if (kind === 0) return chance.pick(NUMBERS);
  if (kind === 1) return chance.pick(["true", "false", "null", "tru", "True", "undefined"]);
  if (kind === 5) return `[${list(chance, () => value(chance, depth + 1))}]`;
  if (kind === 6) return object(chance, depth + 1);
  return string(chance);
}

function object(chance: Chance, depth: number): string {
  return `{${
    list(chance, () => `${string(chance)}${chance.pick(SPACE)}:${chance.pick(SPACE)}${value(chance, depth)}`)
  }}`;
}

function list(chance: Chance, item: () => string): string {
  let text = chance.pick(SPACE);
  for (let count = chance.below(4); count > 0; count--) {
    text += item() + chance.pick(SPACE) + (count > 1 || chance.oneIn(60) ? "," : "") + chance.pick(SPACE);
  }
  return text;
}

/** `"name":value`, the value mostly of the kind that the name asks for. */
export function member(chance: Chance): string {
  const name = chance.pick(NAMES);
  const colon = chance.oneIn(4) ? chance.pick(SPACE) + ":" + chance.pick(SPACE) : ":";
  return `${chance.oneIn(20) ? string(chance) : `"${name}"`}${colon}${valueOf(name, chance)}`;
}

function valueOf(name: string, chance: Chance): string {
  if (chance.oneIn(6)) return value(chance);
  if (chance.oneIn(200)) return "[".repeat(DEEP) + "]".repeat(DEEP);
  switch (name) {
    case "messageType":
    case "type":
      return chance.oneIn(4) ? String(chance.below(10)) : `"${chance.pick(TYPES)}"`;
    case "errorType":
    case "error":
      return chance.oneIn(4) ? String(chance.below(10)) : `"${chance.pick(ERRORS)}"`;
    case "seq":
    case "status":
      return chance.pick(NUMBERS);
    case "tieBreaker":
    case "tiebreaker":
    case "duration":
      return chance.oneIn(2) ? chance.pick(NUMBERS) : `"${chance.pick(NUMBERS)}"`;
    case "moreComing":
    case "moreComingFlag":
    case "privacy":
      return chance.pick(["true", "false", '"true"', '"false"', '""', '"t\\u0072ue"', '"x"', "1"]);
    case "info":
    case "roap":
      return `{${list(chance, () => member(chance))}}`;
    case "offererSessionId":
    case "answererSessionId":
    case "signal":
      return chance.oneIn(4) ? chance.pick(NUMBERS) : string(chance);
    default:
      return string(chance);
  }
}

/** A whole message that is mostly good. */
export function message(chance: Chance): string {
  const parts = [
    `"messageType":"${chance.pick(TYPES)}"`,
    '"offererSessionId":"o"',
    `"seq":${chance.below(100)}`,
  ];
  if (chance.oneIn(2)) parts.push('"answererSessionId":"a"');
  if (!chance.oneIn(3)) parts.push(`"sdp":${string(chance)}`);
  if (chance.oneIn(3)) parts.push(`"errorType":"${chance.pick(ERRORS)}"`);
  for (let count = chance.below(4); count > 0; count--) parts.push(member(chance));
  const text = `{${parts.join(",")}}`;
  return chance.oneIn(6) ? `{"orig":${string(chance)},"dest":${string(chance)},"roap":${text}}` : text;
}
