// What the table of header fields says: names, how often a header may occur, who decodes it, and when it is required.

import { SIP_CHAIN_COUNT, TEXT } from "./assembly/layout.ts";
import type { CodecExports } from "./exports.ts";
import type { CodecMemory } from "./memory.ts";

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

/** Reads the table, which is the same in every instance, and looks at the message in the window with it. */
export class HeaderTable {
  readonly #memory: CodecMemory;
  readonly #wasm: CodecExports;
  readonly #text: Uint8Array<ArrayBuffer>;

  constructor(memory: CodecMemory, wasm: CodecExports) {
    this.#memory = memory;
    this.#wasm = wasm;
    this.#text = memory.bytes.subarray(TEXT, TEXT + nameLimit);
  }

  /** HEADER_* of a name, long or compact, in whatever case. HEADER_OTHER when it is none of the table's. */
  id(name: string): number {
    const length = this.#memory.tryEncode(this.#text, name);
    return this.#wasm.headerOf(TEXT, length < 1 ? nameLimit : length);
  }

  /** A header's long name in its usual spelling. "" for HEADER_OTHER. Throws RangeError for what is no HEADER_*. */
  name(header: number): string {
    return this.#memory.decodeAt(this.#wasm.headerName(checked(header)), this.#wasm.headerNameLength(header));
  }

  /** Throws RangeError for what is no HEADER_*. */
  row(header: number): HeaderRow {
    const methods = this.#wasm.headerMethods(checked(header));
    return {
      name: this.name(header),
      occurs: this.#wasm.headerOccurs(header),
      decoder: this.#wasm.headerDecoder(header),
      requiredIn: (method) => (methods >>> method & 1) !== 0,
      requiredWith: this.#wasm.headerStatus(header),
    };
  }

  /**
   * The first HEADER_* that the message in the window lacks though its method or status asks for it, 0 = none. Stricter than SipReader.read(), which lets pass
   * what RFC 2543 left out.
   */
  missing(): number {
    return this.#wasm.missingHeader();
  }
}

function checked(header: number): number {
  if (!(header > 0 && header < SIP_CHAIN_COUNT)) throw new RangeError(`Header ${header}`);
  return header;
}
