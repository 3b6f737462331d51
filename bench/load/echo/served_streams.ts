// WebSockets, the server's side: just enough for the generator's own, which are well behaved.

import type { Arena } from "../generator/arena.ts";
import { type Libc, LINUX } from "../generator/libc.ts";
import type { Poller } from "../generator/poller.ts";
import { ADDRESS_SIZE, type Endpoint, writeAddress } from "../generator/socket_address.ts";
import { acceptOf } from "../generator/web_socket_handshake.ts";

const RECEIVE_ROOM = 256 * 1024;
const SEND_ROOM = 64 * 1024;
const HEADER = 4;
const BACKLOG = 1024;
const TEXT_FRAME = 0x81;
const PAYLOAD_16 = 126;

export interface ServedEvents {
  text(stream: number, start: number, end: number): void;
}

/** A stream's number is its file descriptor. */
export class ServedStreams {
  readonly listener: number;
  readonly port: number;
  readonly #libc: Libc;
  readonly #arena: Arena;
  readonly #poller: Poller;
  readonly #events: ServedEvents;
  readonly #open = new Set<number>();
  readonly #partial = new Map<number, Uint8Array>();
  readonly #received: number;
  readonly #sending: number;

  constructor(
    { libc, arena, poller, events, at }: {
      libc: Libc;
      arena: Arena;
      poller: Poller;
      events: ServedEvents;
      at: Endpoint;
    },
  ) {
    this.#libc = libc;
    this.#arena = arena;
    this.#poller = poller;
    this.#events = events;
    this.#received = arena.allocate(RECEIVE_ROOM);
    this.#sending = arena.allocate(SEND_ROOM);
    const { AF_INET, SOCK_STREAM, SOCK_NONBLOCK, SOCK_CLOEXEC } = LINUX;
    this.listener = libc.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const name = arena.allocate(ADDRESS_SIZE + 4);
    writeAddress(arena, name, at);
    const address = arena.address + name;
    if (libc.bind(this.listener, address, ADDRESS_SIZE) !== 0 || libc.listen(this.listener, BACKLOG) !== 0) {
      throw new Error("No TCP listener");
    }
    arena.view.setUint32(name + ADDRESS_SIZE, ADDRESS_SIZE, true);
    libc.getsockname(this.listener, address, address + ADDRESS_SIZE);
    this.port = arena.view.getUint16(name + 2);
    poller.add(this.listener, this.listener);
  }

  ready(stream: number): void {
    if (stream === this.listener) return this.#accept();
    const { bytes, address } = this.#arena;
    const kept = this.#partial.get(stream);
    if (kept !== undefined) bytes.set(kept, this.#received);
    const from = this.#received + (kept?.length ?? 0);
    const length = this.#libc.recv(
      stream,
      address + from,
      RECEIVE_ROOM - (from - this.#received),
      LINUX.MSG_DONTWAIT,
    );
    if (length <= 0) return this.#close(stream);
    const end = from + length;
    const rest = this.#open.has(stream) ? this.#frames(stream, end) : this.#shake(stream, end);
    if (rest === end) this.#partial.delete(stream);
    else this.#partial.set(stream, bytes.slice(rest, end));
  }

  reserve(): number {
    return this.#sending + HEADER;
  }

  /** Texts of 126 bytes and more only need one form of header; shorter ones are sent in it as well as they can be. */
  commit(stream: number, length: number): void {
    const { bytes, view, address } = this.#arena;
    const start = length < PAYLOAD_16 ? this.#sending + 2 : this.#sending;
    bytes[start] = TEXT_FRAME;
    if (length < PAYLOAD_16) bytes[start + 1] = length;
    else {
      bytes[start + 1] = PAYLOAD_16;
      view.setUint16(start + 2, length);
    }
    const size = this.#sending + HEADER + length - start;
    this.#libc.send(stream, address + start, size, LINUX.MSG_DONTWAIT | LINUX.MSG_NOSIGNAL);
  }

  #accept(): void {
    const flags = LINUX.SOCK_NONBLOCK | LINUX.SOCK_CLOEXEC;
    for (let fd = this.#libc.accept4(this.listener, 0, 0, flags); fd >= 0;) {
      const one = this.#sending;
      this.#arena.view.setInt32(one, 1, true);
      this.#libc.setsockopt(fd, LINUX.IPPROTO_TCP, LINUX.TCP_NODELAY, this.#arena.address + one, 4);
      this.#poller.add(fd, fd);
      fd = this.#libc.accept4(this.listener, 0, 0, flags);
    }
  }

  #shake(stream: number, end: number): number {
    const head = this.#arena.text(this.#received, end);
    const [, key] = /^sec-websocket-key: *(\S+)/im.exec(head) ?? [];
    if (!head.endsWith("\r\n\r\n") || key === undefined) return this.#received;
    const answer = new TextEncoder().encode(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${acceptOf(key)}\r\n\r\n`,
    );
    this.#arena.bytes.set(answer, this.#sending);
    this.#libc.send(stream, this.#arena.address + this.#sending, answer.length, LINUX.MSG_NOSIGNAL);
    this.#open.add(stream);
    return end;
  }

  /** Answers where what is not complete begins. */
  #frames(stream: number, end: number): number {
    const { bytes, view } = this.#arena;
    let at = this.#received;
    while (end - at >= 6) {
      const short = bytes[at + 1]! & 0x7f;
      const mask = short === PAYLOAD_16 ? at + 4 : at + 2;
      const length = short === PAYLOAD_16 ? view.getUint16(at + 2) : short;
      const start = mask + 4;
      if (start + length > end) break;
      for (let i = 0; i < length; i++) bytes[start + i]! ^= bytes[mask + (i & 3)]!;
      if ((bytes[at]! & 0xf) === 1) this.#events.text(stream, start, start + length);
      at = start + length;
    }
    return at;
  }

  #close(stream: number): void {
    this.#open.delete(stream);
    this.#partial.delete(stream);
    this.#libc.close(stream);
  }
}
