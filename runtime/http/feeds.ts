// The browsers' WebSockets: one feed each, bounded in number and in what a slow reader may leave unread.

import type { Inputs, Login } from "../input.ts";
import type { Log } from "../log.ts";
import type { FeedSender } from "./feed_sender.ts";

/** RFC 6455 section 7.4.1, and 1013 of the IANA registry. */
const CLOSE_GOING_AWAY = 1001;
const CLOSE_UNSUPPORTED_DATA = 1003;
const CLOSE_INTERNAL_ERROR = 1011;
const CLOSE_TRY_AGAIN_LATER = 1013;

const BUFFER_LIMIT = 1024 * 1024;
const FEED_LIMIT = 100_000;
/** So long nothing has to come before we close, and for so long at most we wait for that, in milliseconds. */
const QUIET = 50;
const LONGEST_QUIET = 2_000;
/** Seconds without a sign of life until a ping, and from the ping to the end. */
const IDLE_SECONDS = 30;

interface Feed {
  readonly id: number;
  readonly socket: WebSocket;
  readonly login: Login;
  /** Core knows a feed from `open` on; `closing` it has forgotten it. */
  state: "opening" | "open" | "closing";
  /** A message came since this was last set to false. */
  heard: boolean;
}

export interface FeedsOptions {
  readonly log: Log;
  readonly limit?: number;
  readonly bufferLimit?: number;
}

export class Feeds implements FeedSender {
  readonly #log: Log;
  readonly #limit: number;
  readonly #bufferLimit: number;
  /** Each one until its socket is really gone: a peer that never finishes the closing handshake still costs us. */
  readonly #feeds = new Map<number, Feed>();
  #inputs: Inputs | undefined;
  #last = 0;
  #refused = 0;
  #emptied: (() => void) | undefined;

  constructor({ log, limit = FEED_LIMIT, bufferLimit = BUFFER_LIMIT }: FeedsOptions) {
    this.#log = log;
    this.#limit = limit;
    this.#bufferLimit = bufferLimit;
  }

  get size(): number {
    return this.#feeds.size;
  }

  /** How many found no room. */
  get refused(): number {
    return this.#refused;
  }

  start(inputs: Inputs): void {
    this.#inputs = inputs;
  }

  /** Answers an upgrade request that has passed all checks. `protocol` "" = none was asked for. */
  accept(request: Request, login: Login, protocol: string): Response {
    if (this.#feeds.size >= this.#limit) {
      this.#refused++;
      return new Response("Too many WebSockets\n", { status: 503, headers: { "retry-after": "5" } });
    }
    const options = { idleTimeout: IDLE_SECONDS, ...(protocol === "" ? {} : { protocol }) };
    const { socket, response } = Deno.upgradeWebSocket(request, options);
    const feed: Feed = { id: ++this.#last, socket, login, state: "opening", heard: false };
    this.#feeds.set(feed.id, feed);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#opened(feed);
    socket.onmessage = (event) => this.#received(feed, event.data);
    socket.onclose = () => this.#gone(feed);
    // A handshake that breaks off has an error and no close.
    socket.onerror = () => this.#gone(feed);
    return response;
  }

  sendText(id: number, text: string): void {
    const feed = this.#feeds.get(id);
    if (feed?.state !== "open" || feed.socket.readyState !== WebSocket.OPEN) return;
    if (feed.socket.bufferedAmount > this.#bufferLimit) {
      this.#log.info({ feed: id }, "WebSocket closed: the browser does not read");
      return this.#end(feed, CLOSE_TRY_AGAIN_LATER, "Too much is unread");
    }
    feed.socket.send(text);
  }

  close(id: number, code: number, reason: string): void {
    const feed = this.#feeds.get(id);
    if (feed !== undefined) this.#end(feed, code, reason);
  }

  /** Closes all with 1001. Resolves when the last socket is gone, or after `patience` milliseconds. */
  async closeAll(patience: number): Promise<void> {
    for (const feed of [...this.#feeds.values()]) this.#end(feed, CLOSE_GOING_AWAY, "The relay stops");
    if (this.#feeds.size === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
      timer = setTimeout(resolve, patience);
    });
    clearTimeout(timer);
  }

  #opened(feed: Feed): void {
    if (feed.state === "closing") return shut(feed, CLOSE_GOING_AWAY, "The relay stops");
    let refusal: string | undefined;
    const answered = (text: string) => {
      refusal = text;
    };
    this.#inputs?.deliver({ type: "open", feed: feed.id, login: feed.login, answered });
    if (refusal === "") {
      feed.state = "open";
      this.#log.debug({ feed: feed.id, user: feed.login.user }, "Browser is logged in");
      return;
    }
    feed.state = "closing";
    if (refusal === undefined) shut(feed, CLOSE_INTERNAL_ERROR, "Internal error");
    else shut(feed, CLOSE_TRY_AGAIN_LATER, refusal);
  }

  #received(feed: Feed, data: unknown): void {
    feed.heard = true;
    if (feed.state !== "open") return;
    if (typeof data !== "string") return this.#end(feed, CLOSE_UNSUPPORTED_DATA, "Only text is understood");
    this.#inputs?.deliver({ type: "roap", feed: feed.id, text: data });
  }

  /** Ends it from our side: for core it is gone at once, whatever the peer does. */
  #end(feed: Feed, code: number, reason: string): void {
    if (feed.state === "closing") return;
    const known = feed.state === "open";
    feed.state = "closing";
    if (known) this.#inputs?.deliver({ type: "closed", feed: feed.id });
    shut(feed, code, reason);
  }

  #gone(feed: Feed): void {
    if (!this.#feeds.delete(feed.id)) return;
    const known = feed.state === "open";
    feed.state = "closing";
    if (known) this.#inputs?.deliver({ type: "closed", feed: feed.id });
    if (this.#feeds.size === 0) this.#emptied?.();
  }
}

/**
 * Sends the close frame once the peer is quiet: with unread data on a closed connection TCP resets it, and the peer would never
 * see why it was closed.
 */
function shut(feed: Feed, code: number, reason: string): void {
  const end = performance.now() + LONGEST_QUIET;
  const look = () => {
    if (feed.socket.readyState !== WebSocket.OPEN) return;
    if (!feed.heard || performance.now() > end) return close(feed.socket, code, reason);
    feed.heard = false;
    setTimeout(look, QUIET);
  };
  feed.heard = true;
  look();
}

function close(socket: WebSocket, code: number, reason: string): void {
  try {
    // A close frame has 125 bytes, two of which are the code (RFC 6455 section 5.5).
    socket.close(code, new TextEncoder().encode(reason).length <= 123 ? reason : "");
  } catch {
    // The socket broke in the meantime: its own event follows.
  }
}
