// Takes what a socket delivers and writes it down, for tests of one transport alone.

import type { Input, Inputs } from "../runtime/input.ts";
import { received } from "../wasm/codec.ts";

/** A SIP input's bytes are made text at once: they are gone when `deliver` returns. */
export type Delivered = Exclude<Input, { type: "sip" | "datagram" }> | {
  readonly type: "sip";
  readonly arrival: Extract<Input, { type: "sip" }>["arrival"];
  readonly text: string;
};

export class RecordingInputs implements Inputs {
  readonly all: Delivered[] = [];
  batches = 0;
  #next = 0;
  #waiting: ((input: Delivered) => void)[] = [];

  deliver(input: Input): void {
    const delivered = asText(input);
    this.all.push(delivered);
    this.#waiting.shift()?.(this.all[this.#next++]!);
  }

  together(deliverAll: () => void): void {
    this.batches++;
    deliverAll();
  }

  /** The next one that was not asked for before. */
  next(): Promise<Delivered> {
    if (this.#next < this.all.length) return Promise.resolve(this.all[this.#next++]!);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The next one, a SIP message. */
  async sip(): Promise<Extract<Delivered, { type: "sip" }>> {
    const input = await this.next();
    if (input.type !== "sip") throw new Error(`A SIP message was expected, not ${input.type}`);
    return input;
  }
}

function asText(input: Input): Delivered {
  if (input.type !== "sip" && input.type !== "datagram") return input;
  const bytes = input.type === "sip" ? input.bytes : received(input.slot, input.length);
  return { type: "sip", arrival: input.arrival, text: new TextDecoder().decode(bytes) };
}
