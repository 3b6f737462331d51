// The fields of a message as a case names them.

import * as codes from "../../wasm/assembly/codes.ts";
import { SIP_LINE_COUNT } from "../../wasm/assembly/layout.ts";
import { headers } from "../../wasm/header.ts";
import { sip } from "../../wasm/sip.ts";
import { uri } from "../../wasm/uri.ts";
import type { Span } from "../../wasm/codec.ts";
import { codec } from "../../wasm/codec.ts";
import { SIP } from "../../wasm/assembly/layout.ts";

const text = (span: Span) => span === 0 ? "" : sip.text(span);
const transports = names("TRANSPORT_");
const schemes = names("SCHEME_");

/** Every field that a case may name. */
const fields: Readonly<Record<string, () => unknown>> = {
  isRequest: () => sip.isRequest,
  answerable: () => sip.answerable,
  method: () => text(sip.methodText),
  known: () => sip.method !== codes.METHOD_OTHER,
  status: () => sip.status,
  reason: () => text(sip.reason),
  requestUri: () => text(sip.requestUri),
  requestScheme: () => schemes.get(sip.requestScheme) ?? "",
  callId: () => text(sip.callId),
  from: () => text(sip.from),
  fromUri: () => text(sip.fromUri),
  fromDisplay: () => text(sip.fromDisplay),
  fromTag: () => text(sip.fromTag),
  to: () => text(sip.to),
  toUri: () => text(sip.toUri),
  toTag: () => text(sip.toTag),
  cseq: () => sip.cseq,
  branch: () => text(sip.branch),
  viaHost: () => text(sip.viaHost),
  viaPort: () => sip.viaPort,
  viaTransport: () => transports.get(sip.viaTransport) ?? "",
  viaRport: () => sip.viaRport,
  viaMaddr: () => text(sip.viaMaddr),
  viaCount: () => sip.viaCount,
  maxForwards: () => sip.maxForwards,
  expires: () => sip.expires,
  contactCount: () => sip.contactCount,
  contactUri: () => text(sip.contactUri),
  contact: () => text(sip.contact),
  contactExpires: () => sip.contactExpires,
  contactStar: () => sip.contactStar,
  routeUri: () => text(sip.routeUri),
  contentType: () => text(sip.contentType),
  contentLength: () => sip.contentLength,
  body: () => text(sip.body),
  bodyLength: () => sip.body & 0xffff,
  lineCount: () => codec.memory.words[(SIP >> 2) + SIP_LINE_COUNT],
  serverKey: () => sip.serverKey(),
  routeSet: () => sip.routeSet(false),
  contactUris: () => contacts(),
  user: () => part(() => uri.user),
  host: () => part(() => uri.host),
  port: () => part(() => uri.port),
  hostIsIp: () => part(() => uri.hostIsIp),
};

export function fieldOf(name: string): unknown {
  const field = fields[name];
  if (field === undefined) throw new Error(`No field is called ${name}`);
  return field();
}

/** What two readings of one message have to agree on. */
export function reading(): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (name !== "contentLength" && name !== "lineCount") all[name] = field();
  }
  for (let header = 2; header < 96; header++) {
    if (header !== codes.HEADER_CONTENT_LENGTH && sip.count(header) > 0) {
      all[headers.name(header)] = linesOf(header);
    }
  }
  all["others"] = linesOf(codes.HEADER_OTHER);
  return all;
}

/** The values of a header's lines. */
export function linesNamed(name: string): string[] {
  const header = headers.id(name);
  if (header !== codes.HEADER_OTHER) return linesOf(header);
  const values: string[] = [];
  for (let span = sip.named(name, 0); span !== 0; span = sip.named(name, values.length)) {
    values.push(text(span));
  }
  return values;
}

function linesOf(header: number): string[] {
  return Array.from({ length: sip.count(header) }, (_, nth) => text(sip.value(header, nth)));
}

function contacts(): string[] {
  const found: string[] = [];
  while (sip.selectContact(found.length)) found.push(text(sip.contactUri));
  sip.selectContact(0);
  return found;
}

/** A part of the Request-URI. */
function part<Value>(get: () => Value): Value | string {
  return sip.requestUri !== 0 && uri.read(text(sip.requestUri)) === 0 ? get() : "";
}

function names(prefix: string): ReadonlyMap<number, string> {
  const entries = Object.entries(codes).filter(([name]) => name.startsWith(prefix));
  return new Map(entries.map(([name, number]) => [number, name.slice(prefix.length)]));
}
