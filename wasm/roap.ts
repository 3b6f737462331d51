// The ROAP message in the window (draft-jennings-rtcweb-signaling-01): one read, then its members as spans and numbers.

import { ROAP } from "./assembly/layout.ts";
import * as layout from "./assembly/roap_layout.ts";
import { memoryWords, setMessageLength, type Span, spanBytes, spanText } from "./codec.ts";
import { readRoap } from "./codec.wasm";

/**
 * Reads one ROAP message at a time, liberal in what it takes. Texts are unescaped where they stand, so a span is final
 * text; what lay in the window before the read is gone. Valid until the next read of any reader.
 */
export interface RoapReader {
  /** Reads the message of this many bytes. 0 or a FAULT_*: then type, ids and seq still say what could be read of them. */
  read(length: number): number;
  /** Bytes from the message's beginning. */
  readonly faultOffset: number;
  /** Member that the fault is in, by its name in the draft. "" = none. */
  readonly faultMember: string;
  /** ROAP_*. 0 = unreadable. */
  readonly type: number;
  readonly offererSessionId: Span;
  readonly answererSessionId: Span;
  /** 0 to 2^32-1. -1 = absent. */
  readonly seq: number;
  /** 0 to 2^32-1. -1 = absent. */
  readonly tieBreaker: number;
  readonly moreComing: boolean;
  /** ERROR_TYPE_*. 0 = absent. */
  readonly errorType: number;
  /** SIP status, 100 to 699. 0 = absent. */
  readonly status: number;
  readonly to: Span;
  readonly from: Span;
  readonly setSessionToken: Span;
  readonly setResponseToken: Span;
  readonly sessionToken: Span;
  readonly responseToken: Span;
  readonly sdp: Span;
  /** Payload of a MESSAGE, INFO, NOTIFY or PUBLISH. */
  readonly content: Span;
  /** Decodes to a fresh string of its own. */
  text(span: Span): string;
  /** A copy of the bytes. */
  bytes(span: Span): Uint8Array;
}

const record = ROAP >>> 2;
const members = record + layout.ROAP_MEMBERS;

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
  "roap",
  "orig",
  "dest",
  "reason",
];

class WindowReader implements RoapReader {
  read(length: number): number {
    setMessageLength(Math.max(0, length));
    return readRoap(length);
  }

  get faultOffset(): number {
    return word(record + layout.ROAP_FAULT_OFFSET);
  }

  get faultMember(): string {
    return memberName(word(record + layout.ROAP_FAULT_MEMBER));
  }

  get type(): number {
    return word(members + layout.MEMBER_MESSAGE_TYPE);
  }

  get offererSessionId(): Span {
    return word(members + layout.MEMBER_OFFERER_SESSION_ID);
  }

  get answererSessionId(): Span {
    return word(members + layout.MEMBER_ANSWERER_SESSION_ID);
  }

  get seq(): number {
    return numberOf(layout.MEMBER_SEQ);
  }

  get tieBreaker(): number {
    return numberOf(layout.MEMBER_TIE_BREAKER);
  }

  get moreComing(): boolean {
    return word(members + layout.MEMBER_MORE_COMING) !== 0;
  }

  get errorType(): number {
    return word(members + layout.MEMBER_ERROR_TYPE);
  }

  get status(): number {
    return word(members + layout.MEMBER_STATUS);
  }

  get to(): Span {
    return word(members + layout.MEMBER_TO);
  }

  get from(): Span {
    return word(members + layout.MEMBER_FROM);
  }

  get setSessionToken(): Span {
    return word(members + layout.MEMBER_SET_SESSION_TOKEN);
  }

  get setResponseToken(): Span {
    return word(members + layout.MEMBER_SET_RESPONSE_TOKEN);
  }

  get sessionToken(): Span {
    return word(members + layout.MEMBER_SESSION_TOKEN);
  }

  get responseToken(): Span {
    return word(members + layout.MEMBER_RESPONSE_TOKEN);
  }

  get sdp(): Span {
    return word(members + layout.MEMBER_SDP);
  }

  get content(): Span {
    return word(members + layout.MEMBER_CONTENT);
  }

  text(span: Span): string {
    return spanText(span);
  }

  bytes(span: Span): Uint8Array<ArrayBuffer> {
    return spanBytes(span);
  }
}

export const roap: RoapReader = new WindowReader();

/** Name of a MEMBER_*, as the draft spells it. "" = none. */
export function memberName(member: number): string {
  return memberNames[member] ?? "";
}

function word(index: number): number {
  return memoryWords[index] ?? 0;
}

function numberOf(member: number): number {
  const present = word(record + layout.ROAP_PRESENT) & (1 << member);
  return present === 0 ? -1 : word(members + member);
}
