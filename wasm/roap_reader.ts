// The ROAP message in the window (draft-jennings-rtcweb-signaling-01): one read, then its members as spans and numbers.

import { ENVELOPE, ROAP } from "./assembly/layout.ts";
import * as layout from "./assembly/roap_layout.ts";
import type { CodecExports } from "./exports.ts";
import type { CodecMemory, Span } from "./memory.ts";

const memberNames: readonly string[] = [
  "",
  "messageType",
  "offererSessionId",
  "answererSessionId",
  "seq",
  "tieBreaker",
  "moreComing",
  "errorType",
  "status",
  "to",
  "from",
  "setSessionToken",
  "setResponseToken",
  "sessionToken",
  "responseToken",
  "sdp",
  "content",
  "transactionId",
  "contentType",
  "replaces",
  "referToken",
  "privacy",
  "type",
  "signal",
  "duration",
  "info",
  "roap",
  "orig",
  "dest",
  "reason",
];

/**
 * Reads one ROAP message at a time, liberal in what it takes. Texts are unescaped where they stand, so a span is final
 * text; what lay in the window before the read is gone. Valid until the next read of any reader.
 */
export class RoapReader {
  readonly #memory: CodecMemory;
  readonly #record: Uint32Array<ArrayBuffer>;
  readonly #readRoap: CodecExports["readRoap"];

  constructor(memory: CodecMemory, wasm: CodecExports) {
    this.#memory = memory;
    this.#record = memory.words.subarray(ROAP >> 2, ENVELOPE >> 2);
    this.#readRoap = wasm.readRoap;
  }

  /** Reads the message of this many bytes. 0 or a FAULT_*: then type, ids and seq still say what could be read of them. */
  read(length: number): number {
    this.#memory.setMessageLength(Math.max(0, length));
    return this.#readRoap(length);
  }

  /** Bytes from the message's beginning. */
  get faultOffset(): number {
    return this.#record[layout.ROAP_FAULT_OFFSET]!;
  }

  /** Member that the fault is in, by its name in the draft. "" = none. */
  get faultMember(): string {
    return memberName(this.#record[layout.ROAP_FAULT_MEMBER]!);
  }

  /** ROAP_*. 0 = unreadable. */
  get type(): number {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_MESSAGE_TYPE]!;
  }

  get offererSessionId(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_OFFERER_SESSION_ID]!;
  }

  get answererSessionId(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_ANSWERER_SESSION_ID]!;
  }

  /** 0 to 2^32-1. -1 = absent. */
  get seq(): number {
    return numberOf(this.#record, layout.MEMBER_SEQ);
  }

  /** 0 to 2^32-1. -1 = absent. */
  get tieBreaker(): number {
    return numberOf(this.#record, layout.MEMBER_TIE_BREAKER);
  }

  get moreComing(): boolean {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_MORE_COMING]! !== 0;
  }

  /** Whether the caller wants to stay unknown (RFC 3323). */
  get privacy(): boolean {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_PRIVACY]! !== 0;
  }

  /** ERROR_TYPE_*. 0 = absent. */
  get errorType(): number {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_ERROR_TYPE]!;
  }

  /** SIP status, 100 to 699. 0 = absent. */
  get status(): number {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_STATUS]!;
  }

  get to(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_TO]!;
  }

  get from(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_FROM]!;
  }

  get setSessionToken(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_SET_SESSION_TOKEN]!;
  }

  get setResponseToken(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_SET_RESPONSE_TOKEN]!;
  }

  get sessionToken(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_SESSION_TOKEN]!;
  }

  get responseToken(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_RESPONSE_TOKEN]!;
  }

  get sdp(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_SDP]!;
  }

  /** Sender's own id of a request that is no part of an offer's exchange, and of what answers it. */
  get transactionId(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_TRANSACTION_ID]!;
  }

  /** Media type of `content`, whatever the sender wrote there. */
  get contentType(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_CONTENT_TYPE]!;
  }

  /** In REFER: id of the session whose other end is to be called. */
  get replaces(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_REPLACES]!;
  }

  get referToken(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_REFER_TOKEN]!;
  }

  /** `type` of the object `info`. */
  get infoType(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_INFO_TYPE]!;
  }

  get signal(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_SIGNAL]!;
  }

  /** 0 to 2^32-1. -1 = absent. */
  get duration(): number {
    return numberOf(this.#record, layout.MEMBER_DURATION);
  }

  /** Payload of a MESSAGE, INFO, NOTIFY or PUBLISH. */
  get content(): Span {
    return this.#record[layout.ROAP_MEMBERS + layout.MEMBER_CONTENT]!;
  }

  /** Decodes to a fresh string of its own. */
  text(span: Span): string {
    return this.#memory.spanText(span);
  }

  /** A copy of the bytes. */
  bytes(span: Span): Uint8Array<ArrayBuffer> {
    return this.#memory.spanBytes(span);
  }
}

/** Name of a MEMBER_*, as the draft spells it. "" = none. */
export function memberName(member: number): string {
  return memberNames[member] ?? "";
}

function numberOf(record: Uint32Array, member: number): number {
  const present = record[layout.ROAP_PRESENT]! & (1 << member);
  return present === 0 ? -1 : record[layout.ROAP_MEMBERS + member]!;
}
