// The head of an HTTP/1 request, read strictly (RFC 9112 sections 2 to 5): what is not certain is refused, so that nobody behind us reads it otherwise.

import { Buffer } from "node:buffer";

/** A request line and header fields. */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  /** 0 or 1, of HTTP/1. */
  readonly minor: number;
  readonly headers: HeaderFields;
}

/** Bytes of a head, its blank line included. */
export const HEAD_LIMIT = 8_192;
const FIELD_LIMIT = 100;

const REQUEST_LINE = /^([!#$%&'*+.^_`|~\dA-Za-z-]+) ([\x21-\x7e\x80-\xff]+) HTTP\/(\d)\.(\d)$/;
const FIELD_LINE =
  /^([!#$%&'*+.^_`|~\dA-Za-z-]+):[ \t]*((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)[ \t]*$/;

/** Header fields in their order. Names are compared without regard to case. */
export class HeaderFields {
  readonly lines: readonly (readonly [name: string, value: string])[];

  constructor(lines: readonly (readonly [name: string, value: string])[]) {
    this.lines = lines;
  }

  has(name: string): boolean {
    return this.lines.some(([one]) => one.toLowerCase() === name);
  }

  count(name: string): number {
    return this.lines.filter(([one]) => one.toLowerCase() === name).length;
  }

  /** All values of a field joined as one list, null = there is none. `name` is lower case. */
  get(name: string): string | null {
    const values = this.lines.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
    return values.length === 0 ? null : values.join(", ");
  }

  /** Whether a field that is a list has this element, without regard to case. */
  lists(name: string, token: string): boolean {
    return (this.get(name) ?? "").split(",").some((element) => element.trim().toLowerCase() === token);
  }
}

/** Bytes up to the end of the blank line, 0 = it is not there. Looks from `from` on. */
export function headEnd(bytes: Uint8Array, from = 0): number {
  for (let at = bytes.indexOf(10, from); at >= 0; at = bytes.indexOf(10, at + 1)) {
    if (at >= 3 && bytes[at - 1] === 13 && bytes[at - 2] === 10 && bytes[at - 3] === 13) return at + 1;
  }
  return 0;
}

/** `bytes` end with the blank line. A number is the status that refuses them. */
export function readHead(bytes: Uint8Array): RequestHead | number {
  // Not TextDecoder: what it calls latin1 is another code from 0x80 to 0x9f, and the head may have to be written again.
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length - 4).toString("latin1").split(
    "\r\n",
  );
  const [, method, target, major, minor] = REQUEST_LINE.exec(lines[0]!) ?? [];
  if (method === undefined || target === undefined) return 400;
  if (major !== "1" || Number(minor) > 1) return 505;
  if (lines.length - 1 > FIELD_LIMIT) return 431;
  const fields: [string, string][] = [];
  for (let at = 1; at < lines.length; at++) {
    const [, name, value] = FIELD_LINE.exec(lines[at]!) ?? [];
    if (name === undefined || value === undefined) return 400;
    fields.push([name, value]);
  }
  const headers = new HeaderFields(fields);
  const hosts = headers.count("host");
  if (hosts > 1 || (hosts === 0 && minor === "1")) return 400;
  return { method, target, minor: Number(minor), headers };
}

/** The head again, with these fields instead of all that have one of their names. */
export function writeHead(head: RequestHead, replaced: readonly (readonly [string, string])[]): Uint8Array {
  const gone = new Set(replaced.map(([name]) => name.toLowerCase()));
  const kept = head.headers.lines.filter(([name]) => !gone.has(name.toLowerCase()));
  const lines = [...kept, ...replaced].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return latin1(`${head.method} ${head.target} HTTP/1.${head.minor}\r\n${lines}\r\n`);
}

/** The bytes of a text whose characters are below 256. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
