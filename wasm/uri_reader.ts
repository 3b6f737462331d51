// One URI given as text, read strictly (RFC 3261 19.1, RFC 3966): the gate for whatever a browser or a configuration names.

import * as codes from "./assembly/codes.ts";
import * as layout from "./assembly/layout.ts";
import type { CodecExports } from "./exports.ts";
import type { CodecMemory, Span } from "./memory.ts";

const userLimit = 256;

export class UriReader {
  readonly #memory: CodecMemory;
  readonly #wasm: CodecExports;
  readonly #record: Uint32Array<ArrayBuffer>;
  readonly #text: Uint8Array<ArrayBuffer>;
  /** Where the last URI begins. */
  #start = layout.URI_TEXT;

  constructor(memory: CodecMemory, wasm: CodecExports) {
    this.#memory = memory;
    this.#wasm = wasm;
    const start = layout.URI >> 2;
    this.#record = memory.words.subarray(start, start + layout.URI_RECORD_WORDS);
    this.#text = memory.bytes.subarray(layout.URI_TEXT, layout.URI_TEXT + layout.URI_TEXT_SIZE);
  }

  /** 0 or FAULT_*. The getters are about the last URI read, and mean nothing after a fault. */
  read(text: string): number {
    const length = this.#encode(text);
    this.#start = layout.URI_TEXT;
    return length < 0 ? codes.FAULT_URI_TOO_LONG : this.#wasm.readUri(length);
  }

  /**
   * The same of a URI where it stands in the window: the getters that give text mean something until the next read of a message too. Throws RangeError for a
   * span outside the message.
   */
  readSpan(span: Span): number {
    this.#start = this.#memory.spanAddress(span);
    return this.#wasm.readUriAt(this.#start, span & 0xffff);
  }

  get faultOffset(): number {
    return this.#record[layout.URI_FAULT_OFFSET]!;
  }

  get scheme(): number {
    return this.#record[layout.URI_SCHEME]!;
  }

  /** As written; of a tel URI the number without visual separators. "" = none. */
  get user(): string {
    const user = this.#part(layout.URI_USER);
    return this.scheme === codes.SCHEME_TEL ? user.replaceAll(/[-.()]/g, "") : user;
  }

  /** In lower case, IPv6 without brackets. "" for tel. */
  get host(): string {
    return this.#part(layout.URI_HOST).toLowerCase();
  }

  get hostIsIp(): boolean {
    return this.#record[layout.URI_HOST_IS_IP] !== 0;
  }

  /** 0 = absent. */
  get port(): number {
    return this.#record[layout.URI_PORT]!;
  }

  /** TRANSPORT_* of the transport parameter, 0 = absent. */
  get transport(): number {
    return this.#record[layout.URI_TRANSPORT]!;
  }

  get maddr(): string {
    return this.#part(layout.URI_MADDR);
  }

  get lr(): boolean {
    return this.#record[layout.URI_LR] !== 0;
  }

  /** A `?name=value` part, which a Request-URI must not have (RFC 3261 19.1.5). */
  get hasHeaders(): boolean {
    return this.#record[layout.URI_HAS_HEADERS] !== 0;
  }

  /** As written; "" = none. RFC 3261 19.1.1 advises against it. */
  get password(): string {
    return this.#part(layout.URI_PASSWORD);
  }

  /** A header's value as written, "" = empty, undefined = absent. Names are compared whatever their case, escapes kept. */
  header(name: string): string | undefined {
    for (const header of this.#part(layout.URI_HEADERS).slice(1).split("&")) {
      const [found, value] = header.split("=", 2);
      if (found !== "" && found?.toLowerCase() === name.toLowerCase()) return value ?? "";
    }
    return undefined;
  }

  /** A parameter's value as written, "" = without value, undefined = absent. */
  param(name: string): string | undefined {
    for (const param of this.#part(layout.URI_PARAMS).split(";").slice(1)) {
      const [found, value] = param.split("=", 2);
      if (found?.toLowerCase() === name.toLowerCase()) return value ?? "";
    }
    return undefined;
  }

  /** Whether text can stand as the user part of a SIP URI as it is: 1 to 256 characters. */
  isUser(text: string): boolean {
    return text.length <= userLimit && this.#wasm.checkUser(this.#encode(text)) !== 0;
  }

  /** Whether text is a token (RFC 3261 25.1). */
  isToken(text: string): boolean {
    return this.#wasm.checkToken(this.#encode(text)) !== 0;
  }

  /** Length in URI_TEXT, or -1 when the text is longer than a URI may be. */
  #encode(text: string): number {
    return this.#memory.tryEncode(this.#text, text);
  }

  #part(index: number): string {
    const span: Span = this.#record[index]!;
    return this.#memory.decodeAt(this.#start + (span >>> 16), span & 0xffff);
  }
}
