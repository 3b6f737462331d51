// Writes whole SIP messages into the output arena: one encodeInto of all fresh text, the rest in the codec.

import {
  FIELD_COUNT,
  FIELD_LENGTHS,
  FIELD_SDP,
  LINE_LIMIT,
  LINE_LIST,
  OUTPUT,
  PHRASE_COUNT,
  PHRASE_LIMIT,
  PHRASE_SIZE,
  PHRASES,
  SIP,
  SIP_FAULT,
  TEXT,
  TEXT_SIZE,
} from "./assembly/layout.ts";
import { METHOD_OTHER } from "./assembly/codes.ts";
import { stageBody } from "./body.ts";
import type { CodecExports } from "./exports.ts";
import type { Body, CodecMemory, Span, Written } from "./memory.ts";
import { reasonPhrase } from "./reason_phrase.ts";

export interface RequestHead {
  /** METHOD_*, not OTHER. */
  readonly method: number;
  readonly requestUri: string;
  /** One value: `SIP/2.0/UDP host:port;branch=…;rport`. */
  readonly via: string;
  readonly maxForwards: number;
  /** Comma-joined values, "" = none. */
  readonly route: string;
  /** From, To and Contact are whole values. */
  readonly from: string;
  readonly to: string;
  /** In place of `to`, which is "" then: a URI in the window that UriReader.readSpan() has taken, written between < and >. */
  readonly toUri?: Span | undefined;
  readonly callId: string;
  readonly cseq: number;
  readonly cseqMethod?: number | undefined;
  /** "" = none. */
  readonly contact: string;
  /** "" = none; written only with a body. */
  readonly contentType: string;
  /** Further whole lines: "Allow: INVITE, …". */
  readonly lines: readonly string[];
}

export interface ResponseHead {
  readonly status: number;
  /** "" = the RFC's phrase. */
  readonly reason: string;
  /** Lines of the request that a response keeps, joined by "\n": sip.responseLines(). */
  readonly kept: string;
  readonly to: string;
  readonly contact: string;
  readonly contentType: string;
  readonly lines: readonly string[];
}

const violations = ["", "Control character", "No header line", "Nothing", "White space"];
const full = 5;
/** What nearly every body is: the codec writes it by itself. */
const sdp = "application/sdp";
const encoder = new TextEncoder();
const textLimit = TEXT_SIZE - 32;

export class SipWriter {
  readonly #memory: CodecMemory;
  readonly #wasm: CodecExports;
  readonly #text: Uint8Array<ArrayBuffer>;
  readonly #methods: string[] = [];
  readonly #lengths: Uint32Array<ArrayBuffer>;
  readonly #lineList: Uint32Array<ArrayBuffer>;
  /** Lines that lie in PHRASES, in their order there. */
  readonly #kept: string[] = [];
  /** What LINE_LIST has of them since the last list, [] where that had others too: most messages have the lines of the one before. */
  #listed: readonly string[] = [];

  constructor(memory: CodecMemory, wasm: CodecExports) {
    this.#memory = memory;
    this.#wasm = wasm;
    this.#text = memory.bytes.subarray(TEXT, TEXT + textLimit);
    this.#lengths = memory.words.subarray(FIELD_LENGTHS >> 2, (FIELD_LENGTHS >> 2) + FIELD_COUNT);
    this.#lineList = memory.words.subarray(LINE_LIST >> 2, (LINE_LIST >> 2) + LINE_LIMIT);
  }

  /**
   * Keeps a whole header line that many messages have, "Allow: INVITE, …": it is checked and encoded once, and copied wherever a head's `lines` has it. Throws
   * Error for what is no header line, RangeError for a line of more than 168 bytes or the seventeenth.
   */
  keepLine(line: string): void {
    if (this.#kept.includes(line)) return;
    const length = this.#memory.encode(this.#text, line);
    if (length > PHRASE_LIMIT) throw new RangeError(`Line of ${length} bytes`);
    if (this.#kept.length === PHRASE_COUNT) throw new RangeError(`${PHRASE_COUNT} lines are kept already`);
    const answer = this.#wasm.keepLine(this.#phrase(this.#kept.length), length);
    if (answer !== 0) fail(answer, [["line", line]]);
    this.#kept.push(line);
  }

  /**
   * Writes a request. A field that could change the message's lines throws Error, a message that does not fit or a number out of range RangeError: these are
   * mistakes of our own, never a peer's.
   */
  writeRequest(head: RequestHead, body: Body): Written {
    const { method, maxForwards, cseq, cseqMethod = method, toUri = 0, lines } = head;
    refuseMethod(method);
    refuseMethod(cseqMethod);
    if ((maxForwards & 255) !== maxForwards) throw new RangeError(`Max-Forwards ${maxForwards}`);
    if ((cseq & 0x7fffffff) !== cseq) throw new RangeError(`CSeq ${cseq}`);
    const to = toUri === 0 ? head.to : "";
    const { requestUri, via, route, from, callId, contact } = head;
    const isSdp = head.contentType === sdp;
    const contentType = isSdp ? "" : head.contentType;
    // To add nothing takes time too.
    let text = requestUri + via;
    if (route !== "") text += route;
    text += from;
    if (to !== "") text += to;
    text += callId;
    if (contact !== "") text += contact;
    if (contentType !== "") text += contentType;
    if (!this.#isListed(lines)) text += this.#fresh(lines);
    const { read, written } = encoder.encodeInto(text, this.#text);
    let length = written;
    if (read === text.length && written === read) {
      const lengths = this.#lengths;
      lengths[0] = requestUri.length;
      lengths[1] = via.length;
      lengths[2] = route.length;
      lengths[3] = from.length;
      lengths[4] = to.length;
      lengths[5] = callId.length;
      lengths[6] = contact.length;
      lengths[7] = contentType.length;
    } else length = this.#encodeEach([requestUri, via, route, from, to, callId, contact, contentType], lines);
    if (isSdp) this.#lengths[7] = FIELD_SDP;
    const { address, length: bodyLength } = stageBody(this.#memory, body);
    const end = this.#wasm.writeSipRequest(
      this.#memory.outputStart(),
      length,
      method,
      cseqMethod,
      maxForwards,
      cseq,
      toUri === 0 ? 0 : this.#memory.spanAddress(toUri),
      toUri & 0xffff,
      lines.length,
      address,
      bodyLength,
    );
    return end < OUTPUT ? fail(end, requestFields(head, this.#kept)) : this.#memory.finishOutput(end);
  }

  /** Writes a response. Throws as writeRequest does. */
  writeResponse(head: ResponseHead, body: Body): Written {
    const { status, kept, lines } = head;
    if (!(status >= 100 && status <= 699 && (status & 1023) === status)) {
      throw new RangeError(`Status ${status}`);
    }
    const { to, contact } = head;
    const isSdp = head.contentType === sdp;
    const contentType = isSdp ? "" : head.contentType;
    const reason = head.reason || reasonPhrase(status);
    let text = reason + kept + to;
    if (contact !== "") text += contact;
    if (contentType !== "") text += contentType;
    if (!this.#isListed(lines)) text += this.#fresh(lines);
    const { read, written } = encoder.encodeInto(text, this.#text);
    let length = written;
    if (read === text.length && written === read) {
      const lengths = this.#lengths;
      lengths[0] = reason.length;
      lengths[1] = kept.length;
      lengths[2] = to.length;
      lengths[3] = contact.length;
      lengths[4] = contentType.length;
    } else length = this.#encodeEach([reason, kept, to, contact, contentType], lines);
    if (isSdp) this.#lengths[4] = FIELD_SDP;
    const { address, length: bodyLength } = stageBody(this.#memory, body);
    const end = this.#wasm.writeSipResponse(
      this.#memory.outputStart(),
      length,
      status,
      lines.length,
      address,
      bodyLength,
    );
    return end < OUTPUT ? fail(end, responseFields(head, this.#kept)) : this.#memory.finishOutput(end);
  }

  /**
   * Writes the message that SipReader.read() has read without a fault: its header lines in their order, the unknown ones untouched, the known ones under their
   * long names, folds joined, and a Content-Length that says what the body is. Written again, the result is the same. Throws RangeError when the message has a
   * fault or does not fit.
   */
  copyMessage(): Written {
    if (this.#memory.words[(SIP >> 2) + SIP_FAULT] !== 0) throw new RangeError("Message has a fault");
    const end = this.#wasm.copySip(this.#memory.outputStart());
    if (end === 0) throw new RangeError("Output arena is full");
    return this.#memory.finishOutput(end);
  }

  /** A method's name. Throws RangeError for METHOD_OTHER and what is no METHOD_*. */
  methodName(method: number): string {
    refuseMethod(method);
    return this.#methods[method] ??= this.#memory.decodeAt(
      this.#wasm.methodName(method),
      this.#wasm.methodNameLength(method),
    );
  }

  /** Whether LINE_LIST has these lines, and all of them are phrases. */
  #isListed(lines: readonly string[]): boolean {
    const listed = this.#listed;
    let same = 0;
    while (same < lines.length && same < listed.length && lines[same] === listed[same]) same++;
    return same === lines.length;
  }

  /** Lists the lines, as if all were ASCII. The text of those that are no phrases. */
  #fresh(lines: readonly string[]): string {
    if (lines.length > LINE_LIMIT) throw new RangeError(`${lines.length} lines`);
    let text = "";
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i]!;
      const place = this.#placeOf(line);
      this.#lineList[i] = place < 0 ? line.length : this.#phrase(place);
      if (place < 0) text += line;
    }
    this.#listed = text === "" ? lines.slice() : [];
    return text;
  }

  /** Encodes fields and lines that are not all ASCII, one by one. Their length in bytes. */
  #encodeEach(fields: readonly string[], lines: readonly string[]): number {
    let length = 0;
    const encode = (text: string) => {
      const bytes = this.#memory.encode(this.#text.subarray(length), text);
      length += bytes;
      return bytes;
    };
    fields.forEach((field, i) => this.#lengths[i] = encode(field));
    lines.forEach((line, i) => {
      if (!this.#kept.includes(line)) this.#lineList[i] = encode(line);
    });
    return length;
  }

  /** Which of the kept lines a line is, -1 = none. A loop, since most are found by being the same object. */
  #placeOf(line: string): number {
    const kept = this.#kept;
    for (let place = 0; place < kept.length; place++) if (kept[place] === line) return place;
    return -1;
  }

  #phrase(place: number): number {
    return PHRASES + place * PHRASE_SIZE;
  }
}

function refuseMethod(method: number): void {
  if (!(method > 0 && method < METHOD_OTHER)) throw new RangeError(`Method ${method}`);
}

function requestFields(head: RequestHead, kept: readonly string[]): [name: string, text: string][] {
  return [
    ["Request-URI", head.requestUri],
    ["Via", head.via],
    ["Route", head.route],
    ["From", head.from],
    ["To", head.to],
    ["Call-ID", head.callId],
    ["Contact", head.contact],
    ["Content-Type", head.contentType],
    ...freshLines(head.lines, kept),
  ];
}

function responseFields(head: ResponseHead, kept: readonly string[]): [name: string, text: string][] {
  return [
    ["reason", head.reason],
    ...head.kept.split("\n").map((line): [string, string] => ["kept line", line]),
    ["To", head.to],
    ["Contact", head.contact],
    ["Content-Type", head.contentType],
    ...freshLines(head.lines, kept),
  ];
}

function freshLines(lines: readonly string[], kept: readonly string[]): [name: string, text: string][] {
  return lines.filter((line) => !kept.includes(line)).map((line) => ["line", line]);
}

/** `answer` is a violation << 12 | the field's number. */
function fail(answer: number, fields: readonly [name: string, text: string][]): never {
  if (answer >>> 12 === full) throw new RangeError("Output arena is full");
  const broken = fields.find(([, text]) => text.includes("\n"));
  if (broken !== undefined) throw new Error(`Line break in field ${broken[0]}`);
  throw new Error(`${violations[answer >>> 12]} in field ${fields[answer & 0xfff]?.[0]}`);
}
