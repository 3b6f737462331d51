// What goes from shard to shard: frames of one small head and a rest that is a SIP message or JSON.
//
//   ┌ 4 ─────┬ 1 ──┬ rest ────────────────────────────────────────────────────────────────────┐
//   │ length │kind │ JSON, or a SIP frame:                                                    │
//   │ of what│     │ ┌ 1 ───────┬ 2 ─┬ 4 ─┬ 1 ┬ 1 ┬ 2 ┬ host ┬ domain ┬ transaction ┬ SIP ─┐ │
//   │ follows│     │ │transport │port│flow│of │of │of │      │        │             │      │ │
//   │        │     │ └──────────┴────┴────┴───┴───┴───┴──────┴────────┴─────────────┴──────┘ │
//   └────────┴─────┴──────────────────────────────────────────────────────────────────────────┘
// Numbers are big-endian.

import type { Hop, Transport } from "../../core/hop.ts";

/** Which shard it is that speaks: the first frame in either direction. */
export const KIND_HELLO = 0;
/** For the other shard's loop. */
export const KIND_LOOP = 1;
/** Came from the wire, and is the other shard's. */
export const KIND_FORWARD = 2;
/** To leave from the other shard's sockets. */
export const KIND_SEND = 3;
/** What was to leave could not: JSON, its transaction. */
export const KIND_FAILED = 4;
/** JSON: PeerMessage. */
export const KIND_PEER = 5;
/** JSON: LadderMessage. */
export const KIND_LADDER = 6;

/** Asks for all that was known when it came: JSON, a number. */
export const KIND_ASK = 7;
/** All that was known has been told: JSON, the number. */
export const KIND_TOLD = 8;

/** Frames that carry SIP. */
export type SipKind = typeof KIND_LOOP | typeof KIND_FORWARD | typeof KIND_SEND;

/** A message of 64 KiB, each byte six in JSON, and what is around it. */
export const FRAME_LIMIT = 512 * 1024;
const LENGTH_BYTES = 4;
export const FRAME_HEAD = LENGTH_BYTES + 1;
const SIP_HEAD = 11;

const TRANSPORTS: readonly Transport[] = ["udp", "tcp", "loop", "tls", "ws", "wss"];

/** A name in DNS has fewer. */
const DOMAIN_LIMIT = 255;

export interface SipFrame {
  readonly hop: Hop;
  readonly transaction: string;
  readonly bytes: Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes that a SIP frame needs at most. */
export function sipFrameRoom({ hop, transaction, bytes }: SipFrame): number {
  return FRAME_HEAD + SIP_HEAD + 3 * (hop.host.length + (hop.domain ?? "").length + transaction.length) +
    bytes.length;
}

/** Writes a SIP frame and answers where it ends. Room has been made. */
export function writeSipFrame(kind: SipKind, { hop, transaction, bytes }: SipFrame, out: Uint8Array): number {
  const host = encoder.encodeInto(hop.host, out.subarray(FRAME_HEAD + SIP_HEAD)).written;
  const named = FRAME_HEAD + SIP_HEAD + host;
  const domain = encoder.encodeInto(hop.domain ?? "", out.subarray(named, named + DOMAIN_LIMIT)).written;
  const keyed = named + domain;
  const key = encoder.encodeInto(transaction, out.subarray(keyed)).written;
  const end = keyed + key + bytes.length;
  out.set(bytes, keyed + key);
  writeHead(kind, end, out);
  out[5] = TRANSPORTS.indexOf(hop.transport);
  put16(out, 6, hop.port);
  put32(out, 8, hop.flow);
  out[12] = host;
  out[13] = domain;
  put16(out, 14, key);
  return end;
}

/** The rest of a SIP frame; undefined when it is none. `bytes` are a view. */
export function readSipFrame(rest: Uint8Array): SipFrame | undefined {
  if (rest.length < SIP_HEAD) return undefined;
  const transport = TRANSPORTS[rest[0]!];
  const host = SIP_HEAD + rest[7]!;
  const domain = host + rest[8]!;
  const key = domain + get16(rest, 9);
  if (transport === undefined || key > rest.length) return undefined;
  return {
    hop: {
      transport,
      host: decoder.decode(rest.subarray(SIP_HEAD, host)),
      port: get16(rest, 1),
      flow: get32(rest, 3),
      ...(domain === host ? {} : { domain: decoder.decode(rest.subarray(host, domain)) }),
    },
    transaction: decoder.decode(rest.subarray(domain, key)),
    bytes: rest.subarray(key),
  };
}

/** A whole frame of JSON. */
export function jsonFrame(kind: number, value: unknown): Uint8Array {
  const rest = encoder.encode(JSON.stringify(value));
  const out = new Uint8Array(FRAME_HEAD + rest.length);
  out.set(rest, FRAME_HEAD);
  writeHead(kind, out.length, out);
  return out;
}

/** The value of a JSON frame; undefined when it is no JSON. */
export function readJson(rest: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(rest));
  } catch {
    return undefined;
  }
}

/** Cuts a stream into frames. */
export class FrameReader {
  #buffer = new Uint8Array(128 * 1024);
  #start = 0;
  #end = 0;

  /** Where the stream's next bytes go; `filled` says how many have come. */
  room(): Uint8Array<ArrayBuffer> {
    if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    if (this.#end === this.#buffer.length) {
      const larger = new Uint8Array(2 * this.#buffer.length);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    return this.#buffer.subarray(this.#end);
  }

  filled(count: number): void {
    this.#end += count;
  }

  /** The next whole frame, valid until `room`; undefined: more has to come first; "fault": the stream is past saving. */
  next(): { readonly kind: number; readonly rest: Uint8Array } | "fault" | undefined {
    const waiting = this.#end - this.#start;
    if (waiting < FRAME_HEAD) return undefined;
    const length = get32(this.#buffer, this.#start);
    if (length < 1 || length > FRAME_LIMIT) return "fault";
    if (waiting < LENGTH_BYTES + length) return undefined;
    const kind = this.#buffer[this.#start + LENGTH_BYTES]!;
    const rest = this.#buffer.subarray(this.#start + FRAME_HEAD, this.#start + LENGTH_BYTES + length);
    this.#start += LENGTH_BYTES + length;
    return { kind, rest };
  }
}

function writeHead(kind: number, end: number, out: Uint8Array): void {
  put32(out, 0, end - LENGTH_BYTES);
  out[LENGTH_BYTES] = kind;
}

function put16(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 8;
  out[at + 1] = value;
}

function put32(out: Uint8Array, at: number, value: number): void {
  put16(out, at, value >>> 16);
  put16(out, at + 2, value);
}

function get16(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 8 | bytes[at + 1]!;
}

function get32(bytes: Uint8Array, at: number): number {
  return (get16(bytes, at) << 16 | get16(bytes, at + 2)) >>> 0;
}
