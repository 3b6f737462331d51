// Where the members of a ROAP message are. One look at each byte, no object, no text.

export const OFFER = 1;
export const ANSWER = 2;
export const OK = 3;
export const SHUTDOWN = 4;
export const ERROR = 5;
/** RINGING, WAITING, an ANSWER with moreComing: news on the way. */
export const PROVISIONAL = 6;

const [QUOTE, BACKSLASH, COLON, COMMA, BRACE, END_BRACE, BRACKET, END_BRACKET] = [
  34,
  92,
  58,
  44,
  123,
  125,
  91,
  93,
];
const TYPES: readonly (readonly [string, number])[] = [
  ["OFFER", OFFER],
  ["ANSWER", ANSWER],
  ["OK", OK],
  ["SHUTDOWN", SHUTDOWN],
  ["ERROR", ERROR],
  ["RINGING", PROVISIONAL],
  ["WAITING", PROVISIONAL],
  ["PRANSWER", PROVISIONAL],
];
const NAMES = [
  "messageType",
  "offererSessionId",
  "answererSessionId",
  "seq",
  "sdp",
  "from",
  "status",
  "errorType",
  "moreComing",
] as const;
const encoder = new TextEncoder();
const ENCODED = NAMES.map((name) => encoder.encode(name));
const ENCODED_TYPES = TYPES.map(([name, type]) => ({ name: encoder.encode(name), type }));

/** Place of a member's value, without quotes; its end is 0 when it is absent. */
export interface Place {
  start: number;
  end: number;
}

/** The places of one message; one object for all of them. */
export class RoapIndex {
  /** 0 = one we do not know. */
  type = 0;
  readonly #places: readonly Place[] = NAMES.map(() => ({ start: 0, end: 0 }));
  readonly offerer = this.#place("offererSessionId");
  readonly answerer = this.#place("answererSessionId");
  readonly seq = this.#place("seq");
  readonly sdp = this.#place("sdp");
  readonly from = this.#place("from");
  readonly status = this.#place("status");
  readonly errorType = this.#place("errorType");

  /** False: not an object of JSON as ROAP has it. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    for (let i = 0; i < this.#places.length; i++) this.#places[i]!.end = 0;
    this.type = 0;
    let at = skip(bytes, start, end);
    if (bytes[at] !== BRACE) return false;
    at = skip(bytes, at + 1, end);
    while (at < end && bytes[at] !== END_BRACE) {
      if (bytes[at] !== QUOTE) return false;
      const nameEnd = stringEnd(bytes, at, end);
      const name = memberOf(bytes, at + 1, nameEnd);
      at = skip(bytes, nameEnd + 1, end);
      if (bytes[at] !== COLON) return false;
      at = skip(bytes, at + 1, end);
      const isText = bytes[at] === QUOTE;
      const valueEnd = isText ? stringEnd(bytes, at, end) : bareEnd(bytes, at, end);
      if (name >= 0) {
        const place = this.#places[name]!;
        place.start = isText ? at + 1 : at;
        place.end = valueEnd;
      }
      at = skip(bytes, isText ? valueEnd + 1 : valueEnd, end);
      if (bytes[at] === COMMA) at = skip(bytes, at + 1, end);
    }
    if (at >= end) return false;
    this.type = this.#typeOf(bytes);
    return true;
  }

  #typeOf(bytes: Uint8Array): number {
    const { start, end } = this.#place("messageType");
    for (let i = 0; i < ENCODED_TYPES.length; i++) {
      const { name, type } = ENCODED_TYPES[i]!;
      if (!isSame(bytes, start, end, name)) continue;
      const more = this.#place("moreComing");
      return type === ANSWER && more.end > 0 && bytes[more.start] === 116 ? PROVISIONAL : type;
    }
    return 0;
  }

  #place(name: typeof NAMES[number]): Place {
    return this.#places[NAMES.indexOf(name)]!;
  }
}

function memberOf(bytes: Uint8Array, start: number, end: number): number {
  for (let i = 0; i < ENCODED.length; i++) if (isSame(bytes, start, end, ENCODED[i]!)) return i;
  return -1;
}

function isSame(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false;
  return true;
}

/** The closing quote of the string that begins at `at`. */
function stringEnd(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at + 1; i < end; i++) {
    if (bytes[i] === BACKSLASH) i++;
    else if (bytes[i] === QUOTE) return i;
  }
  return end;
}

/** Behind a number, a word, or a nested value. */
function bareEnd(bytes: Uint8Array, at: number, end: number): number {
  let depth = 0;
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) i = stringEnd(bytes, i, end);
    else if (byte === BRACE || byte === BRACKET) depth++;
    else if ((byte === END_BRACE || byte === END_BRACKET) && depth-- === 0) return i;
    else if ((byte === COMMA || byte <= 32) && depth === 0) return i;
  }
  return end;
}

function skip(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at]! <= 32) at++;
  return at;
}
