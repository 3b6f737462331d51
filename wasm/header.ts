// What the table of header fields says: names, how often a header may occur, who decodes it, and when it is required.

import { SIP_CHAIN_COUNT, TEXT } from "./assembly/layout.ts";
import { codec } from "./codec.ts";
import {
  headerDecoder,
  headerMethods,
  headerName as nameAddress,
  headerNameLength,
  headerOccurs,
  headerOf,
  headerStatus,
  missingHeader as firstMissing,
} from "./codec.wasm";

/** One row of the table. */
export interface HeaderRow {
  readonly name: string;
  /** OCCURS_* of header_codes.ts: how often it may occur. */
  readonly occurs: number;
  /** DECODE_* of header_codes.ts: who decodes it. */
  readonly decoder: number;
  /** Whether a request with this METHOD_* must have it. */
  requiredIn(method: number): boolean;
  /** Status of the response that must have it, 0 = none. */
  readonly requiredWith: number;
}

const nameLimit = 64;
const { memory } = codec;

/** HEADER_* of a name, long or compact, in whatever case. HEADER_OTHER when it is none of the table's. */
export function headerId(name: string): number {
  const length = memory.tryEncodeAt(TEXT, nameLimit, name);
  return headerOf(TEXT, length < 1 ? nameLimit : length);
}

/** A header's long name in its usual spelling. "" for HEADER_OTHER. Throws RangeError for what is no HEADER_*. */
export function headerName(header: number): string {
  return memory.decodeAt(nameAddress(checked(header)), headerNameLength(header));
}

/** Throws RangeError for what is no HEADER_*. */
export function headerRow(header: number): HeaderRow {
  const methods = headerMethods(checked(header));
  return {
    name: headerName(header),
    occurs: headerOccurs(header),
    decoder: headerDecoder(header),
    requiredIn: (method) => (methods >>> method & 1) !== 0,
    requiredWith: headerStatus(header),
  };
}

/**
 * The first HEADER_* that the message in the window lacks though its method or status asks for it, 0 = none. Stricter than sip.read, which lets pass
 * what RFC 2543 left out.
 */
export function missingHeader(): number {
  return firstMissing();
}

function checked(header: number): number {
  if (!(header > 0 && header < SIP_CHAIN_COUNT)) throw new RangeError(`Header ${header}`);
  return header;
}
