// DNS messages, RFC 1035 section 4: one question out, the part of an answer that counts in.
//
// dns-packet reads names and record data. The walk over the records is ours: it bounds their number, keeps to each record's
// stated length, and skips what was not asked for, so that only six kinds of record data are ever looked into.

import { Buffer } from "node:buffer";
import packet from "dns-packet";
import { plainName } from "./domain_name.ts";
import type { Kind, Naptr, Records, Srv } from "./question.ts";

/** What we can take in one datagram without fragments on any usual path: the DNS flag day's figure. */
export const DATAGRAM_BYTES = 1_232;
/** Of an answer over TCP. 64 KiB are allowed, but no service has so many servers, and a name may cost as many steps as there are bytes. */
export const STREAM_BYTES = 16_384;
const RECORD_LIMIT = 256;
const HEADER_BYTES = 12;
const RECURSION_DESIRED = 0x100;
const IN = 1;

export const NOERROR = 0;
export const FORMERR = 1;
export const NXDOMAIN = 3;
export const NOTIMP = 4;

const TYPES: Readonly<Record<number, keyof Data>> = {
  1: "A",
  5: "CNAME",
  6: "SOA",
  28: "AAAA",
  33: "SRV",
  35: "NAPTR",
};

interface Data extends Records {
  readonly CNAME: string;
  readonly SOA: { readonly minimum: number };
}

export interface Question {
  /** 0 to 65535. */
  readonly id: number;
  readonly kind: Kind;
  readonly name: string;
}

export type DnsRecord = {
  readonly [Type in keyof Data]: {
    readonly type: Type;
    readonly name: string;
    /** Seconds, RFC 2181 section 8. */
    readonly ttl: number;
    readonly data: Data[Type];
  };
}[keyof Data];

/** An answer to our question. */
export interface Message {
  readonly rcode: number;
  /** There is more, over TCP; the records are not read then. */
  readonly isTruncated: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
}

/** The bytes of a question. With EDNS0 (RFC 6891) the answer may be longer than 512 bytes. */
export function writeQuestion({ id, kind, name }: Question, { edns }: { edns: boolean }): Uint8Array {
  return packet.encode({
    type: "query",
    id,
    flags: RECURSION_DESIRED,
    questions: [{ type: kind, name }],
    additionals: edns ? [{ type: "OPT", name: ".", udpPayloadSize: DATAGRAM_BYTES }] : [],
  });
}

/** foreign: not an answer to this question, so that the right one may still come. broken: an answer to it that cannot be read. */
export function readAnswer(bytes: Uint8Array, question: Question): Message | "foreign" | "broken" {
  if (bytes.length < HEADER_BYTES || bytes.length > STREAM_BYTES) return "foreign";
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = buffer.readUInt16BE(2);
  const isResponse = flags >>> 15 === 1;
  const isQuery = (flags >>> 11 & 15) === 0;
  if (buffer.readUInt16BE(0) !== question.id || !isResponse || !isQuery) return "foreign";
  const rcode = flags & 15;
  const isTruncated = (flags & 0x200) !== 0;
  const questions = buffer.readUInt16BE(4);
  const bare = { rcode, isTruncated, answers: [], authorities: [] };
  // Servers that could not read the question cannot repeat it.
  if (questions === 0 && (rcode === FORMERR || rcode === NOTIMP)) return bare;
  if (questions !== 1) return "foreign";
  try {
    const { name, type, class: kind } = packet.question.decode(buffer, HEADER_BYTES);
    if (plainName(name) !== question.name || type !== question.kind || kind !== "IN") return "foreign";
  } catch {
    return "foreign";
  }
  if (isTruncated) return bare;
  try {
    const start = HEADER_BYTES + packet.question.decode.bytes;
    const answers = readRecords(buffer, start, buffer.readUInt16BE(6));
    const authorities = readRecords(buffer, answers.end, buffer.readUInt16BE(8));
    return { rcode, isTruncated, answers: answers.records, authorities: authorities.records };
  } catch {
    return "broken";
  }
}

/** @throws whatever, when there are not so many whole records, or too many. */
function readRecords(buffer: Buffer, start: number, count: number): { records: DnsRecord[]; end: number } {
  if (count > RECORD_LIMIT) throw new RangeError("Too many records");
  const records: DnsRecord[] = [];
  let at = start;
  for (let nth = 0; nth < count; nth++) {
    packet.name.decode(buffer, at);
    const head = at + packet.name.decode.bytes;
    const type = TYPES[buffer.readUInt16BE(head)];
    const end = head + 10 + buffer.readUInt16BE(head + 8);
    if (end > buffer.length) throw new RangeError("A record is cut off");
    if (type !== undefined && buffer.readUInt16BE(head + 2) === IN) {
      const { name, ttl, data } = packet.answer.decode(buffer, at);
      if (at + packet.answer.decode.bytes !== end) {
        throw new RangeError("A record's length is not its data's");
      }
      // A time to live with its highest bit set is none.
      const seconds = ttl > 0x7fff_ffff ? 0 : ttl;
      records.push({ type, name: plainName(name), ttl: seconds, data: clean(type, data) } as DnsRecord);
    }
    at = end;
  }
  return { records, end: at };
}

/** Names as we compare them, and nothing that we do not use. */
function clean(type: keyof Data, data: unknown): unknown {
  switch (type) {
    case "CNAME":
      return plainName(data as string);
    case "SRV": {
      const { priority, weight, port, target } = data as Srv;
      return { priority, weight, port, target: plainName(target) };
    }
    case "NAPTR": {
      const { order, preference, flags, services, regexp, replacement } = data as Naptr;
      const texts = [flags, services, regexp].map(String);
      return {
        order,
        preference,
        flags: texts[0],
        services: texts[1],
        regexp: texts[2],
        replacement: plainName(replacement),
      };
    }
    case "SOA":
      return { minimum: (data as Data["SOA"]).minimum };
    default:
      return data;
  }
}
