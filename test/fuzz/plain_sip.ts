// A slow, plain reader of SIP messages, written from RFC 3261 7, 20 and 25.1. It checks what every element must be able to read: the start line, the shape
// of all header lines, and the headers that route. Strings hold a character for each byte.

import { LINE_LIMIT, type PlainLine, PlainLines } from "./plain_lines.ts";
import { Refusal, refuse } from "./plain_refusal.ts";
import { readPlainUri } from "./plain_uri.ts";
import { isToken, PlainValue } from "./plain_value.ts";
import { type PlainVia, readVia } from "./plain_via.ts";

export interface PlainSip {
  readonly lines: readonly PlainLine[];
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

/** What is wrong with a message, and in which header: "" = none. */
export interface PlainFault {
  readonly fault: string;
  readonly header: string;
}

const REQUEST = /^([A-Za-z0-9\-.!%*_+`'~]+) (.*) SIP\/2\.0$/is;
const STATUS = /^SIP\/2\.0 (\d{3}) (.*)$/is;
const CALL_ID = /^[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+(?:@[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+)?$/;
const CSEQ = /^(\d+)[ \t]+([A-Za-z0-9\-.!%*_+`'~]+)$/;
const MEDIA_TYPE = /([A-Za-z0-9\-.!%*_+`'~]+[ \t]*\/[ \t]*[A-Za-z0-9\-.!%*_+`'~]+)[ \t]*/y;
const LARGEST = 0x7fffffff;

/** Reads a whole datagram. */
export function readPlainSip(bytes: Uint8Array): PlainSip | PlainFault {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof Refusal) return { fault: error.message, header: error.header };
    throw error;
  }
}

function read(bytes: Uint8Array): PlainSip {
  const lines = new PlainLines(bytes);
  const fields: Record<string, string | number | boolean> = {};
  const isResponse = /^SIP\//i.test(lines.start);
  if (isResponse) readStatusLine(lines, fields);
  else readRequestLine(lines.start, fields);
  readVias(lines, fields);
  readParty(lines, "from", fields);
  readParty(lines, "to", fields);
  const callId = lines.single("call-id") ?? refuse("missing", "call-id");
  if (!CALL_ID.test(callId)) refuse("malformed", "call-id");
  fields["callId"] = callId;
  const [, number, method] = CSEQ.exec(lines.single("cseq") ?? refuse("missing", "cseq")) ??
    refuse("malformed", "cseq");
  if (Number(number) > LARGEST) refuse("too large", "cseq");
  if (!isResponse && method !== fields["methodText"]) refuse("another method", "cseq");
  fields["cseq"] = Number(number);
  fields["methodText"] = method!;
  const maxForwards = lines.single("max-forwards");
  if (maxForwards !== undefined && !(/^\d+$/.test(maxForwards) && Number(maxForwards) <= 255)) {
    refuse("malformed", "max-forwards");
  }
  fields["maxForwards"] = maxForwards === undefined ? -1 : Number(maxForwards);
  fields["expires"] = deltaSeconds(lines.single("expires"));
  readContacts(lines, fields);
  fields["routeUri"] = readRoutes(lines, "route");
  readRoutes(lines, "record-route");
  readContentType(lines, fields);
  readBody(lines, fields);
  return { lines: lines.all, fields };
}

function readRequestLine(start: string, fields: Record<string, string | number | boolean>): void {
  const [, method = "", uri = ""] = REQUEST.exec(start) ?? refuse("request line");
  const read = readPlainUri(uri);
  if (typeof read === "string") refuse(`Request-URI: ${read}`);
  // 19.1.1: no headers in a Request-URI.
  if (read.hasHeaders) refuse("Request-URI: headers");
  Object.assign(fields, { isRequest: true, methodText: method, requestUri: uri, status: 0, reason: "" });
}

/** Classes 1 to 6 (7.2). The reason is any text. */
function readStatusLine(lines: PlainLines, fields: Record<string, string | number | boolean>): void {
  const [, status = "", reason = ""] = STATUS.exec(lines.start) ?? refuse("status line");
  if (!(Number(status) >= 100 && Number(status) <= 699)) refuse("status");
  if (!lines.isUtf8(lines.startAt, lines.start.length)) refuse("reason is no UTF-8");
  Object.assign(fields, { isRequest: false, requestUri: "", status: Number(status), reason });
}

function readVias(lines: PlainLines, fields: Record<string, string | number | boolean>): void {
  const vias: PlainVia[] = [];
  for (const text of lines.values("via")) {
    const value = new PlainValue(text);
    do vias.push(readVia(value) ?? refuse("malformed", "via")); while (value.comma());
    if (!value.done) refuse("malformed", "via");
  }
  const top = vias[0] ?? refuse("missing", "via");
  Object.assign(fields, { ...top, viaCount: vias.length });
}

function readParty(
  lines: PlainLines,
  header: "from" | "to",
  fields: Record<string, string | number | boolean>,
): void {
  const text = lines.single(header) ?? refuse("missing", header);
  const value = new PlainValue(text);
  const address = value.address() ?? refuse("malformed", header);
  const parameters = value.parameters() ?? refuse("malformed", header);
  const tags = parameters.filter(({ name }) => name === "tag");
  if (!value.done || tags.length > 1 || tags.some((tag) => !isToken(tag.value))) refuse("malformed", header);
  fields[header] = text;
  fields[`${header}Uri`] = address.uri;
  if (header === "from") fields["fromDisplay"] = address.display;
  fields[`${header}Tag`] = tags[0]?.value ?? "";
}

function readContacts(lines: PlainLines, fields: Record<string, string | number | boolean>): void {
  let count = 0;
  let star = false;
  Object.assign(fields, { contact: "", contactUri: "", contactExpires: -1 });
  for (const text of lines.values("contact")) {
    if (star || (text === "*" && count > 0)) refuse("* is not alone", "contact");
    if (text === "*") {
      star = true;
      count++;
      continue;
    }
    const value = new PlainValue(text);
    do {
      const start = value.at;
      const address = value.address() ?? refuse("malformed", "contact");
      const parameters = value.parameters() ?? refuse("malformed", "contact");
      if (count++ > 0) continue;
      // 20.10: a malformed expires counts as absent.
      const seconds = parameters.filter(({ name, value }) => name === "expires" && /^\d+$/.test(value ?? ""))
        .at(-1)?.value;
      Object.assign(fields, {
        contact: value.since(start),
        contactUri: address.uri,
        contactExpires: deltaSeconds(seconds),
      });
    } while (value.comma());
    if (!value.done) refuse("malformed", "contact");
  }
  Object.assign(fields, { contactCount: count, contactStar: star });
}

/** All values are name-addr. The first one's URI. */
function readRoutes(lines: PlainLines, header: string): string {
  let top: string | undefined;
  for (const text of lines.values(header)) {
    const value = new PlainValue(text);
    do {
      const address = value.address() ?? refuse("malformed", header);
      if (!address.bracketed || value.parameters() === undefined) refuse("malformed", header);
      top ??= address.uri;
    } while (value.comma());
    if (!value.done) refuse("malformed", header);
  }
  return top ?? "";
}

function readContentType(lines: PlainLines, fields: Record<string, string | number | boolean>): void {
  const text = lines.single("content-type");
  fields["contentType"] = "";
  if (text === undefined) return;
  const value = new PlainValue(text);
  const type = value.take(MEDIA_TYPE)?.[1] ?? refuse("malformed", "content-type");
  if (value.parameters() === undefined || !value.done) refuse("malformed", "content-type");
  fields["contentType"] = type;
}

/** 18.3: what is behind Content-Length bytes of a datagram is dropped; less than that is a fault. */
function readBody(lines: PlainLines, fields: Record<string, string | number | boolean>): void {
  const text = lines.single("content-length");
  if (text !== undefined && !(/^\d+$/.test(text) && Number(text) <= LARGEST)) {
    refuse("malformed", "content-length");
  }
  // Written out, a message has this line: one more than it came with must be readable too.
  if (text === undefined && lines.all.length === LINE_LIMIT) refuse("too many lines");
  const length = text === undefined ? -1 : Number(text);
  if (length > lines.body.length) refuse("truncated", "content-length");
  fields["contentLength"] = length;
  fields["body"] = length < 0 ? lines.body : lines.body.slice(0, length);
}

/** 20.19: 0 to 2³²−1, which is more than anybody can keep; anything else counts as absent. */
function deltaSeconds(text: string | undefined): number {
  if (text === undefined || !/^\d+$/.test(text) || Number(text) > 0xffffffff) return -1;
  return Math.min(Number(text), LARGEST);
}
