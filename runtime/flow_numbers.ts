// Numbers of connections: one row for all transports of a process, so that a number alone says which one is meant.

export class FlowNumbers {
  #last = 0;

  next(): number {
    return ++this.#last;
  }
}
