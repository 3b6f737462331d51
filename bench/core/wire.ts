// What the relay sends in one step of a wave, in one piece of memory as a batch of datagrams leaves: a buffer for each would be the collector's
// work, and none of the relay's.

import type { Sent } from "./parties.ts";

const SIZE = 8 * 1024 * 1024;

export class Wire {
  readonly #bytes = new Uint8Array(SIZE);
  /** Each message: a text, or where its bytes end. */
  readonly #messages: (string | number)[] = [];
  #end = 0;

  /** Takes a SIP message. @throws RangeError when the step sends more than there is memory for */
  bytes(message: Uint8Array): void {
    this.#bytes.set(message, this.#end);
    this.#end += message.length;
    this.#messages.push(this.#end);
  }

  text(message: string): void {
    this.#messages.push(message);
  }

  /** All messages in their order, copied, and the wire is empty again. */
  drain(): Sent[] {
    let start = 0;
    const sent = this.#messages.map((message) => {
      if (typeof message === "string") return message;
      const bytes = this.#bytes.slice(start, message);
      start = message;
      return bytes;
    });
    this.#messages.length = 0;
    this.#end = 0;
    return sent;
  }
}
