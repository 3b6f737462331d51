// The loop that accepts for one of Deno's listeners.

import type { Millis } from "../../core/context.ts";

const ACCEPT_AGAIN: Millis = 100;
/** Nobody has come for so long: then nobody waits either. And how often that is looked for. */
const QUIET: Millis = 10;
const QUIET_LOOKS = 100;

export interface AcceptLoopOptions<Accepted> {
  readonly accepted: (stream: Accepted) => void;
  /** Told once, until something could be accepted again. */
  readonly exhausted: (error: string) => void;
  /** Where there is no room for one more: resolves when there is. */
  readonly room?: () => Promise<void> | undefined;
}

export class AcceptLoop<Accepted> {
  /** Resolves when nothing more will be accepted. */
  readonly ended: Promise<void>;
  readonly #listener: { accept(): Promise<Accepted>; close(): void };
  #closed = false;
  #accepted = 0;
  #pausing: { timer: ReturnType<typeof setTimeout>; resolve: () => void } | undefined;

  constructor(
    listener: { accept(): Promise<Accepted>; close(): void },
    options: AcceptLoopOptions<Accepted>,
  ) {
    this.#listener = listener;
    this.ended = this.#accept(options);
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#listener.close();
      clearTimeout(this.#pausing?.timer);
      this.#pausing?.resolve();
    }
    return this.ended;
  }

  /** Closes once those who have come are taken: a connection that nobody has accepted yet is reset then. */
  async retire(): Promise<void> {
    for (let looks = 0, before = -1; looks < QUIET_LOOKS && before !== this.#accepted; looks++) {
      before = this.#accepted;
      await new Promise((resolve) => setTimeout(resolve, QUIET));
    }
    await this.close();
  }

  async #accept({ accepted, exhausted, room }: AcceptLoopOptions<Accepted>): Promise<void> {
    let isExhausted = false;
    while (!this.#closed) {
      try {
        await room?.();
        if (this.#closed) return;
        const stream = await this.#listener.accept();
        this.#accepted++;
        accepted(stream);
        isExhausted = false;
      } catch (error) {
        if (this.#closed) return;
        if (!isExhausted) exhausted(String(error));
        isExhausted = true;
        await this.#pause(); // out of file descriptors: do not spin
      }
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#pausing = { timer: setTimeout(resolve, ACCEPT_AGAIN), resolve };
    });
  }
}
