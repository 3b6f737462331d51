// One codec: an instance of the WASM module with a memory of its own, and the views over it.

import { Envelope } from "./envelope_view.ts";
import type { CodecExports } from "./exports.ts";
import { CodecFramer } from "./framer.ts";
import { HeaderReader } from "./header_reader.ts";
import { type Body, CodecMemory, type Written } from "./memory.ts";
import { type RoapHead, RoapWriter } from "./roap_message_writer.ts";
import { RoapReader } from "./roap_reader.ts";
import { type RequestHead, type ResponseHead, SipWriter } from "./sip_message_writer.ts";
import { SipReader } from "./sip_reader.ts";
import { UriReader } from "./uri_reader.ts";

/** One message at a time: reading the next one of either dialect ends the spans of the last. Instances share nothing. */
export class Codec {
  readonly wasm: CodecExports;
  readonly memory: CodecMemory;
  readonly sip: SipReader;
  readonly roap: RoapReader;
  /** Filled by every read without fault. */
  readonly envelope: Envelope;
  readonly uri: UriReader;
  /** Header values decoded on demand, and the table of headers. */
  readonly headers: HeaderReader;
  readonly sipWriter: SipWriter;
  readonly roapWriter: RoapWriter;

  constructor(wasm: CodecExports) {
    // Fields of a plain object: V8 keeps the exports of an instance, and the names of a module, in slower ones.
    this.wasm = { ...wasm };
    this.memory = new CodecMemory(wasm.memory);
    this.sip = new SipReader(this.memory, this.wasm);
    this.roap = new RoapReader(this.memory, this.wasm);
    this.envelope = new Envelope(this.memory, this.wasm);
    this.uri = new UriReader(this.memory, this.wasm);
    this.headers = new HeaderReader(this.memory, this.wasm, this.sip);
    this.sipWriter = new SipWriter(this.memory, this.wasm);
    this.roapWriter = new RoapWriter(this.memory, this.wasm);
  }

  /** Whether this build uses SIMD; false = the plain build, for engines without relaxed SIMD. */
  get simd(): boolean {
    return this.wasm.hasSimd() !== 0;
  }

  /** Where bytes may be put directly: one more than a message may have, so that a longer one shows. */
  inputWindow(): Uint8Array<ArrayBuffer> {
    return this.memory.inputWindow();
  }

  /** Copies a message into the window. Returns what a reader's read() takes: its length, or -1 when longer than INPUT_LIMIT. */
  load(bytes: Uint8Array): number {
    return this.memory.load(bytes);
  }

  /** Encodes a message into the window, as load() does. */
  loadText(text: string): number {
    return this.memory.loadText(text);
  }

  /** Keeps a header line that many messages have, as SipWriter says. */
  keepLine(line: string): void {
    this.sipWriter.keepLine(line);
  }

  /** Writes a request, as SipWriter says. */
  writeRequest(head: RequestHead, body?: Body): Written {
    return this.sipWriter.writeRequest(head, body);
  }

  /** Writes a response, as SipWriter says. */
  writeResponse(head: ResponseHead, body?: Body): Written {
    return this.sipWriter.writeResponse(head, body);
  }

  /** Writes the SIP message in the window out again, as SipWriter says. */
  copyMessage(): Written {
    return this.sipWriter.copyMessage();
  }

  /** Writes a ROAP message, as RoapWriter says. */
  writeRoap(head: RoapHead, body?: Body): Written | undefined {
    return this.roapWriter.writeRoap(head, body);
  }

  /** What was written, as a view of the memory: valid until resetOutput(). */
  outputBytes(start: number, length: number): Uint8Array<ArrayBuffer> {
    return this.memory.outputBytes(start, length);
  }

  outputText(start: number, length: number): string {
    return this.memory.outputText(start, length);
  }

  /** Bytes that the arena of written messages still takes. */
  outputRoom(): number {
    return this.memory.outputRoom();
  }

  /** Empties the arena. What was written before is gone. */
  resetOutput(): void {
    this.memory.resetOutput();
  }

  /** A framer for one more stream of SIP. */
  framer(): CodecFramer {
    return new CodecFramer(this.memory, this.wasm);
  }

  /** A method's name. Throws RangeError for METHOD_OTHER and what is no METHOD_*. */
  methodName(method: number): string {
    return this.sipWriter.methodName(method);
  }

  /** ERROR_TYPE_* that a SIP status comes to in ROAP. */
  errorTypeOf(status: number): number {
    return this.wasm.errorTypeOf(status);
  }

  /** SIP status that an ERROR_TYPE_* comes to. */
  statusOf(errorType: number): number {
    return this.wasm.statusOf(errorType);
  }
}
