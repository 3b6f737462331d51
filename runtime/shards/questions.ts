// Questions to all siblings at once: what they knew when they were asked has been told before their answers, for a link keeps the
// order. One question is under way at a time; who comes meanwhile shares the next one.

/** How long siblings may take, in milliseconds: a caller waits for them. */
const PATIENCE = 200;
/** Who may wait at once. */
const LIMIT = 1_000;

export class Questions {
  readonly #ask: (number: number) => readonly number[];
  readonly #awaited = new Set<number>();
  #number = 0;
  #waiting: (() => void)[] = [];
  #next: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `ask` puts a question with this number to all siblings there are, and says which. */
  constructor(ask: (number: number) => readonly number[]) {
    this.#ask = ask;
  }

  /** Calls back once all have answered, or have had their time. False: too many wait already. */
  ask(done: () => void): boolean {
    if (this.#waiting.length + this.#next.length >= LIMIT) return false;
    this.#next.push(done);
    if (this.#waiting.length === 0) this.#begin();
    return true;
  }

  told(shard: number, number: unknown): void {
    if (number === this.#number) this.gone(shard);
  }

  /** No answer comes from there any more. */
  gone(shard: number): void {
    if (this.#awaited.delete(shard) && this.#awaited.size === 0) this.#end();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#waiting = this.#next = [];
    this.#awaited.clear();
  }

  #begin(): void {
    this.#waiting = this.#next;
    this.#next = [];
    this.#number++;
    for (const shard of this.#ask(this.#number)) this.#awaited.add(shard);
    const patience = this.#awaited.size === 0 ? 0 : PATIENCE;
    this.#timer = setTimeout(() => this.#end(), patience);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#awaited.clear();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const done of waiting) done();
    if (this.#next.length > 0 && this.#waiting.length === 0) this.#begin();
  }
}
