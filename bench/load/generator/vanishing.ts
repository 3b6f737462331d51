// Browsers that vanish in a call of their own: while it rings or when it is up, their connection closed or reset.

import { type Calls, TO_IMS, VANISHING } from "./calls.ts";
import type { Streams } from "./streams.ts";

export interface VanishingOptions {
  readonly calls: Calls;
  readonly streams: Streams;
  /** Sends the call's first message. */
  start(call: number, now: number): void;
}

export class Vanishing {
  readonly #options: VanishingOptions;

  constructor(options: VanishingOptions) {
    this.#options = options;
  }

  /** A browser has logged in and calls: each is to leave in another way. */
  begin(stream: number, { measured, now }: { measured: boolean; now: number }): void {
    const { calls, streams, start } = this.#options;
    const call = calls.begin({ direction: TO_IMS, stream, scheduled: now, measured });
    if (call < 0) return streams.close(stream);
    calls.vanishing[call] = 1 + stream % VANISHING.whileRinging;
    start(call, now);
  }

  /** Its time has come. */
  leave(call: number): void {
    const { calls, streams } = this.#options;
    streams.close(calls.stream[call]!, { reset: calls.vanishing[call] !== VANISHING.whileUp });
    calls.vanished(call);
  }
}
