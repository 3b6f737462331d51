// Writes whole SIP messages into the output arena: one encodeInto of all fresh text, the rest in the codec.

import { OUTPUT, SIP, SIP_FAULT, TEXT, TEXT_SIZE } from "./assembly/layout.ts";
import { METHOD_OTHER } from "./assembly/codes.ts";
import { stageBody } from "./body.ts";
import type { CodecExports } from "./exports.ts";
import type { Body, CodecMemory, Written } from "./memory.ts";
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

const violations = ["", "Line break", "Control character", "No header line", "Nothing", "White space"];
const full = 6;
const textLimit = TEXT_SIZE - 32;

export class SipWriter {
  readonly #memory: CodecMemory;
  readonly #wasm: CodecExports;
  readonly #text: Uint8Array<ArrayBuffer>;
  readonly #methods: string[] = [];

  constructor(memory: CodecMemory, wasm: CodecExports) {
    this.#memory = memory;
    this.#wasm = wasm;
    this.#text = memory.bytes.subarray(TEXT, TEXT + textLimit);
  }

  /**
   * Writes a request. A field that could change the message's lines throws Error, a message that does not fit or a number out of range RangeError: these are
   * mistakes of our own, never a peer's.
   */
  writeRequest(head: RequestHead, body: Body): Written {
    const { method, maxForwards, cseq, cseqMethod = method, lines } = head;
    refuseMethod(method);
    refuseMethod(cseqMethod);
    refuse("Max-Forwards", maxForwards, 255);
    refuse("CSeq", cseq, 0x7fffffff);
    let text =
      `${head.requestUri}\n${head.via}\n${head.route}\n${head.from}\n${head.to}\n${head.callId}\n${head.contact}\n`;
    for (const line of lines) text += line + "\n";
    const length = this.#memory.encode(this.#text, text + head.contentType);
    const { address, length: bodyLength } = stageBody(this.#memory, body);
    const end = this.#wasm.writeSipRequest(
      this.#memory.outputStart(),
      length,
      method,
      cseqMethod,
      maxForwards,
      cseq,
      lines.length,
      address,
      bodyLength,
    );
    return end < OUTPUT ? fail(end, requestFields(head)) : this.#memory.finishOutput(end);
  }

  /** Writes a response. Throws as writeRequest does. */
  writeResponse(head: ResponseHead, body: Body): Written {
    const { status, kept, lines } = head;
    if (!(status >= 100)) throw new RangeError(`Status ${status}`);
    refuse("Status", status, 699);
    let text = `${head.reason || reasonPhrase(status)}\n${kept}\n${head.to}\n${head.contact}\n`;
    for (const line of lines) text += line + "\n";
    const length = this.#memory.encode(this.#text, text + head.contentType);
    const { address, length: bodyLength } = stageBody(this.#memory, body);
    const end = this.#wasm.writeSipResponse(
      this.#memory.outputStart(),
      length,
      status,
      countLines(kept),
      lines.length,
      address,
      bodyLength,
    );
    return end < OUTPUT ? fail(end, responseFields(head)) : this.#memory.finishOutput(end);
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
}

function refuseMethod(method: number): void {
  if (!(method > 0 && method < METHOD_OTHER)) throw new RangeError(`Method ${method}`);
}

function refuse(what: string, number: number, limit: number): void {
  if (!(Number.isInteger(number) && number >= 0 && number <= limit)) {
    throw new RangeError(`${what} ${number}`);
  }
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

function requestFields(head: RequestHead): [name: string, text: string][] {
  return [
    ["Request-URI", head.requestUri],
    ["Via", head.via],
    ["Route", head.route],
    ["From", head.from],
    ["To", head.to],
    ["Call-ID", head.callId],
    ["Contact", head.contact],
    ...head.lines.map((line): [string, string] => ["line", line]),
    ["Content-Type", head.contentType],
  ];
}

function responseFields(head: ResponseHead): [name: string, text: string][] {
  return [
    ["reason", head.reason],
    ...head.kept.split("\n").map((line): [string, string] => ["kept line", line]),
    ["To", head.to],
    ["Contact", head.contact],
    ...head.lines.map((line): [string, string] => ["line", line]),
    ["Content-Type", head.contentType],
  ];
}

/** `answer` is a violation << 12 | the field's number. A line break shifts the fields behind it, so it is looked for first. */
function fail(answer: number, fields: readonly [name: string, text: string][]): never {
  if (answer >>> 12 === full) throw new RangeError("Output arena is full");
  const broken = fields.find(([, text]) => text.includes("\n"));
  if (broken !== undefined) throw new Error(`Line break in field ${broken[0]}`);
  throw new Error(`${violations[answer >>> 12]} in field ${fields[answer & 0xfff]?.[0]}`);
}
