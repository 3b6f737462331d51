// The browsers' WebSockets: a feed for each that speaks ROAP, a flow for each that speaks SIP (RFC 7118), bounded in number and in what a slow reader may leave
// unread.

import { isUtf8 } from "node:buffer";
import type { Millis } from "../../core/context.ts";
import type { Arrival } from "../../core/sip/arrival.ts";
import { inputWindow } from "../../wasm/codec.ts";
import { FlowNumbers } from "../flow_numbers.ts";
import type { Inputs, Login } from "../input.ts";
import type { Log } from "../log.ts";
import type { Connection } from "../net/connection.ts";
import type { FeedSender } from "./feed_sender.ts";
import { freshToken, type Lease } from "./lease.ts";
import type { FlowSender } from "../sip/flow_sender.ts";
import * as close from "../ws/close_code.ts";
import { OPCODE_BINARY, OPCODE_TEXT } from "../ws/frame.ts";
import { WebSocketPeer, type WebSocketUser } from "../ws/web_socket.ts";

const BUFFER_LIMIT = 1024 * 1024;
/** Bytes unread by all together; from there on who leaves something unread is closed. */
const ALL_BUFFERS_LIMIT = 256 * 1024 * 1024;
/** Bytes of messages that are not whole, of all together. */
const KEPT_LIMIT = 64 * 1024 * 1024;
const FEED_LIMIT = 100_000;
/** A keep-alive and its answer: CRLF CRLF, CRLF. */
const PING = new Uint8Array([13, 10, 13, 10]);
const PONG = PING.subarray(2);
const window = inputWindow();
const encoder = new TextEncoder();

/** A WebSocket. */
interface Feed {
  readonly id: number;
  readonly socket: WebSocketPeer;
  /** It speaks SIP, and its messages come from there. Undefined: ROAP. */
  readonly arrival: Arrival | undefined;
  /** Core knows a feed from `open` on; `closing` it has forgotten it. A flow is open from the beginning. */
  state: "opening" | "open" | "closing";
  /** Undefined: the login ends with the WebSocket. */
  readonly lease: Lease | undefined;
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
  /** Shared with SIP's other transports. */
  readonly numbers?: FlowNumbers;
  /** Milliseconds since 1970, for logins that end. */
  readonly wallClock?: () => Millis;
}

export class Feeds implements FeedSender, FlowSender, WebSocketUser {
  readonly #log: Log;
  readonly #limit: number;
  readonly #bufferLimit: number;
  readonly #allBuffersLimit: number;
  readonly #numbers: FlowNumbers;
  readonly #wallClock: () => Millis;
  readonly #kept: { bytes: number; readonly limit: number };
  /** Each one until its socket is really gone: a peer that never finishes the closing handshake still costs us. */
  readonly #feeds = new Map<number, Feed>();
  #inputs: Inputs | undefined;
  /** Bytes that all sockets together have queued. */
  #pending: () => number = () => 0;
  #refused = 0;
  #emptied: (() => void) | undefined;

  constructor(options: FeedsOptions) {
    this.#log = options.log;
    this.#numbers = options.numbers ?? new FlowNumbers();
    this.#wallClock = options.wallClock ?? Date.now;
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
  accept(connection: Connection, login: Login, lease?: Lease): WebSocketPeer {
    const id = this.#numbers.next();
    const socket = new WebSocketPeer(connection, { id, user: this, kept: this.#kept });
    const feed: Feed = { id, socket, arrival: undefined, state: "opening", lease };
    this.#feeds.set(id, feed);
    this.#open(feed, login);
    return socket;
  }

  /** The same for one that speaks SIP: who it is its messages say. */
  acceptFlow(connection: Connection): WebSocketPeer {
    const id = this.#numbers.next();
    const socket = new WebSocketPeer(connection, { id, user: this, kept: this.#kept, binary: true });
    const { host, port, localPort, isSecure } = connection;
    const arrival: Arrival = { transport: isSecure ? "wss" : "ws", host, port, flow: id, localPort };
    this.#feeds.set(id, { id, socket, arrival, state: "open", lease: undefined });
    return socket;
  }

  sendText(id: number, bytes: Uint8Array): void {
    const feed = this.#feeds.get(id);
    if (feed?.state === "open") this.#send(feed, bytes, OPCODE_TEXT);
  }

  sendMessage(flow: number, bytes: Uint8Array): boolean {
    const feed = this.#feeds.get(flow);
    if (feed?.state !== "open" || feed.arrival === undefined) return false;
    // Clients understand text best, but what is not UTF-8 would end their connection (RFC 7118 section 5, RFC 6455 section 8.1).
    this.#send(feed, bytes, isUtf8(bytes) ? OPCODE_TEXT : OPCODE_BINARY);
    return true;
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
    const now = this.#wallClock();
    for (const feed of this.#feeds.values()) {
      if (feed.lease?.isOver(now)) feed.socket.end(close.CLOSE_LOGIN_OVER, "The login has expired");
      feed.socket.sweep();
    }
  }

  text(socket: WebSocketPeer, length: number): void {
    const feed = this.#feeds.get(socket.id);
    if (feed?.state !== "open") return;
    if (feed.arrival !== undefined) return this.#message(feed.arrival, socket, length);
    if (feed.lease !== undefined) {
      const token = freshToken(window.subarray(0, Math.max(length, 0)));
      if (token !== undefined) return void this.#renew(feed.lease, socket, token);
    }
    this.#inputs?.deliver({ type: "roap", feed: socket.id, length });
  }

  over(socket: WebSocketPeer): void {
    const feed = this.#feeds.get(socket.id);
    if (feed === undefined) return;
    const known = feed.state === "open";
    feed.state = "closing";
    if (!known) return;
    this.#inputs?.deliver(
      feed.arrival === undefined
        ? { type: "closed", feed: feed.id }
        : { type: "webSocketClosed", flow: feed.id },
    );
  }

  gone(socket: WebSocketPeer): void {
    if (this.#feeds.delete(socket.id) && this.#feeds.size === 0) this.#emptied?.();
  }

  #send({ id, socket }: Feed, bytes: Uint8Array, opcode: typeof OPCODE_TEXT | typeof OPCODE_BINARY): void {
    const { pending } = socket;
    if (pending > this.#bufferLimit || (pending > 0 && this.#pending() > this.#allBuffersLimit)) {
      this.#log.info({ feed: id }, "WebSocket closed: the browser does not read");
      return socket.end(close.CLOSE_TRY_AGAIN_LATER, "Too much is unread");
    }
    socket.send(bytes, opcode);
  }

  /** A SIP message, or the keep-alive of RFC 5626 section 3.5.1, which RFC 7118 section 6 lets clients use. */
  #message(arrival: Arrival, socket: WebSocketPeer, length: number): void {
    if (length < 0) return socket.end(close.CLOSE_TOO_BIG, "The message is longer than 65536 bytes");
    if (length > PING.length || !isBlank(length)) {
      return this.#inputs?.deliver({ type: "message", arrival, length });
    }
    if (socket.countControl() && length === PING.length) socket.send(PONG, OPCODE_TEXT);
  }

  async #renew(lease: Lease, socket: WebSocketPeer, token: string): Promise<void> {
    if (!socket.countControl()) return;
    socket.send(encoder.encode(await lease.renew(token)), OPCODE_TEXT);
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

/** Whether nothing but line ends is in the window. */
function isBlank(length: number): boolean {
  for (let at = 0; at < length; at++) if (window[at] !== PING[at % 2]) return false;
  return true;
}
