// A listening TCP socket that epoll watches.

import type { Millis } from "../../core/context.ts";
import type { Acceptor, Listener, Listening } from "./connection.ts";
import { EpollConnection, type EpollHome } from "./epoll_connection.ts";
import * as libc from "./libc.ts";
import { ownAddress } from "./own_address.ts";
import type { Watched } from "./reactor.ts";
import { ADDRESS_ROOM, readAddress, writeAddress } from "./socket_address.ts";

const BACKLOG = 4_096;
/** Accepted in one turn. */
const TURN_LIMIT = 16;
/** Descriptors kept back for calls that stand: SIP over TCP, name servers, files. */
const RESERVE = 64;
const ACCEPT_AGAIN: Millis = 100;
const ON = new Uint8Array([1, 0, 0, 0]);
/** Until its owner has said who hears of a connection. */
const NOBODY = { received() {}, ended() {}, closed() {} };

export class EpollListener implements Listener, Watched {
  readonly host: string;
  readonly port: number;
  readonly #home: EpollHome;
  readonly #acceptor: Acceptor;
  readonly #descriptor: number;
  readonly #limit: number;
  readonly #peer = new Uint8Array(ADDRESS_ROOM);
  readonly #peerLength = new Uint32Array(1);
  #pausing: ReturnType<typeof setTimeout> | undefined;
  /** It was told that nothing can be accepted. */
  #exhausted = false;
  #closed = false;

  /** @throws Error of the operating system */
  constructor({ host, port, reusePort = false }: Listening, home: EpollHome, acceptor: Acceptor) {
    this.#home = home;
    this.#acceptor = acceptor;
    this.#limit = descriptorLimit(home.libc);
    const { calls } = home.libc;
    const address = writeAddress({ host: ownAddress(host), port });
    const type = libc.SOCK_STREAM | libc.SOCK_NONBLOCK | libc.SOCK_CLOEXEC;
    this.#descriptor = libc.checked(home.libc, calls.socket(address[0]!, type, 0));
    try {
      calls.setsockopt(this.#descriptor, libc.SOL_SOCKET, libc.SO_REUSEADDR, ON, 4);
      if (reusePort) calls.setsockopt(this.#descriptor, libc.SOL_SOCKET, libc.SO_REUSEPORT, ON, 4);
      libc.checked(home.libc, calls.bind(this.#descriptor, address, address.length));
      libc.checked(home.libc, calls.listen(this.#descriptor, BACKLOG));
      const bound = new Uint8Array(ADDRESS_ROOM);
      libc.checked(home.libc, calls.getsockname(this.#descriptor, bound, new Uint32Array([ADDRESS_ROOM])));
      ({ host: this.host, port: this.port } = readAddress(bound));
      if (!home.reactor.add(this.#descriptor, libc.EPOLLIN, this)) throw libc.systemError(home.libc.error);
    } catch (error) {
      calls.close(this.#descriptor);
      throw error;
    }
  }

  ready(): boolean {
    for (let count = 0; count < TURN_LIMIT && !this.#closed; count++) {
      if (!this.#accept()) return false;
    }
    return !this.#closed;
  }

  failed(error: unknown): void {
    this.#home.fault(error);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#pausing);
    this.#home.reactor.remove(this.#descriptor);
    this.#home.libc.calls.close(this.#descriptor);
  }

  /** Whether there may be another one. */
  #accept(): boolean {
    const { calls } = this.#home.libc;
    this.#peerLength[0] = ADDRESS_ROOM;
    const length = new Uint8Array(this.#peerLength.buffer);
    const flags = libc.SOCK_NONBLOCK | libc.SOCK_CLOEXEC;
    const descriptor = calls.accept4(this.#descriptor, this.#peer, length, flags);
    if (descriptor < 0) return this.#refused(this.#home.libc.error);
    if (descriptor >= this.#limit) {
      calls.close(descriptor);
      this.#pause("Too many open files");
      return false;
    }
    this.#exhausted = false;
    const peer = readAddress(this.#peer);
    let connection: EpollConnection;
    try {
      const options = { home: this.#home, peer, receiver: NOBODY, connected: true };
      connection = new EpollConnection(descriptor, options);
    } catch (error) {
      calls.close(descriptor);
      this.#pause(String(error));
      return false;
    }
    try {
      this.#home.accepted(connection, this.#acceptor);
    } catch (error) {
      connection.failed(error);
    }
    return true;
  }

  #refused(error: number): boolean {
    switch (error) {
      case libc.ERROR_AGAIN:
        return false;
      case libc.ERROR_FILES:
      case libc.ERROR_FILES_OF_SYSTEM:
      case libc.ERROR_NO_MEMORY:
      case libc.ERROR_NO_BUFFERS:
        this.#pause(libc.errorText(error));
        return false;
      default:
        return true; // the peer has gone in the meantime, or a signal came: accept(2)
    }
  }

  /** Level-triggered epoll would report the same again without an end. Peers wait in the backlog. */
  #pause(error: string): void {
    if (!this.#exhausted) this.#acceptor.exhausted(error);
    this.#exhausted = true;
    this.#home.reactor.change(this.#descriptor, 0);
    this.#pausing = setTimeout(() => this.#home.reactor.change(this.#descriptor, libc.EPOLLIN), ACCEPT_AGAIN);
  }
}

/** The number from which on descriptors are not for new connections. */
function descriptorLimit({ calls }: libc.Libc): number {
  const limits = new BigUint64Array(2);
  if (calls.getrlimit(libc.RLIMIT_NOFILE, new Uint8Array(limits.buffer)) < 0) return Infinity;
  const limit = Number(limits[0]);
  return limit - Math.min(RESERVE, limit >> 2);
}
