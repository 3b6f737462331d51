// Writes ROAP messages into the output arena (draft-jennings-rtcweb-signaling-01), strict: members sorted, nothing optional.

import { ROAP_REFER } from "./assembly/codes.ts";
import { FIELD_COUNT, FIELD_LENGTHS, TEXT, TEXT_SIZE } from "./assembly/layout.ts";
import { ROAP_WIDE } from "./assembly/roap_layout.ts";
import { stageBody } from "./body.ts";
import type { CodecExports } from "./exports.ts";
import type { Body, CodecMemory, Written } from "./memory.ts";
import { memberName } from "./roap_reader.ts";

export interface RoapHead {
  /** ROAP_*. */
  readonly type: number;
  /** This and every other text: "" = absent. */
  readonly offererSessionId: string;
  readonly answererSessionId: string;
  /** 0 to 2^32-1. -1 = absent. */
  readonly seq: number;
  /** 0 to 2^32-1. -1 = absent. */
  readonly tieBreaker: number;
  /** Written when true. */
  readonly moreComing: boolean;
  /** ERROR_TYPE_*. 0 = absent. */
  readonly errorType: number;
  /** SIP status. 0 = absent. */
  readonly status: number;
  /** Any text. */
  readonly reason: string;
  readonly from: string;
  readonly to: string;
  readonly sessionToken: string;
  readonly responseToken: string;
  /** Of a request of its own and its answer. */
  readonly more?: RoapMore | undefined;
}

/** What MESSAGE, INFO, REFER, NOTIFY and their answers have beside the other members. Every text: "" = absent. */
export interface RoapMore {
  readonly transactionId: string;
  readonly contentType: string;
  readonly referToken: string;
  /** Members of the object `info`. */
  readonly infoType: string;
  readonly signal: string;
  /** 0 to 2^32-1. -1 = absent. */
  readonly duration: number;
}

const notUtf8 = 0;
const full = -1;
const brokenField = -100;
const shortText = 40;
const lastAscii = 0x7f;

export class RoapWriter {
  readonly #memory: CodecMemory;
  readonly #wasm: CodecExports;
  readonly #text: Uint8Array<ArrayBuffer>;
  readonly #lengths: Uint32Array<ArrayBuffer>;

  constructor(memory: CodecMemory, wasm: CodecExports) {
    this.#memory = memory;
    this.#wasm = wasm;
    this.#text = memory.bytes.subarray(TEXT, TEXT + TEXT_SIZE - 32);
    this.#lengths = memory.words.subarray(FIELD_LENGTHS >> 2, (FIELD_LENGTHS >> 2) + FIELD_COUNT);
  }

  /**
   * Writes one message. The body becomes `sdp`, in INFO, MESSAGE, REFER, SUBSCRIBE, NOTIFY and PUBLISH `content`; undefined: it is
   * no UTF-8, so that JSON cannot carry it. Throws RangeError when the arena is full or a number is out of range, Error when
   * a text other than the reason has a control character: both are our own mistakes.
   */
  writeRoap(head: RoapHead, body: Body): Written | undefined {
    refuseNumbers(head);
    const { more } = head;
    if (more === undefined) this.#encode(head);
    else this.#encodeAll(head, more);
    const { address, length } = stageBody(this.#memory, body);
    const end = this.#wasm.writeRoap(
      this.#memory.outputStart(),
      head.type,
      head.seq,
      head.tieBreaker,
      head.moreComing ? 1 : 0,
      head.errorType,
      head.status,
      address,
      length,
      more === undefined ? 0 : 1,
      more === undefined ? -1 : more.duration,
    );
    if (end > 0) return this.#memory.finishOutput(end & ~ROAP_WIDE, (end & ROAP_WIDE) === 0);
    if (end === notUtf8) return undefined;
    if (end === full) throw new RangeError("Output arena is full");
    throw new Error(`Control character in field ${memberName(brokenField - end)}`);
  }

  /** Lays the texts out one behind the other and notes their lengths, in the order in which they are written. */
  #encode(head: RoapHead): void {
    const { answererSessionId, from, offererSessionId, responseToken, sessionToken, to, reason } = head;
    const lengths = this.#lengths;
    lengths[0] = answererSessionId.length;
    lengths[1] = from.length;
    lengths[2] = offererSessionId.length;
    lengths[3] = responseToken.length;
    lengths[4] = sessionToken.length;
    lengths[5] = to.length;
    lengths[6] = reason.length;
    let end = this.#short(0, answererSessionId);
    if (from !== "") end = this.#short(end, from);
    end = this.#short(end, offererSessionId);
    if (responseToken !== "") end = this.#short(end, responseToken);
    if (sessionToken !== "") end = this.#short(end, sessionToken);
    if (to !== "") end = this.#short(end, to);
    if (reason !== "") end = this.#short(end, reason);
    if (end >= 0) return;
    this.#encodeEach([answererSessionId, from, offererSessionId, responseToken, sessionToken, to, reason]);
  }

  #encodeAll(head: RoapHead, more: RoapMore): void {
    const { answererSessionId, from, offererSessionId, responseToken, sessionToken, to, reason } = head;
    const { contentType, infoType, signal, referToken, transactionId } = more;
    const fields = [answererSessionId, from, offererSessionId, responseToken, sessionToken, to, reason];
    this.#encodeEach([...fields, contentType, infoType, signal, referToken, transactionId]);
  }

  #encodeEach(texts: readonly string[]): void {
    let at = 0;
    for (let field = 0; field < texts.length; field++) {
      const text = texts[field]!;
      const length = text === "" ? 0 : this.#memory.encode(this.#text.subarray(at), text);
      this.#lengths[field] = length;
      at += length;
    }
  }

  /** Copies a short ASCII text by character, which is faster than TextEncoder. Where the next one begins, -1 when this or one before was none. */
  #short(at: number, text: string): number {
    if (at < 0 || text.length > shortText) return -1;
    const bytes = this.#text;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > lastAscii) return -1;
      bytes[at + i] = code;
    }
    return at + text.length;
  }
}

/** A number outside its range would be written as another one. */
function refuseNumbers(head: RoapHead): void {
  if (!(head.type >= 1 && head.type <= ROAP_REFER)) throw new RangeError(`Message type ${head.type}`);
  if (!(head.errorType >= 0 && head.errorType <= 6)) throw new RangeError(`Error type ${head.errorType}`);
  if (!(head.status >= 0 && head.status <= 699)) throw new RangeError(`Status ${head.status}`);
  if (!(head.seq >= -1 && head.seq <= 0xffffffff)) throw new RangeError(`seq ${head.seq}`);
  if (!(head.tieBreaker >= -1 && head.tieBreaker <= 0xffffffff)) {
    throw new RangeError(`tieBreaker ${head.tieBreaker}`);
  }
  const duration = head.more?.duration ?? -1;
  if (!(duration >= -1 && duration <= 0xffffffff)) throw new RangeError(`duration ${duration}`);
}
