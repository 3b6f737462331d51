// The SIP message in the window: one at a time, valid until the next read.

import { HEADER_OTHER } from "./assembly/codes.ts";
import * as layout from "./assembly/layout.ts";
import type { CodecExports } from "./exports.ts";
import type { CodecMemory, Span } from "./memory.ts";
import { findParam } from "./param.ts";

const ipLimit = 64;

export class SipReader {
  readonly #memory: CodecMemory;
  readonly #wasm: CodecExports;
  /** Unsigned words; where -1 may stand, a getter makes it signed. */
  readonly #record: Uint32Array<ArrayBuffer>;
  readonly #ipText: Uint8Array<ArrayBuffer>;

  constructor(memory: CodecMemory, wasm: CodecExports) {
    this.#memory = memory;
    this.#wasm = wasm;
    this.#record = memory.words.subarray(layout.SIP >> 2, layout.ROAP >> 2);
    this.#ipText = memory.bytes.subarray(layout.TEXT, layout.TEXT + ipLimit);
  }

  /**
   * Indexes the message of `length` bytes in the window, decodes its routing fields and checks the mandatory ones. 0 or the first FAULT_*; the getters then give what
   * could be read. Folded lines are joined in place.
   */
  read(length: number): number {
    const fault = this.#wasm.readSip(length);
    this.#memory.setMessageLength(this.#record[layout.SIP_LENGTH]!);
    return fault;
  }

  get faultOffset(): number {
    return this.#record[layout.SIP_FAULT_OFFSET]!;
  }

  /** Bytes before the body. */
  get headLength(): number {
    return this.body === 0 ? this.#record[layout.SIP_LENGTH]! : this.body >>> 16;
  }

  /** HEADER_* that the fault is in, 0 = none. */
  get faultHeader(): number {
    return this.#record[layout.SIP_FAULT_HEADER]!;
  }

  /** A request other than ACK with a CSeq, whose topmost Via says where an answer goes. From, To and Call-ID may lack: responseLines() has a stand-in. */
  get answerable(): boolean {
    return this.#record[layout.SIP_ANSWERABLE]! !== 0;
  }

  get isRequest(): boolean {
    return this.#record[layout.SIP_IS_REQUEST]! !== 0;
  }

  /** METHOD_* of the request, or of a response's CSeq. */
  get method(): number {
    return this.#record[layout.SIP_METHOD]!;
  }

  get methodText(): Span {
    return this.#record[layout.SIP_METHOD_TEXT]!;
  }

  /** 0 for a request. */
  get status(): number {
    return this.#record[layout.SIP_STATUS]!;
  }

  get reason(): Span {
    return this.#record[layout.SIP_REASON]!;
  }

  get requestUri(): Span {
    return this.#record[layout.SIP_REQUEST_URI]!;
  }

  /** SCHEME_* of the Request-URI. */
  get requestScheme(): number {
    return this.#record[layout.SIP_REQUEST_SCHEME]!;
  }

  get callId(): Span {
    return this.#record[layout.SIP_CALL_ID]!;
  }

  /** Whole value. */
  get from(): Span {
    return this.#record[layout.SIP_FROM]!;
  }

  /** As it stands, quotes kept. */
  get fromDisplay(): Span {
    return this.#record[layout.SIP_FROM_DISPLAY]!;
  }

  get fromUri(): Span {
    return this.#record[layout.SIP_FROM_URI]!;
  }

  get fromTag(): Span {
    return this.#record[layout.SIP_FROM_TAG]!;
  }

  /** Whole value. */
  get to(): Span {
    return this.#record[layout.SIP_TO]!;
  }

  get toUri(): Span {
    return this.#record[layout.SIP_TO_URI]!;
  }

  get toTag(): Span {
    return this.#record[layout.SIP_TO_TAG]!;
  }

  get cseq(): number {
    return this.#record[layout.SIP_CSEQ]!;
  }

  get branch(): Span {
    return this.#record[layout.SIP_BRANCH]!;
  }

  /** sent-by host of the topmost Via, IPv6 in brackets. */
  get viaHost(): Span {
    return this.#record[layout.SIP_VIA_HOST]!;
  }

  /** 0 = absent. */
  get viaPort(): number {
    return this.#record[layout.SIP_VIA_PORT]!;
  }

  get viaTransport(): number {
    return this.#record[layout.SIP_VIA_TRANSPORT]!;
  }

  get viaRport(): boolean {
    return this.#record[layout.SIP_VIA_RPORT]! !== 0;
  }

  get viaMaddr(): Span {
    return this.#record[layout.SIP_VIA_MADDR]!;
  }

  /** Via values, comma-joined ones counted. */
  get viaCount(): number {
    return this.#record[layout.SIP_VIA_COUNT]!;
  }

  /** -1 = absent. */
  get maxForwards(): number {
    return this.#record[layout.SIP_MAX_FORWARDS]! | 0;
  }

  /** Seconds; -1 = absent or malformed. */
  get expires(): number {
    return this.#record[layout.SIP_EXPIRES]! | 0;
  }

  get contactCount(): number {
    return this.#record[layout.SIP_CONTACT_COUNT]!;
  }

  /** The selected Contact value in full: the first one until selectContact(). */
  get contact(): Span {
    return this.#record[layout.SIP_CONTACT]!;
  }

  get contactUri(): Span {
    return this.#record[layout.SIP_CONTACT_URI]!;
  }

  /** Seconds; -1 = absent. */
  get contactExpires(): number {
    return this.#record[layout.SIP_CONTACT_EXPIRES]! | 0;
  }

  get contactStar(): boolean {
    return this.#record[layout.SIP_CONTACT_STAR]! !== 0;
  }

  get routeUri(): Span {
    return this.#record[layout.SIP_ROUTE_URI]!;
  }

  /** Media type without parameters. */
  get contentType(): Span {
    return this.#record[layout.SIP_CONTENT_TYPE]!;
  }

  /** -1 = absent. */
  get contentLength(): number {
    return this.#record[layout.SIP_CONTENT_LENGTH]! | 0;
  }

  get body(): Span {
    return this.#record[layout.SIP_BODY]!;
  }

  /** Header lines (not values) with this HEADER_*. */
  count(header: number): number {
    let count = 0;
    for (let line = firstLine(this.#record, header); line !== 0; line = nextLine(this.#record, line)) count++;
    return count;
  }

  /** The nth line's value, from 0, without white space around it. 0 when there is no such line. */
  value(header: number, nth = 0): Span {
    const record = this.#record;
    let line = firstLine(record, header);
    for (let skipped = 0; skipped < nth && line !== 0; skipped++) line = nextLine(record, line);
    return line === 0 ? 0 : lineValue(record, line);
  }

  /** The nth line's value of a header by its name in whatever case: for those that have no HEADER_*. 0 when there is no such line. */
  named(name: string, nth = 0): Span {
    const wanted = name.toLowerCase();
    const record = this.#record;
    let skipped = 0;
    for (let line = firstLine(record, HEADER_OTHER); line !== 0; line = nextLine(record, line)) {
      const found = lineName(record, line);
      if ((found & 0xffff) !== name.length || this.text(found).toLowerCase() !== wanted) continue;
      if (skipped++ === nth) return lineValue(record, line);
    }
    return 0;
  }

  /** Moves the contact getters to the nth Contact value, from 0. False when there is none, or it is `*`. */
  selectContact(nth: number): boolean {
    return this.#wasm.selectContact(nth) !== 0;
  }

  /** A parameter of a header value, outside <> and quotes: undefined = absent, "" = without value. */
  param(value: Span, name: string): string | undefined {
    return findParam(this.#memory.spanText(value), name);
  }

  /** Whether a list header has the token, in whatever case, on any of its lines. */
  lists(header: number, token: string): boolean {
    const wanted = token.toLowerCase();
    for (let line = firstLine(this.#record, header); line !== 0; line = nextLine(this.#record, line)) {
      const values = this.#memory.spanText(lineValue(this.#record, line)).toLowerCase().split(",");
      if (values.some((value) => value.trim() === wanted)) return true;
    }
    return false;
  }

  /** Decodes to a fresh string. Throws RangeError for a span outside the message. */
  text(span: Span): string {
    return this.#memory.spanText(span);
  }

  /** The byte at an index of a span, 0 outside it: a look without text. Throws RangeError for a span outside the message. */
  byteAt(span: Span, index: number): number {
    return index < (span & 0xffff) ? this.#memory.bytes[this.#memory.spanAddress(span) + index]! : 0;
  }

  /** A copy. Throws RangeError for a span outside the message. */
  bytes(span: Span): Uint8Array<ArrayBuffer> {
    return this.#memory.spanBytes(span);
  }

  /** Key of the server transaction (RFC 3261 17.2.3), an ACK's being the INVITE's. `asInvite`: of the INVITE that a CANCEL means. */
  serverKey(asInvite = false): string {
    return this.#memory.decodeAt(layout.TEXT, this.#wasm.serverKey(asInvite ? 1 : 0));
  }

  /** Key of the client transaction that a response is for: `branch METHOD`. */
  clientKey(): string {
    return this.#memory.decodeAt(layout.TEXT, this.#wasm.clientKey());
  }

  /**
   * The lines that every response copies (RFC 3261 8.2.6.2), To apart, joined by "\n". The topmost Via gets `received` and `rport` (RFC 3581).
   * `sourceIp` is without brackets. Throws RangeError when the message is not answerable.
   */
  responseLines(sourceIp: string, sourcePort: number): string {
    if (!this.answerable) throw new RangeError("Message cannot be answered");
    const ipLength = this.#memory.encode(this.#ipText, sourceIp);
    const length = this.#wasm.responseLines(ipLength, sourcePort);
    return this.#memory.decodeAt(layout.TEXT + ipLimit, length);
  }

  /** The From value without its tag: by its place, for a quoted name or the URI may hold the text `;tag=` too. */
  untaggedFrom(): string {
    return this.#untagged(this.from, this.fromTag);
  }

  /** The same of To. */
  untaggedTo(): string {
    return this.#untagged(this.to, this.toTag);
  }

  #untagged(party: Span, partyTag: Span): string {
    const memory = this.#memory;
    if (partyTag === 0) return memory.spanText(party);
    const start = party >>> 16;
    const tag = partyTag >>> 16;
    const behind = tag + (partyTag & 0xffff);
    const before = memory.spanText((start << 16 | (tag - start)) >>> 0)
      .replace(/;[ \t]*tag[ \t]*=[ \t]*$/i, "");
    return before.trimEnd() + memory.spanText((behind << 16 | (start + (party & 0xffff) - behind)) >>> 0);
  }

  /** All Record-Route values joined by ", ", in the message's order (UAS) or reversed (UAC). */
  routeSet(reversed: boolean): string {
    return this.#memory.decodeAt(layout.TEXT, this.#wasm.routeSet(reversed ? 1 : 0));
  }
}

/** Lines are numbered from 1; 0 = none. */
function firstLine(record: Uint32Array, header: number): number {
  return header > 0 && header < layout.SIP_CHAIN_COUNT ? record[layout.SIP_CHAINS + header]! & 0xffff : 0;
}

function nextLine(record: Uint32Array, line: number): number {
  return record[layout.SIP_LINES + (line - 1) * layout.SIP_LINE_WORDS]! >>> 16;
}

function lineName(record: Uint32Array, line: number): Span {
  return record[layout.SIP_LINES + (line - 1) * layout.SIP_LINE_WORDS + 2]!;
}

function lineValue(record: Uint32Array, line: number): Span {
  return record[layout.SIP_LINES + (line - 1) * layout.SIP_LINE_WORDS + 1]!;
}
