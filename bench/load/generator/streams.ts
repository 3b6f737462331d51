// Many WebSockets over non-blocking TCP: opens them, cuts frames out of what comes, sends texts. No object a message.

import type { Arena } from "./arena.ts";
import { errnoOf, type Libc, LINUX } from "./libc.ts";
import type { Poller } from "./poller.ts";
import { ADDRESS_SIZE, type Endpoint, writeAddress } from "./socket_address.ts";
import { CLOSE, Frame, HEADER_ROOM, PING, PONG, readFrame, TEXT, writeFrame } from "./web_socket_frame.ts";
import { type Handshake, refusalOf } from "./web_socket_handshake.ts";

const RECEIVE_ROOM = 256 * 1024;
const SEND_ROOM = 64 * 1024;
const MESSAGE_LIMIT = 128 * 1024;
/** Bytes that may wait for a server that does not read. */
const UNSENT_LIMIT = 1024 * 1024;
const CONTINUATION = 0;
const BINARY = 2;

const CLOSED = 0;
const CONNECTING = 1;
const SHAKING = 2;
const OPEN = 3;

export interface StreamEvents {
  opened(stream: number): void;
  /** The message is valid until the call returns. */
  text(stream: number, start: number, end: number): void;
  /** Also for one that never opened. Not for those closed by `close`. */
  closed(stream: number, cause: string): void;
}

export class Streams {
  readonly #libc: Libc;
  readonly #arena: Arena;
  readonly #poller: Poller;
  readonly #events: StreamEvents;
  readonly #fds: Int32Array;
  readonly #states: Uint8Array;
  readonly #handshakes = new Map<number, Handshake>();
  /** The beginning of what is not complete yet. */
  readonly #partial = new Map<number, Uint8Array>();
  readonly #fragments = new Map<number, Uint8Array[]>();
  readonly #unsent = new Map<number, Uint8Array>();
  readonly #name: number;
  readonly #received: number;
  readonly #sending: number;
  readonly #assembled: number;
  readonly #frame = new Frame();
  /** Pings that were answered. */
  pings = 0;

  constructor(options: { libc: Libc; arena: Arena; poller: Poller; events: StreamEvents; count: number }) {
    this.#libc = options.libc;
    this.#arena = options.arena;
    this.#poller = options.poller;
    this.#events = options.events;
    this.#fds = new Int32Array(options.count).fill(-1);
    this.#states = new Uint8Array(options.count);
    this.#name = options.arena.allocate(ADDRESS_SIZE);
    this.#received = options.arena.allocate(RECEIVE_ROOM);
    this.#sending = options.arena.allocate(SEND_ROOM);
    this.#assembled = options.arena.allocate(MESSAGE_LIMIT);
  }

  isOpen(stream: number): boolean {
    return this.#states[stream] === OPEN;
  }

  /** Begins to connect; `opened` or `closed` follows. `from` has to be an address of this machine. */
  open(stream: number, options: { to: Endpoint; from: number; handshake: Handshake }): void {
    const { AF_INET, SOCK_STREAM, SOCK_NONBLOCK, SOCK_CLOEXEC, EINPROGRESS } = LINUX;
    const libc = this.#libc;
    const fd = libc.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return this.#events.closed(stream, `no socket: errno ${errnoOf(libc)}`);
    const name = this.#arena.address + this.#name;
    this.#set(fd, LINUX.IPPROTO_TCP, LINUX.TCP_NODELAY);
    // The port is chosen when the peer is known: otherwise all source addresses share one range.
    this.#set(fd, LINUX.IPPROTO_IP, LINUX.IP_BIND_ADDRESS_NO_PORT);
    writeAddress(this.#arena, this.#name, { host: options.from, port: 0 });
    libc.bind(fd, name, ADDRESS_SIZE);
    writeAddress(this.#arena, this.#name, options.to);
    const failed = libc.connect(fd, name, ADDRESS_SIZE) !== 0;
    const errno = failed ? errnoOf(libc) : 0;
    if (failed && errno !== EINPROGRESS) {
      libc.close(fd);
      return this.#events.closed(stream, `no connection: errno ${errno}`);
    }
    this.#fds[stream] = fd;
    this.#states[stream] = CONNECTING;
    this.#handshakes.set(stream, options.handshake);
    this.#poller.add(fd, stream, { writable: true });
  }

  /** What the poller found. */
  ready(stream: number, flags: number): void {
    if (this.#states[stream] === CLOSED) return;
    if (this.#states[stream] === CONNECTING) return this.#connected(stream);
    if ((flags & LINUX.EPOLLOUT) !== 0) this.#sendRest(stream);
    if ((flags & (LINUX.EPOLLIN | LINUX.EPOLLERR | LINUX.EPOLLHUP)) !== 0) this.#receive(stream);
  }

  /** Where the next text is to be written. */
  reserve(): number {
    return this.#sending + HEADER_ROOM;
  }

  /** Sends the text at the place of `reserve`. On a stream that is not open it is lost. */
  commit(stream: number, length: number): void {
    this.#sendFrame(stream, TEXT, length);
  }

  /** Lets go of it without a farewell; `reset`: not even TCP's. */
  close(stream: number, { reset = false } = {}): void {
    if (this.#states[stream] === CLOSED) return;
    this.#states[stream] = CLOSED;
    if (reset) this.#linger(this.#fds[stream]!);
    this.#libc.close(this.#fds[stream]!);
    this.#fds[stream] = -1;
    for (const kept of [this.#handshakes, this.#partial, this.#fragments, this.#unsent]) kept.delete(stream);
  }

  #sendFrame(stream: number, opcode: number, length: number): void {
    if (this.#states[stream] !== OPEN) return;
    const payload = this.#sending + HEADER_ROOM;
    const key = Math.random() * 0x1_0000_0000 | 0;
    const start = writeFrame(this.#arena, { opcode, payload, length, key });
    this.#send(stream, start, payload + length);
  }

  #send(stream: number, start: number, end: number): void {
    const waiting = this.#unsent.get(stream);
    if (waiting !== undefined) return this.#keep(stream, waiting, start, end);
    const { MSG_DONTWAIT, MSG_NOSIGNAL, EAGAIN } = LINUX;
    const from = this.#arena.address + start;
    const sent = this.#libc.send(this.#fds[stream]!, from, end - start, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent === end - start) return;
    if (sent < 0 && errnoOf(this.#libc) !== EAGAIN) return this.#broken(stream, "connection lost");
    this.#keep(stream, new Uint8Array(0), start + Math.max(sent, 0), end);
    if (this.#states[stream] !== CLOSED) this.#poller.change(this.#fds[stream]!, stream, { writable: true });
  }

  #keep(stream: number, waiting: Uint8Array, start: number, end: number): void {
    if (waiting.length + end - start > UNSENT_LIMIT) return this.#broken(stream, "server does not read");
    const joined = new Uint8Array(waiting.length + end - start);
    joined.set(waiting);
    joined.set(this.#arena.bytes.subarray(start, end), waiting.length);
    this.#unsent.set(stream, joined);
  }

  #sendRest(stream: number): void {
    const waiting = this.#unsent.get(stream);
    this.#unsent.delete(stream);
    this.#poller.change(this.#fds[stream]!, stream, { writable: false });
    if (waiting === undefined) return;
    const piece = waiting.subarray(0, SEND_ROOM - HEADER_ROOM);
    const rest = waiting.subarray(piece.length);
    this.#arena.bytes.set(piece, this.#sending);
    if (rest.length === 0) return this.#send(stream, this.#sending, this.#sending + piece.length);
    this.#send(stream, this.#sending, this.#sending + piece.length);
    const left = this.#unsent.get(stream) ?? new Uint8Array(0);
    const joined = new Uint8Array(left.length + rest.length);
    joined.set(left);
    joined.set(rest, left.length);
    if (this.#states[stream] === CLOSED) return;
    this.#unsent.set(stream, joined);
    this.#poller.change(this.#fds[stream]!, stream, { writable: true });
  }

  #connected(stream: number): void {
    const { arena, libc, fd } = { arena: this.#arena, libc: this.#libc, fd: this.#fds[stream]! };
    arena.view.setUint32(this.#name, 0, true);
    arena.view.setUint32(this.#name + 4, 4, true);
    const at = arena.address + this.#name;
    libc.getsockopt(fd, LINUX.SOL_SOCKET, LINUX.SO_ERROR, at, at + 4);
    const errno = arena.view.getInt32(this.#name, true);
    if (errno !== 0) return this.#broken(stream, `no connection: errno ${errno}`);
    this.#states[stream] = SHAKING;
    this.#poller.change(fd, stream, { writable: false });
    const request = new TextEncoder().encode(this.#handshakes.get(stream)!.request);
    arena.bytes.set(request, this.#sending);
    this.#send(stream, this.#sending, this.#sending + request.length);
  }

  #receive(stream: number): void {
    const { bytes, address } = this.#arena;
    let end = this.#received;
    const kept = this.#partial.get(stream);
    if (kept !== undefined) {
      bytes.set(kept, end);
      end += kept.length;
      this.#partial.delete(stream);
    }
    const room = RECEIVE_ROOM - (end - this.#received);
    const length = this.#libc.recv(this.#fds[stream]!, address + end, room, LINUX.MSG_DONTWAIT);
    if (length <= 0) {
      if (length < 0 && errnoOf(this.#libc) === LINUX.EAGAIN) {
        if (kept !== undefined) this.#partial.set(stream, kept);
        return;
      }
      return this.#broken(stream, "connection closed by the server");
    }
    const rest = this.#consume(stream, this.#received, end + length);
    if (this.#states[stream] === CLOSED || rest === end + length) return;
    if (end + length - rest > MESSAGE_LIMIT) return this.#broken(stream, "message too long");
    this.#partial.set(stream, bytes.slice(rest, end + length));
  }

  /** Answers where what is not complete begins. */
  #consume(stream: number, start: number, end: number): number {
    const { bytes } = this.#arena;
    let at = this.#states[stream] === SHAKING ? this.#shake(stream, start, end) : start;
    while (this.#states[stream] === OPEN && at < end) {
      const next = readFrame(bytes, { start: at, end }, this.#frame);
      if (next === 0) break;
      if (next < 0) {
        this.#broken(stream, "broken frame");
        break;
      }
      at = next;
      this.#take(stream);
    }
    return at;
  }

  #shake(stream: number, start: number, end: number): number {
    const head = this.#arena.text(start, end);
    const length = head.indexOf("\r\n\r\n");
    if (length < 0) return start;
    const refusal = refusalOf(head.slice(0, length), this.#handshakes.get(stream)!.accept);
    if (refusal !== "") this.#broken(stream, refusal);
    else {
      this.#handshakes.delete(stream);
      this.#states[stream] = OPEN;
      this.#events.opened(stream);
    }
    return start + length + 4;
  }

  #take(stream: number): void {
    const { fin, opcode, start, end } = this.#frame;
    if (fin && (opcode === TEXT || opcode === BINARY)) return this.#events.text(stream, start, end);
    if (opcode === PING) {
      this.pings++;
      this.#arena.bytes.copyWithin(this.#sending + HEADER_ROOM, start, end);
      return this.#sendFrame(stream, PONG, end - start);
    }
    if (opcode === CLOSE) return this.#broken(stream, `closed with ${closeCode(this.#arena, start, end)}`);
    if (opcode === TEXT || opcode === BINARY || opcode === CONTINUATION) this.#assemble(stream);
  }

  #assemble(stream: number): void {
    const { fin, start, end } = this.#frame;
    const pieces = this.#fragments.get(stream) ?? [];
    pieces.push(this.#arena.bytes.slice(start, end));
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (length > MESSAGE_LIMIT) return this.#broken(stream, "message too long");
    this.#fragments.set(stream, pieces);
    if (!fin) return;
    this.#fragments.delete(stream);
    let at = this.#assembled;
    for (const piece of pieces) {
      this.#arena.bytes.set(piece, at);
      at += piece.length;
    }
    this.#events.text(stream, this.#assembled, at);
  }

  #broken(stream: number, cause: string): void {
    if (this.#states[stream] === CLOSED) return;
    this.close(stream);
    this.#events.closed(stream, cause);
  }

  /** struct linger {on, 0 s}: closing it throws away what is unsent and resets the connection. */
  #linger(fd: number): void {
    this.#arena.view.setInt32(this.#name, 1, true);
    this.#arena.view.setInt32(this.#name + 4, 0, true);
    this.#libc.setsockopt(fd, LINUX.SOL_SOCKET, LINUX.SO_LINGER, this.#arena.address + this.#name, 8);
  }

  #set(fd: number, level: number, option: number): void {
    this.#arena.view.setInt32(this.#name, 1, true);
    this.#libc.setsockopt(fd, level, option, this.#arena.address + this.#name, 4);
  }
}

function closeCode(arena: Arena, start: number, end: number): number {
  return end - start >= 2 ? arena.view.getUint16(start) : 1005;
}
