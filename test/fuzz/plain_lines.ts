// The lines of a SIP message (RFC 3261 7.3.1, 25.1): start line, header lines with folds joined, body. A fold's CRLF is read as two spaces, so that
// places stay what they are.

import * as codes from "../../wasm/assembly/codes.ts";
import { refuse } from "./plain_refusal.ts";

export interface PlainLine {
  /** In lower case, the compact form written out. */
  readonly name: string;
  readonly value: string;
}

const COMPACT: Readonly<Record<string, string>> = {
  a: "accept-contact",
  b: "referred-by",
  c: "content-type",
  d: "request-disposition",
  e: "content-encoding",
  f: "from",
  i: "call-id",
  j: "reject-contact",
  k: "supported",
  l: "content-length",
  m: "contact",
  o: "event",
  r: "refer-to",
  s: "subject",
  t: "to",
  u: "allow-events",
  v: "via",
  x: "session-expires",
  y: "identity",
};
/** Names that have a number. */
export const KNOWN: ReadonlyMap<string, number> = new Map(
  Object.entries(codes).filter(([name]) => name.startsWith("HEADER_") && name !== "HEADER_OTHER").map((
    [name, id],
  ) => [name.slice(7).toLowerCase().replaceAll("_", "-"), id] as const),
);
/** Of lines that a message may have. */
export const LINE_LIMIT = 256;
// A name, and its colon before any fold.
const NAME = /^([A-Za-z0-9\-.!%*_+`'~]+)[ \t]*:/;
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
// Not ISO 8859-1 by the letter, but a character a byte, and ASCII as it is.
const decoder = new TextDecoder("latin1");
const utf8 = new TextDecoder("utf-8", { fatal: true });

export class PlainLines {
  readonly start: string;
  readonly startAt: number;
  readonly all: PlainLine[] = [];
  readonly body: string;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const text = decoder.decode(bytes);
    let at = 0;
    while (text.startsWith("\r\n", at)) at += 2;
    this.startAt = at;
    const end = text.indexOf("\r\n", at);
    if (end < 0) refuse("no end of the start line");
    this.start = text.slice(at, end);
    if (CONTROL.test(this.start)) refuse("control character");
    at = end + 2;
    while (!text.startsWith("\r\n", at)) {
      const lineEnd = endOfLine(text, at);
      if (lineEnd < 0) refuse("no blank line");
      this.#add(text.slice(at, lineEnd), at);
      at = lineEnd + 2;
    }
    this.body = text.slice(at + 2);
  }

  values(name: string): string[] {
    return this.all.filter((line) => line.name === name).map(({ value }) => value);
  }

  /** The value of a header that may stand once. */
  single(name: string): string | undefined {
    const [value, second] = this.values(name);
    if (second !== undefined) refuse("twice", name);
    return value;
  }

  isUtf8(at: number, length: number): boolean {
    try {
      utf8.decode(this.#bytes.subarray(at, at + length));
      return true;
    } catch {
      return false;
    }
  }

  #add(raw: string, at: number): void {
    const written = NAME.exec(raw)?.[1]?.toLowerCase() ?? refuse("header line");
    const line = withoutPairs(raw.replaceAll("\r\n", "  "));
    if (CONTROL.test(line)) refuse("control character");
    const name = COMPACT[written] ?? written;
    const colon = line.indexOf(":") + 1;
    // An unknown header's value is nobody's to read.
    if (KNOWN.has(name) && !this.isUtf8(at + colon, line.length - colon)) refuse("no UTF-8", name);
    if (this.all.length === LINE_LIMIT) refuse("too many lines");
    this.all.push({ name, value: line.slice(colon).replace(/^[ \t]+/, "").replace(/[ \t]+$/, "") });
  }
}

/** Where the line's CRLF is: one that no white space follows. -1 = nowhere. */
function endOfLine(text: string, start: number): number {
  let end = text.indexOf("\r\n", start);
  while (end >= 0 && (text[end + 2] === " " || text[end + 2] === "\t")) end = text.indexOf("\r\n", end + 2);
  return end;
}

/** Control characters behind a backslash in a quoted string as spaces: quoted-pair has them, nobody needs them. */
function withoutPairs(line: string): string {
  if (!CONTROL.test(line)) return line;
  let text = "";
  let inside = false;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === '"') inside = !inside;
    text += character;
    if (!inside || character !== "\\" || at + 1 >= line.length) continue;
    const paired = line.charAt(++at);
    text += CONTROL.test(paired) && paired !== "\r" && paired !== "\n" ? " " : paired;
  }
  return text;
}
