// A slow, plain reader of ROAP: JSON.parse, then the tables of what clients write, one rule after the other. Written from the draft and from
// RFC 8259, not from the codec: where both say the same, two different ways led there.

import { depthOf, repeatedMember } from "./json_members.ts";
import * as codes from "../../wasm/assembly/roap_codes.ts";

/** A number as it was written. */
class Numeral {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export interface PlainRoap {
  type: number;
  errorType: number;
  status: number;
  seq: number;
  tieBreaker: number;
  moreComing: boolean;
  duration: number;
  privacy: boolean;
  readonly texts: Map<string, string>;
}

const TYPES: Readonly<Record<string, number>> = {
  OFFER: codes.ROAP_OFFER,
  OFFER_RESPONSE: codes.ROAP_OFFER,
  ANSWER: codes.ROAP_ANSWER,
  OK: codes.ROAP_OK,
  SHUTDOWN: codes.ROAP_SHUTDOWN,
  ERROR: codes.ROAP_ERROR,
  WAITING: codes.ROAP_WAITING,
  RINGING: codes.ROAP_RINGING,
  PRANSWER: codes.ROAP_PRANSWER,
  CANDIDATE: codes.ROAP_CANDIDATE,
  INFO: codes.ROAP_INFO,
  MESSAGE: codes.ROAP_MESSAGE,
  SUBSCRIBE: codes.ROAP_SUBSCRIBE,
  NOTIFY: codes.ROAP_NOTIFY,
  PUBLISH: codes.ROAP_PUBLISH,
  OFFER_REQUEST: codes.ROAP_OFFER_REQUEST,
  REFER: codes.ROAP_REFER,
};
/** Numbers of the client with the numeric envelope, from 1. */
const NUMERIC_TYPES = ["", "OFFER", "ANSWER", "OK", "CANDIDATE", "SHUTDOWN", "ERROR", "MESSAGE"];
const NUMERIC_ERRORS = [
  "",
  "OFFLINE",
  "TIMEOUT",
  "NOMATCH",
  "REFUSED",
  "CONFLICT",
  "DOUBLECONFLICT",
  "FAILED",
  "FAILED",
];
const ERRORS: Readonly<Record<string, number>> = {
  NOMATCH: codes.ERROR_TYPE_NOMATCH,
  OUT_OF_ORDER: codes.ERROR_TYPE_NOMATCH,
  TIMEOUT: codes.ERROR_TYPE_TIMEOUT,
  REFUSED: codes.ERROR_TYPE_REFUSED,
  CONFLICT: codes.ERROR_TYPE_CONFLICT,
  DOUBLECONFLICT: codes.ERROR_TYPE_DOUBLECONFLICT,
  FAILED: codes.ERROR_TYPE_FAILED,
  OFFLINE: codes.ERROR_TYPE_FAILED,
  INVALID_STATE: codes.ERROR_TYPE_FAILED,
  RETRY: codes.ERROR_TYPE_FAILED,
};
const SPELLINGS: Readonly<Record<string, string>> = {
  offerSessionId: "offererSessionId",
  answerSessionId: "answererSessionId",
  tiebreaker: "tieBreaker",
  moreComingFlag: "moreComing",
};
const INNER_SPELLINGS: Readonly<Record<string, string>> = {
  type: "messageType",
  error: "errorType",
  msgContent: "content",
};
const IDS = ["offererSessionId", "answererSessionId"];
const ADDRESSES = ["to", "from"];
const TOKENS = ["setSessionToken", "setResponseToken", "sessionToken", "responseToken"];
const BODIES = ["sdp", "content"];
const OWN = ["transactionId", "contentType", "replaces", "referToken"];
const TEXTS = [...IDS, ...ADDRESSES, ...TOKENS, ...BODIES, ...OWN];
const KNOWN = new Set([
  "messageType",
  "errorType",
  "seq",
  "status",
  "tieBreaker",
  "moreComing",
  "privacy",
  ...TEXTS,
])
  .add("info");
/** Members of the object `info`, under names that no other member has. */
const INFO: Readonly<Record<string, string>> = {
  type: "infoType",
  signal: "signal",
  duration: "duration",
};
/** Members of the object around a ROAP message. */
const ENVELOPE = ["roap", "orig", "dest"];
/** Members that a type cannot do without, beside its own. */
const REQUIRED: Readonly<Record<number, readonly string[]>> = {
  [codes.ROAP_OFFER]: ["offererSessionId", "seq", "sdp"],
  [codes.ROAP_ANSWER]: ["offererSessionId", "answererSessionId", "seq", "sdp"],
  [codes.ROAP_OK]: ["offererSessionId", "seq"],
  [codes.ROAP_SHUTDOWN]: ["offererSessionId", "seq"],
  [codes.ROAP_WAITING]: ["offererSessionId", "seq"],
  [codes.ROAP_RINGING]: ["offererSessionId", "seq"],
  [codes.ROAP_PRANSWER]: ["offererSessionId", "seq"],
  [codes.ROAP_ERROR]: ["errorType"],
  [codes.ROAP_CANDIDATE]: ["offererSessionId"],
  [codes.ROAP_INFO]: ["offererSessionId"],
  [codes.ROAP_OFFER_REQUEST]: ["offererSessionId", "seq"],
  [codes.ROAP_REFER]: ["offererSessionId"],
};
const DEPTH = 32;
const LARGEST = 0xffffffffn;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;

/** What the message says, or what is wrong with it. */
export function readPlainRoap(bytes: Uint8Array): PlainRoap | string {
  let root: unknown;
  let text: string;
  try {
    text = decoder.decode(bytes);
    if (text.startsWith("SDP\n")) text = text.slice(4);
    root = parse(text);
  } catch {
    return "no JSON";
  }
  if (!isObject(root)) return "no object";
  if (depthOf(text) > DEPTH) return "too deep";
  const twice = repeatedMember(text, isKnownAt);
  if (twice !== undefined) return `${twice} twice`;
  return new PlainReading().read(root);
}

/** Whether a name means anything in an object: at depth 1 the message's own, at depth 2 its `roap`, inside either its `info`. */
function isKnownAt(
  name: string,
  depth: number,
  [parent, grandparent]: readonly (string | undefined)[],
): boolean {
  const isInfo = parent === "info" && (depth === 2 || (depth === 3 && grandparent === "roap"));
  if (isInfo && own(INFO, name) !== undefined) return true;
  if (depth === 1) return KNOWN.has(own(SPELLINGS, name) ?? name) || ENVELOPE.includes(name);
  return depth === 2 && parent === "roap" &&
    KNOWN.has(own(INNER_SPELLINGS, name) ?? own(SPELLINGS, name) ?? name);
}

/** JSON.parse with numbers as they were written: a double would round them. */
function parse(text: string): unknown {
  const keep = (_: string, value: unknown, context: { readonly source: string }) =>
    typeof value === "number" ? new Numeral(context.source) : value;
  return JSON.parse(text, keep as (key: string, value: unknown) => unknown);
}

class PlainReading implements PlainRoap {
  type = 0;
  errorType = 0;
  status = 0;
  seq = -1;
  tieBreaker = -1;
  moreComing = false;
  duration = -1;
  privacy = false;
  readonly texts = new Map<string, string>();
  readonly #seen = new Set<string>();
  readonly #present = new Set<string>();

  read(root: Record<string, unknown>): PlainRoap | string {
    const inner = root["roap"];
    if (inner !== undefined && inner !== null && !isObject(inner)) return "roap is no object";
    const members = [
      ...Object.entries(root).map(([name, value]) => [own(SPELLINGS, name) ?? name, value] as const),
      ...Object.entries(isObject(inner) ? inner : {}).map(([name, value]) =>
        [own(INNER_SPELLINGS, name) ?? own(SPELLINGS, name) ?? name, value] as const
      ),
    ];
    for (const [name, value] of members) {
      if (!KNOWN.has(name)) continue;
      if (this.#seen.has(name)) return `${name} twice`;
      this.#seen.add(name);
      const wrong = value === null ? "" : name === "info" ? this.#info(value) : this.#member(name, value);
      if (wrong !== "") return `${name}: ${wrong}`;
    }
    if (isObject(inner)) {
      for (const [outer, name] of [["orig", "from"], ["dest", "to"]] as const) {
        const value = root[outer];
        if (typeof value !== "string" || !value.isWellFormed() || this.texts.has(name)) continue;
        const wrong = this.#text(name, value);
        if (wrong !== "") return `${outer}: ${wrong}`;
      }
    }
    if (this.type === 0) return "no type";
    const isOwn = this.type === codes.ROAP_OK && this.#present.has("transactionId");
    const missing = isOwn ? undefined : (REQUIRED[this.type] ?? []).find((name) => !this.#present.has(name));
    return missing === undefined ? this : `no ${missing}`;
  }

  #info(value: unknown): string {
    if (!isObject(value)) return "no object";
    for (const [name, inner] of Object.entries(value)) {
      const member = own(INFO, name);
      if (member === undefined || inner === null) continue;
      const wrong = this.#member(member, inner);
      if (wrong !== "") return `${name}: ${wrong}`;
    }
    return "";
  }

  #member(name: string, value: unknown): string {
    if (name === "messageType") return this.#type(value);
    if (name === "errorType") return this.#errorType(value);
    if (name === "seq" || name === "status") return this.#number(name, value);
    if (name === "tieBreaker" || name === "duration") return this.#decimal(name, value);
    if (name === "moreComing" || name === "privacy") return this.#truth(name, value);
    if (value instanceof Numeral && (IDS.includes(name) || name === "signal")) {
      return this.#text(name, value.source);
    }
    return typeof value === "string" ? this.#text(name, value) : "wrong kind";
  }

  #type(value: unknown): string {
    const name = value instanceof Numeral ? NUMERIC_TYPES[wholeNumber(value.source) ?? 0] : value;
    this.type = typeof name === "string" ? own(TYPES, name) ?? 0 : 0;
    return this.type === 0 ? "unknown" : "";
  }

  #errorType(value: unknown): string {
    if (value === "") return "";
    const name = value instanceof Numeral ? NUMERIC_ERRORS[wholeNumber(value.source) ?? 0] : value;
    this.errorType = typeof name === "string" ? own(ERRORS, name) ?? 0 : 0;
    if (name === "OFFLINE" && this.status === 0) this.status = 480;
    if (this.errorType !== 0) this.#present.add("errorType");
    return this.errorType === 0 ? "unknown" : "";
  }

  #number(name: "seq" | "status", value: unknown): string {
    const number = value instanceof Numeral ? wholeNumber(value.source) : undefined;
    if (number === undefined || (name === "status" && (number < 100 || number > 699))) {
      return "no such number";
    }
    this[name] = number;
    this.#present.add(name);
    return "";
  }

  #decimal(name: "tieBreaker" | "duration", value: unknown): string {
    if (value === "") return "";
    const text = value instanceof Numeral ? value.source : value;
    const isDigits = typeof value === "string" && /^\d{1,10}$/.test(value);
    const number = typeof text === "string" && (value instanceof Numeral || isDigits)
      ? wholeNumber(text)
      : undefined;
    if (number === undefined) return "no such number";
    this[name] = number;
    return "";
  }

  #truth(name: "moreComing" | "privacy", value: unknown): string {
    if (value !== "" && typeof value !== "boolean" && value !== "true" && value !== "false") {
      return "no truth";
    }
    this[name] = value === true || value === "true";
    return "";
  }

  #text(name: string, value: string): string {
    if (!value.isWellFormed()) return "half a pair";
    if (value === "") return "";
    if (!BODIES.includes(name)) {
      const limit = ADDRESSES.includes(name) ? 1024 : 256;
      if (value.length > limit || encoder.encode(value).length > limit) return "too long";
      if (CONTROL.test(value)) return "control character";
    }
    this.texts.set(name, value);
    this.#present.add(name);
    return "";
  }
}

/** The value of a whole number of 32 bits, however written: 1.0, 10e-1 and 1 are the same. */
function wholeNumber(source: string): number | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return 0;
  if (sign === "-") return undefined;
  const kept = digits.replace(/0+$/, "");
  const zeros = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - kept.length);
  if (zeros < 0n || BigInt(kept.length) + zeros > 10n) return undefined;
  const value = BigInt(kept) * 10n ** zeros;
  return value > LARGEST ? undefined : Number(value);
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Numeral);
}
