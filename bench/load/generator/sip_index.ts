// Where the lines of a SIP message are: as much of RFC 3261 as a load generator has to know of what a proxy sends it.

/** Kinds of lines. */
export const VIA = 1;
export const FROM = 2;
export const TO = 3;
export const CALL_ID = 4;
export const CSEQ = 5;
export const CONTACT = 6;
export const RECORD_ROUTE = 7;
export const CHALLENGE = 8;
const OTHER = 0;

export const INVITE = 1;
export const ACK = 2;
export const BYE = 3;
export const CANCEL = 4;
export const REGISTER = 5;

/** Names in lower case, short forms too, by kind. */
const NAMES: Readonly<Record<string, number>> = {
  "via": VIA,
  "v": VIA,
  "from": FROM,
  "f": FROM,
  "to": TO,
  "t": TO,
  "call-id": CALL_ID,
  "i": CALL_ID,
  "cseq": CSEQ,
  "contact": CONTACT,
  "m": CONTACT,
  "record-route": RECORD_ROUTE,
  "www-authenticate": CHALLENGE,
};
const METHODS: readonly (readonly [string, number])[] = [
  ["INVITE", INVITE],
  ["ACK", ACK],
  ["BYE", BYE],
  ["CANCEL", CANCEL],
  ["REGISTER", REGISTER],
];
const LINES = 64;
const [CR, LF, SPACE, COLON, TAB] = [13, 10, 32, 58, 9];
const ENCODED = Object.entries(NAMES).map(([name, kind]) => ({ name: new TextEncoder().encode(name), kind }));
const ENCODED_METHODS = METHODS.map(([name, method]) => ({ name: new TextEncoder().encode(name), method }));

/** The places of one message; one object for all of them. */
export class SipIndex {
  /** 0 = a request. */
  status = 0;
  /** Of a request its own, of a response that of its CSeq; 0 = one we do not know. */
  method = 0;
  uriStart = 0;
  uriEnd = 0;
  bodyStart = 0;
  end = 0;
  lines = 0;
  readonly kinds = new Uint8Array(LINES);
  /** A line from its name to behind its line end. */
  readonly starts = new Int32Array(LINES);
  readonly ends = new Int32Array(LINES);
  /** Where its value begins. */
  readonly values = new Int32Array(LINES);

  /** False: no SIP message, or one with more lines than we look at. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.end = end;
    this.lines = 0;
    let at = lineEnd(bytes, start, end);
    if (at < 0 || !this.#readStart(bytes, start, at)) return false;
    for (;;) {
      if (bytes[at] === CR && bytes[at + 1] === LF) break;
      const next = lineEnd(bytes, at, end);
      if (next < 0 || this.lines === LINES) return false;
      this.#readLine(bytes, at, next);
      at = next;
    }
    this.bodyStart = at + 2;
    if (this.status === 0) return true;
    const cseq = this.find(CSEQ);
    if (cseq < 0) return false;
    let name = this.values[cseq]!;
    while (bytes[name]! > SPACE) name++;
    this.method = methodAt(bytes, name + 1, this.ends[cseq]!);
    return true;
  }

  /** The first line of a kind, -1 = there is none. */
  find(kind: number): number {
    for (let i = 0; i < this.lines; i++) if (this.kinds[i] === kind) return i;
    return -1;
  }

  #readStart(bytes: Uint8Array, start: number, end: number): boolean {
    let space = start;
    while (space < end && bytes[space] !== SPACE) space++;
    if (space === end) return false;
    // "SIP/2.0 " begins a response.
    if (bytes[start] === 83 && bytes[start + 3] === 47) {
      this.status = (bytes[space + 1]! - 48) * 100 + (bytes[space + 2]! - 48) * 10 + bytes[space + 3]! - 48;
      return this.status >= 100 && this.status < 700;
    }
    this.status = 0;
    this.method = methodAt(bytes, start, end);
    this.uriStart = space + 1;
    this.uriEnd = this.uriStart;
    while (this.uriEnd < end && bytes[this.uriEnd] !== SPACE) this.uriEnd++;
    return this.uriEnd < end;
  }

  #readLine(bytes: Uint8Array, start: number, end: number): void {
    let colon = start;
    while (colon < end && bytes[colon] !== COLON) colon++;
    let value = colon + 1;
    while (value < end && (bytes[value] === SPACE || bytes[value] === TAB)) value++;
    this.kinds[this.lines] = kindOf(bytes, start, colon);
    this.starts[this.lines] = start;
    this.values[this.lines] = value;
    this.ends[this.lines++] = end;
  }
}

function kindOf(bytes: Uint8Array, start: number, end: number): number {
  for (let i = 0; i < ENCODED.length; i++) {
    const { name, kind } = ENCODED[i]!;
    if (name.length === end - start && isSame(bytes, start, name)) return kind;
  }
  return OTHER;
}

function isSame(bytes: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if ((bytes[start + i]! | 0x20) !== (name[i]! | 0x20)) return false;
  return true;
}

function methodAt(bytes: Uint8Array, start: number, end: number): number {
  for (let i = 0; i < ENCODED_METHODS.length; i++) {
    const { name, method } = ENCODED_METHODS[i]!;
    if (start + name.length < end && isSame(bytes, start, name) && bytes[start + name.length]! <= SPACE) {
      return method;
    }
  }
  return 0;
}

/** Behind the next line end, -1 = there is none. */
function lineEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === LF) return at + 1;
  return -1;
}
