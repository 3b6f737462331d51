// What a socket has not taken yet, in its order. Nobody has one but a connection that waits.

/** Small messages that wait together leave in one write. */
const CHUNK_LENGTH = 16_384;

export class SendQueue {
  readonly #chunks: Uint8Array[] = [];
  /** Bytes of the last chunk that are filled; the others are full. */
  #filled = 0;
  /** Bytes of the first chunk that have left. */
  #left = 0;
  #bytes = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Copies them. */
  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.length - this.#filled >= bytes.length) {
      last.set(bytes, this.#filled);
      this.#filled += bytes.length;
      return;
    }
    if (last !== undefined) this.#chunks[this.#chunks.length - 1] = last.subarray(0, this.#filled);
    const first = last === undefined && bytes.length > 0;
    // One message that did not get through whole is the usual case: it gets no more room than it needs.
    const chunk = new Uint8Array(first ? bytes.length : Math.max(bytes.length, CHUNK_LENGTH));
    chunk.set(bytes);
    this.#filled = bytes.length;
    this.#chunks.push(chunk);
  }

  /** What may go out next, undefined = nothing waits. Not to be changed while it is on its way. */
  first(): Uint8Array | undefined {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return undefined;
    return chunk.subarray(this.#left, this.#chunks.length === 1 ? this.#filled : chunk.length);
  }

  /** So many bytes of `first` have left. */
  drop(count: number): void {
    this.#bytes -= count;
    this.#left += count;
    const chunk = this.#chunks[0]!;
    if (this.#left < (this.#chunks.length === 1 ? this.#filled : chunk.length)) return;
    this.#chunks.shift();
    this.#left = 0;
    if (this.#chunks.length === 0) this.#filled = 0;
  }
}
