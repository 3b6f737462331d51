// The best way of indexing SIP that we know in JavaScript alone: one walk over the bytes, which the engine compiles into plain loads. A name
// is looked up by its first and last letter and its length and then compared; places go into one typed array; nothing is made.

const NAMES = [
  "Via",
  "Max-Forwards",
  "From",
  "To",
  "Call-ID",
  "CSeq",
  "Contact",
  "Content-Type",
  "Content-Length",
  "Allow",
  "Supported",
  "User-Agent",
  "Route",
  "Record-Route",
  "Require",
  "Expires",
  "Authorization",
  "Session-Expires",
  "P-Asserted-Identity",
  "Server",
  "Event",
] as const;

export type HeaderName = typeof NAMES[number];

const COMPACT: Readonly<Record<string, HeaderName>> = {
  v: "Via",
  f: "From",
  t: "To",
  i: "Call-ID",
  m: "Contact",
  c: "Content-Type",
  l: "Content-Length",
  k: "Supported",
  o: "Event",
  x: "Session-Expires",
};

const LINE_LIMIT = 256;
const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;

/** Number of a header name, from 1 on; 0 = another name. */
export function idOf(name: HeaderName): number {
  return NAMES.indexOf(name) + 1;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Shape of a name → its number. Where two have one shape the later one is found by its text alone. */
const byShape = new Uint8Array(1 << 15);
const byText = new Map<string, number>();
const spellings: Uint8Array[] = [new Uint8Array()];
for (const [at, name] of NAMES.entries()) {
  const shape = shapeOf(name.charCodeAt(0), name.charCodeAt(name.length - 1), name.length);
  if (byShape[shape] === 0) byShape[shape] = at + 1;
  byText.set(name.toLowerCase(), at + 1);
  spellings.push(encoder.encode(name));
}
for (const [letter, name] of Object.entries(COMPACT)) byText.set(letter, idOf(name));

/** Three numbers a line: that of its name, start and end of its value. */
export const lines = new Int32Array(3 * LINE_LIMIT);
/** For each number the place in `lines` of its first line, counted from 1; 0 = there is none. */
export const firstLines = new Uint16Array(NAMES.length + 1);

/**
 * Indexes the header lines from `at`, behind the start line, up to the empty line. Answers where the body begins, -1 when there is
 * no empty line or a line is no header field.
 */
export function indexLines(bytes: Uint8Array, at: number): number {
  const last = bytes.length - 1;
  firstLines.fill(0);
  for (let count = 1; count <= LINE_LIMIT; count++) {
    if (bytes[at] === CR && bytes[at + 1] === LF) return at + 2;
    const start = at;
    while (at < last && bytes[at] !== COLON && bytes[at] !== CR) at++;
    if (bytes[at] !== COLON) return -1;
    const id = numberOf(bytes, start, at);
    at++;
    while (isBlank(bytes[at])) at++;
    const from = at;
    do {
      while (at < last && bytes[at] !== CR) at++;
      if (at >= last) return -1;
      at += 2;
      if (bytes[at - 1] !== LF) return -1;
    } while (isBlank(bytes[at]));
    let to = at - 2;
    while (to > from && isBlank(bytes[to - 1])) to--;
    const line = 3 * (count - 1);
    lines[line] = id;
    lines[line + 1] = from;
    lines[line + 2] = to;
    if (firstLines[id] === 0) firstLines[id] = count;
  }
  return -1;
}

function numberOf(bytes: Uint8Array, start: number, colon: number): number {
  const length = colon - start;
  const id = byShape[shapeOf(bytes[start] ?? 0, bytes[colon - 1] ?? 0, length)] ?? 0;
  const spelling = spellings[id];
  if (id !== 0 && spelling !== undefined && spelling.length === length) {
    let at = 0;
    while (at < length && bytes[start + at] === spelling[at]) at++;
    if (at === length) return id;
  }
  // Another case, white space before the colon, a compact form, or a name that is not known.
  return byText.get(decoder.decode(bytes.subarray(start, colon)).trimEnd().toLowerCase()) ?? 0;
}

function shapeOf(first: number, last: number, length: number): number {
  return (first & 31) << 10 | (last & 31) << 5 | length & 31;
}

function isBlank(code: number | undefined): boolean {
  return code === 0x20 || code === 0x09;
}
