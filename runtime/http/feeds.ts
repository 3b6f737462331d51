// The browsers' WebSockets: one feed each, bounded in number and in what a slow reader may leave unread.

import type { Inputs, Login } from "../input.ts";
import type { Log } from "../log.ts";
import type { Connection } from "../net/connection.ts";
import type { FeedSender } from "./feed_sender.ts";
import * as close from "../ws/close_code.ts";
import { WebSocketPeer, type WebSocketUser } from "../ws/web_socket.ts";

const BUFFER_LIMIT = 1024 * 1024;
/** Bytes unread by all together; from there on who leaves something unread is closed. */
const ALL_BUFFERS_LIMIT = 256 * 1024 * 1024;
/** Bytes of messages that are not whole, of all together. */
const KEPT_LIMIT = 64 * 1024 * 1024;
const FEED_LIMIT = 100_000;

interface Feed {
  readonly id: number;
  readonly socket: WebSocketPeer;
  /** Core knows a feed from `open` on; `closing` it has forgotten it. */
  state: "opening" | "open" | "closing";
}

export interface FeedLimits {
  readonly limit?: number;
  /** Bytes unread by one browser, and by all. */
  readonly bufferLimit?: number;
  readonly allBuffersLimit?: number;
  /** Bytes of messages that are not whole. */
  readonly keptLimit?: number;
}

export interface FeedsOptions extends FeedLimits {
  readonly log: Log;
}

export class Feeds implements FeedSender, WebSocketUser {
  readonly #log: Log;
  readonly #limit: number;
  readonly #bufferLimit: number;
  readonly #allBuffersLimit: number;
  readonly #kept: { bytes: number; readonly limit: number };
  /** Each one until its socket is really gone: a peer that never finishes the closing handshake still costs us. */
  readonly #feeds = new Map<number, Feed>();
  #inputs: Inputs | undefined;
  /** Bytes that all sockets together have queued. */
  #pending: () => number = () => 0;
  #last = 0;
  #refused = 0;
  #emptied: (() => void) | undefined;

  constructor(options: FeedsOptions) {
    this.#log = options.log;
    this.#limit = options.limit ?? FEED_LIMIT;
    this.#bufferLimit = options.bufferLimit ?? BUFFER_LIMIT;
    this.#allBuffersLimit = options.allBuffersLimit ?? ALL_BUFFERS_LIMIT;
    this.#kept = { bytes: 0, limit: options.keptLimit ?? KEPT_LIMIT };
  }

  get size(): number {
    return this.#feeds.size;
  }

  /** How many found no room. */
  get refused(): number {
    return this.#refused;
  }

  /** Bytes kept of messages that are not whole. */
  get kept(): number {
    return this.#kept.bytes;
  }

  start(inputs: Inputs): void {
    this.#inputs = inputs;
  }

  /** Tells how much all sockets together have queued. */
  watch(pending: () => number): void {
    this.#pending = pending;
  }

  /** Whether one more may come; counts the one that may not. */
  hasRoom(): boolean {
    if (this.#feeds.size < this.#limit) return true;
    this.#refused++;
    return false;
  }

  /** Takes a connection over, its opening handshake being done. */
  accept(connection: Connection, login: Login): WebSocketPeer {
    const id = ++this.#last;
    const socket = new WebSocketPeer(connection, { id, user: this, kept: this.#kept });
    const feed: Feed = { id, socket, state: "opening" };
    this.#feeds.set(id, feed);
    this.#open(feed, login);
    return socket;
  }

  sendText(id: number, bytes: Uint8Array): void {
    const feed = this.#feeds.get(id);
    if (feed?.state !== "open") return;
    const { pending } = feed.socket;
    if (pending > this.#bufferLimit || (pending > 0 && this.#pending() > this.#allBuffersLimit)) {
      this.#log.info({ feed: id }, "WebSocket closed: the browser does not read");
      return feed.socket.end(close.CLOSE_TRY_AGAIN_LATER, "Too much is unread");
    }
    feed.socket.send(bytes);
  }

  close(id: number, code: number, reason: string): void {
    this.#feeds.get(id)?.socket.end(code, reason);
  }

  /** Closes all with 1001. Resolves when the last socket is gone, or after `patience` milliseconds. */
  async closeAll(patience: number): Promise<void> {
    for (const feed of [...this.#feeds.values()]) feed.socket.end(close.CLOSE_GOING_AWAY, "The relay stops");
    if (this.#feeds.size === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
      timer = setTimeout(resolve, patience);
    });
    clearTimeout(timer);
  }

  /** To be called once a second. */
  sweep(): void {
    for (const feed of this.#feeds.values()) feed.socket.sweep();
  }

  text(socket: WebSocketPeer, length: number): void {
    if (this.#feeds.get(socket.id)?.state !== "open") return;
    this.#inputs?.deliver({ type: "roap", feed: socket.id, length });
  }

  over(socket: WebSocketPeer): void {
    const feed = this.#feeds.get(socket.id);
    if (feed === undefined) return;
    const known = feed.state === "open";
    feed.state = "closing";
    if (known) this.#inputs?.deliver({ type: "closed", feed: feed.id });
  }

  gone(socket: WebSocketPeer): void {
    if (this.#feeds.delete(socket.id) && this.#feeds.size === 0) this.#emptied?.();
  }

  #open(feed: Feed, login: Login): void {
    let refusal: string | undefined;
    const answered = (text: string) => {
      refusal = text;
    };
    this.#inputs?.deliver({ type: "open", feed: feed.id, login, answered });
    // The connection may have broken while core was told.
    if (feed.state === "closing") {
      if (refusal === "") this.#inputs?.deliver({ type: "closed", feed: feed.id });
    } else if (refusal === "") {
      feed.state = "open";
      this.#log.debug({ feed: feed.id, user: login.user }, "Browser is logged in");
    } else if (refusal === undefined) {
      feed.socket.end(close.CLOSE_INTERNAL_ERROR, "Internal error");
    } else {
      feed.socket.end(close.CLOSE_TRY_AGAIN_LATER, refusal);
    }
  }
}
