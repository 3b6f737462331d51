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
  readonly #pauses = new Set<{ timer: ReturnType<typeof setTimeout>; resolve: () => void }>();

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
      for (const { timer, resolve } of this.#pauses) {
        clearTimeout(timer);
        resolve();
      }
    }
    return this.ended;
  }

  /** Closes once those who have come are taken: a connection that nobody has accepted yet is reset then. `after`: not before so long. */
  async retire(after: Millis = 0): Promise<void> {
    await this.#pause(after);
    for (let looks = 0, before = -1; looks < QUIET_LOOKS && before !== this.#accepted; looks++) {
      before = this.#accepted;
      await this.#pause(QUIET);
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
        await this.#pause(ACCEPT_AGAIN); // out of file descriptors: do not spin
      }
    }
  }

  async #pause(duration: Millis): Promise<void> {
    if (this.#closed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const pause = { timer: setTimeout(resolve, duration), resolve };
    this.#pauses.add(pause);
    await promise;
    this.#pauses.delete(pause);
  }
}
