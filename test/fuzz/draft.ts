// A message that is being changed: one reused buffer, so that a change costs a move of bytes and no allocation.

/** Longer than the codec's limit, so that messages over it come up too. */
export const DRAFT_LIMIT = 66_000;

export class Draft {
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(DRAFT_LIMIT);
  length = 0;

  load(source: Uint8Array): void {
    this.length = Math.min(source.length, DRAFT_LIMIT);
    this.bytes.set(source.length > DRAFT_LIMIT ? source.subarray(0, DRAFT_LIMIT) : source);
  }

  /** Puts a run in place of [start, end). Does nothing when the draft would grow past its limit. The run may not lie in the draft. */
  replace(start: number, end: number, run: Uint8Array): void {
    const growth = run.length - (end - start);
    if (this.length + growth > DRAFT_LIMIT) return;
    if (growth !== 0) this.bytes.copyWithin(start + run.length, end, this.length);
    this.bytes.set(run, start);
    this.length += growth;
  }

  remove(start: number, end: number): void {
    this.bytes.copyWithin(start, end, this.length);
    this.length -= end - start;
  }

  /** Puts `times` copies of [start, end) behind it, fewer when the draft would grow past `limit`. */
  repeat(
    start: number,
    end: number,
    { times, limit }: { readonly times: number; readonly limit: number },
  ): void {
    const size = end - start;
    const copies = Math.min(
      times,
      Math.floor((Math.min(limit, DRAFT_LIMIT) - this.length) / Math.max(size, 1)),
    );
    if (copies <= 0 || size === 0) return;
    const growth = copies * size;
    this.bytes.copyWithin(end + growth, end, this.length);
    for (let copy = 0; copy < copies; copy++) this.bytes.copyWithin(end + copy * size, start, end);
    this.length += growth;
  }

  /** A copy of [start, end). */
  cut(start: number, end: number): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(start, end);
  }

  /** A view, valid until the next change. */
  view(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }
}
