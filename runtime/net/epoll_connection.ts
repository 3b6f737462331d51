// A TCP connection that epoll watches: read when there is something, written at once, the rest when there is room.

import { READ_LIMIT, readWindow } from "../../wasm/masked_text.ts";
import type { Acceptor, Connection, Receiver } from "./connection.ts";
import * as libc from "./libc.ts";
import type { Reactor, Watched } from "./reactor.ts";
import { SendQueue } from "./send_queue.ts";
import { ADDRESS_ROOM, readAddress, type SocketAddress } from "./socket_address.ts";

const READ_EVENTS = libc.EPOLLIN | libc.EPOLLRDHUP;
const READ_SIZE = BigInt(READ_LIMIT);
const SEND_FLAGS = libc.MSG_DONTWAIT | libc.MSG_NOSIGNAL;
/** struct linger: on, for 0 seconds: a close is a reset. */
const RESET = new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]);
const ON = new Uint8Array([1, 0, 0, 0]);

/** What connections of one kind share. */
export interface EpollHome {
  readonly libc: libc.Libc;
  readonly reactor: Reactor;
  /** Bytes that wait in all queues. */
  pending: number;
  accepted(connection: EpollConnection, acceptor: Acceptor): void;
  gone(connection: EpollConnection): void;
  fault(error: unknown): void;
}

/** closing: is to go once the queue is empty. */
type State = "connecting" | "open" | "closing" | "gone";

export class EpollConnection implements Connection, Watched {
  receiver: Receiver;
  readonly host: string;
  readonly port: number;
  readonly isSecure = false;
  readonly #home: EpollHome;
  readonly #descriptor: number;
  #state: State;
  #events: number;
  #queue: SendQueue | undefined;
  /** Sends no more after the queue. */
  #ending = false;
  /** The peer sends no more. */
  #ended = false;

  /** For a descriptor that is non-blocking already. `connected` false: it is about to be. */
  constructor(
    descriptor: number,
    { home, peer, receiver, connected }: {
      home: EpollHome;
      peer: SocketAddress;
      receiver: Receiver;
      connected: boolean;
    },
  ) {
    this.#descriptor = descriptor;
    this.#home = home;
    this.receiver = receiver;
    this.host = peer.host;
    this.port = peer.port;
    this.#state = connected ? "open" : "connecting";
    this.#events = connected ? READ_EVENTS : libc.EPOLLOUT;
    home.libc.calls.setsockopt(descriptor, libc.IPPROTO_TCP, libc.TCP_NODELAY, ON, 4);
    if (!home.reactor.add(descriptor, this.#events, this)) throw libc.systemError(home.libc.error);
  }

  get localPort(): number {
    if (this.#state === "gone") return 0;
    const bytes = new Uint8Array(ADDRESS_ROOM);
    const length = new Uint8Array([ADDRESS_ROOM, 0, 0, 0]);
    const result = this.#home.libc.calls.getsockname(this.#descriptor, bytes, length);
    return result < 0 ? 0 : readAddress(bytes).port;
  }

  get pending(): number {
    return this.#queue?.bytes ?? 0;
  }

  send(bytes: Uint8Array): void {
    if (this.#state === "gone" || this.#state === "closing" || this.#ending) return;
    const sent = this.#queue === undefined && this.#state === "open" ? this.#write(bytes) : 0;
    if (sent < 0 || sent === bytes.length) return;
    this.#queue ??= new SendQueue();
    this.#queue.add(sent === 0 ? bytes : bytes.subarray(sent));
    this.#home.pending += bytes.length - sent;
    this.#watch(this.#events | libc.EPOLLOUT);
  }

  read(on: boolean): void {
    if (this.#state !== "open" || this.#ended) return;
    this.#watch(on ? this.#events | READ_EVENTS : this.#events & ~READ_EVENTS);
  }

  end(): void {
    if (this.#ending || this.#state === "gone") return;
    this.#ending = true;
    if (this.#queue === undefined && this.#state === "open") this.#shutDown();
  }

  close(): void {
    if (this.#state === "gone") return;
    if (this.#queue === undefined) return this.#fail("Closed");
    this.#state = "closing";
    this.#watch(libc.EPOLLOUT);
  }

  abort(): void {
    if (this.#state === "gone") return;
    this.#home.libc.calls.setsockopt(this.#descriptor, libc.SOL_SOCKET, libc.SO_LINGER, RESET, 8);
    this.#letGo();
  }

  ready(events: number): boolean {
    if (this.#state === "connecting") {
      this.#connected();
      return false;
    }
    if ((events & libc.EPOLLOUT) !== 0) this.#flush();
    if (this.#state === "gone") return false;
    if ((events & (READ_EVENTS | libc.EPOLLERR | libc.EPOLLHUP)) === 0) return false;
    // Read even after an error: it comes out behind what the peer has said before.
    if ((this.#events & READ_EVENTS) !== 0) return this.#receive();
    if ((events & (libc.EPOLLERR | libc.EPOLLHUP)) !== 0) this.#fail("Reset by the peer");
    return false;
  }

  failed(error: unknown): void {
    this.#home.fault(error);
    if (this.#state !== "gone") {
      this.#home.libc.calls.setsockopt(this.#descriptor, libc.SOL_SOCKET, libc.SO_LINGER, RESET, 8);
    }
    this.#fail("Fault of our own");
  }

  #connected(): void {
    const code = new Uint8Array(4);
    const length = new Uint8Array([4, 0, 0, 0]);
    const { calls } = this.#home.libc;
    calls.getsockopt(this.#descriptor, libc.SOL_SOCKET, libc.SO_ERROR, code, length);
    const error = code[0]! | code[1]! << 8;
    if (error !== 0) return this.#fail(libc.errorText(error));
    this.#state = "open";
    this.#watch(READ_EVENTS | (this.#queue === undefined ? 0 : libc.EPOLLOUT));
    this.receiver.opened?.();
    if (this.#ending && this.#queue === undefined) this.#shutDown();
  }

  /** One read: a peer that sends without an end must not keep the others waiting. Answers whether there is surely more. */
  #receive(): boolean {
    const { calls } = this.#home.libc;
    const length = calls.recv(this.#descriptor, readWindow, READ_SIZE, libc.MSG_DONTWAIT);
    if (length > 0) {
      this.receiver.received(length);
      return length === READ_LIMIT;
    }
    if (length === 0) {
      this.#ended = true;
      this.#watch(this.#events & ~READ_EVENTS);
      this.receiver.ended();
      return false;
    }
    const { error } = this.#home.libc;
    if (error !== libc.ERROR_AGAIN && error !== libc.ERROR_INTERRUPTED) this.#fail(libc.errorText(error));
    return false;
  }

  /** Bytes that the socket took, -1: it is broken, and everybody knows. */
  #write(bytes: Uint8Array): number {
    const { calls } = this.#home.libc;
    const sent = calls.send(this.#descriptor, bytes, BigInt(bytes.length), SEND_FLAGS);
    if (sent >= 0) return sent;
    const { error } = this.#home.libc;
    // No buffers is no end: there will be some again, as with a full one.
    if (error === libc.ERROR_AGAIN || error === libc.ERROR_INTERRUPTED || error === libc.ERROR_NO_BUFFERS) {
      return 0;
    }
    this.#fail(libc.errorText(error));
    return -1;
  }

  #flush(): void {
    const queue = this.#queue;
    for (let chunk = queue?.first(); chunk !== undefined; chunk = queue!.first()) {
      const sent = this.#write(chunk);
      if (sent < 0) return;
      queue!.drop(sent);
      this.#home.pending -= sent;
      if (sent < chunk.length) return;
    }
    this.#queue = undefined;
    if (this.#state === "closing") return this.#fail("Closed");
    this.#watch(this.#events & ~libc.EPOLLOUT);
    if (this.#ending) this.#shutDown();
    this.receiver.drained?.();
  }

  #shutDown(): void {
    this.#home.libc.calls.shutdown(this.#descriptor, libc.SHUT_WR);
  }

  #watch(events: number): void {
    if (events === this.#events) return;
    this.#events = events;
    this.#home.reactor.change(this.#descriptor, events);
  }

  #fail(reason: string): void {
    if (this.#state === "gone") return;
    this.#letGo();
    this.receiver.closed(reason);
  }

  #letGo(): void {
    this.#state = "gone";
    this.#home.pending -= this.#queue?.bytes ?? 0;
    this.#queue = undefined;
    this.#home.reactor.remove(this.#descriptor);
    this.#home.libc.calls.close(this.#descriptor);
    this.#home.gone(this);
  }
}
