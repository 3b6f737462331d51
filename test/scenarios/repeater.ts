// Sends messages again until they are struck off, as RFC 3261 section 17 has both kinds of transaction and the 2xx do it.

import type { Network } from "./network.ts";

const T1 = 500;
const T2 = 4000;

interface Repeat {
  readonly send: () => void;
  /** Over a reliable transport it is sent once, and only given up in time. */
  readonly reliable: boolean;
  /** Doubles without a limit, as timer A does; else up to T2. */
  readonly unlimited?: boolean;
  /** 64*T1 went by. */
  readonly gaveUp?: () => void;
}

export class Repeater {
  readonly #network: Pick<Network, "after">;
  readonly #pending = new Map<string, number>();
  #serial = 0;

  constructor(network: Pick<Network, "after">) {
    this.#network = network;
  }

  /** Sends now, and again from time to time. */
  start(name: string, repeat: Repeat): void {
    const serial = ++this.#serial;
    this.#pending.set(name, serial);
    repeat.send();
    const again = (wait: number) =>
      this.#network.after(wait, () => {
        if (this.#pending.get(name) !== serial) return;
        repeat.send();
        again(repeat.unlimited === true ? 2 * wait : Math.min(2 * wait, T2));
      });
    if (!repeat.reliable) again(T1);
    this.#network.after(64 * T1, () => {
      if (this.#pending.get(name) !== serial) return;
      this.#pending.delete(name);
      repeat.gaveUp?.();
    });
  }

  /** Whether it was there to be struck off. */
  strike(name: string): boolean {
    return this.#pending.delete(name);
  }

  has(name: string): boolean {
    return this.#pending.has(name);
  }
}
