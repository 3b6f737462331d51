// A user's ladder as server-sent events (WHATWG HTML section 9.2): one JSON object a message.

import type { Millis } from "../../core/context.ts";
import { type LadderSource, type Rung, rungText } from "../ladder.ts";

/** Bytes that may wait for one reader; a slower one is cut off and may come back. */
const BUFFER_LIMIT = 8 * 1024 * 1024;
const STREAM_LIMIT = 100;
/** A comment now and then finds out readers that have gone without a word. */
const KEEP_ALIVE = 15_000;

const encoder = new TextEncoder();

export interface LadderStreamsOptions {
  readonly ladder: LadderSource;
  readonly limit?: number;
  readonly bufferLimit?: number;
}

export class LadderStreams {
  readonly #ladder: LadderSource;
  readonly #limit: number;
  readonly #bufferLimit: number;
  readonly #streams = new Set<Stream>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor({ ladder, limit = STREAM_LIMIT, bufferLimit = BUFFER_LIMIT }: LadderStreamsOptions) {
    this.#ladder = ladder;
    this.#limit = limit;
    this.#bufferLimit = bufferLimit;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** `expires`: when it ends by itself, in milliseconds since 1970. */
  open(user: string, expires = Infinity): Response {
    if (this.#streams.size >= this.#limit) {
      return new Response("Too many ladders are being watched\n", {
        status: 503,
        headers: { "retry-after": "5" },
      });
    }
    this.#timer ??= setInterval(() => this.#keepAlive(), KEEP_ALIVE);
    const stream = new Stream({
      ladder: this.#ladder,
      expires,
      user,
      bufferLimit: this.#bufferLimit,
      onEnd: (ended) => this.#forget(ended),
    });
    this.#streams.add(stream);
    return new Response(stream.body, {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        // no-transform: compression would hold messages back.
        "cache-control": "no-store, no-transform",
        "x-content-type-options": "nosniff",
      },
    });
  }

  /** Ends those whose login has ended. To be called about once a second. */
  sweep(now: Millis): void {
    for (const stream of [...this.#streams]) if (stream.expires <= now) stream.end();
  }

  closeAll(): void {
    for (const stream of [...this.#streams]) stream.end();
  }

  #keepAlive(): void {
    for (const stream of [...this.#streams]) stream.comment();
  }

  #forget(stream: Stream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

class Stream {
  readonly body: ReadableStream<Uint8Array>;
  readonly expires: Millis;
  readonly #onEnd: (stream: Stream) => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor({ ladder, user, expires, bufferLimit, onEnd }: {
    ladder: LadderSource;
    user: string;
    expires: Millis;
    bufferLimit: number;
    onEnd: (stream: Stream) => void;
  }) {
    this.expires = expires;
    this.#onEnd = onEnd;
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        controller.enqueue(encoder.encode("retry: 2000\n\n"));
        this.#unsubscribe = ladder.subscribe(user, (rung) => this.#show(rung));
      },
      cancel: () => this.#over(),
    }, { highWaterMark: bufferLimit, size: (chunk) => chunk.byteLength });
  }

  comment(): void {
    this.#enqueue(": still here\n\n");
  }

  end(): void {
    const controller = this.#controller;
    this.#over();
    try {
      controller?.close();
    } catch {
      // Cancelled by the reader in the meantime.
    }
  }

  #show(rung: Rung | string): void {
    this.#enqueue(`data: ${typeof rung === "string" ? rung : rungText(rung)}\n\n`);
  }

  #enqueue(text: string): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    controller.enqueue(encoder.encode(text));
    if ((controller.desiredSize ?? 0) > 0) return;
    this.#over();
    controller.error(new Error("The reader of a ladder does not read"));
  }

  #over(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#controller = undefined;
    this.#onEnd(this);
  }
}
