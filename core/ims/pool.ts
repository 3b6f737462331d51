// A pool of registered identities that calls borrow: the one that has rested longest goes first.

export class Pool<Item extends object> {
  /** Those that may be lent, the one that rested longest first: a Set keeps the order in which they came. */
  readonly #resting = new Set<Item>();
  readonly #lent = new Map<number, Item>();
  readonly #away = new Set<Item>();

  /** Items that may be lent now. */
  get resting(): number {
    return this.#resting.size;
  }

  /** It is registered: it may be lent, after all that may be already. One that is lent stays so. */
  add(item: Item): void {
    if (!this.#away.has(item)) this.#resting.add(item);
  }

  /** It is not registered any more. A call that has it keeps it. */
  remove(item: Item): void {
    this.#resting.delete(item);
  }

  /** Lends one to a call; undefined = there is none. */
  lend(call: number): Item | undefined {
    const [item] = this.#resting;
    if (item === undefined) return undefined;
    this.#resting.delete(item);
    this.#lent.set(call, item);
    this.#away.add(item);
    return item;
  }

  /** The call is over: what it borrowed. The caller says whether it may be lent again. */
  release(call: number): Item | undefined {
    const item = this.#lent.get(call);
    if (item === undefined) return undefined;
    this.#lent.delete(call);
    this.#away.delete(item);
    return item;
  }
}
