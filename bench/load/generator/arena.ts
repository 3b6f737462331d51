// The generator's memory: one buffer that sockets read into and write from, so that the C library gets plain numbers for addresses.

const PAGE = 4096;

/** A piece of the arena's bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Arena {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  /** The same bytes, four at a time. */
  readonly words: Int32Array<ArrayBuffer>;
  #used = PAGE;
  #address = 0;

  /** `size` is a multiple of 8. Pages that nobody touches cost nothing. */
  constructor(size: number) {
    this.bytes = new Uint8Array(new ArrayBuffer(size));
    this.view = new DataView(this.bytes.buffer);
    this.words = new Int32Array(this.bytes.buffer);
  }

  /** Where the buffer lies in the process. It never moves. Needs permission for FFI. */
  get address(): number {
    if (this.#address === 0) {
      this.#address = Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.bytes)));
    }
    return this.#address;
  }

  /** @throws RangeError when the arena is used up: a mistake of its maker */
  allocate(size: number): number {
    const start = this.#used;
    this.#used = Math.ceil((start + size) / 64) * 64;
    if (this.#used > this.bytes.length) throw new RangeError(`Arena has no room for ${size} bytes`);
    return start;
  }

  /** Puts a text there for good. */
  keep(text: string): Span {
    const encoded = encoder.encode(text);
    const start = this.allocate(encoded.length);
    this.bytes.set(encoded, start);
    return { start, end: start + encoded.length };
  }

  text(start: number, end: number): string {
    return decoder.decode(this.bytes.subarray(start, end));
  }
}
