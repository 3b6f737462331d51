// TCP over epoll and the C library.

import type { Acceptor, Connection, Listener, Listening, Receiver, Sockets } from "./connection.ts";
import { EpollConnection, type EpollHome } from "./epoll_connection.ts";
import { EpollListener } from "./epoll_listener.ts";
import * as libc from "./libc.ts";
import type { Native } from "./native.ts";
import type { Reactor } from "./reactor.ts";
import { writeAddress } from "./socket_address.ts";

export class EpollSockets implements Sockets, EpollHome {
  readonly kind = "epoll";
  readonly libc: libc.Libc;
  readonly reactor: Reactor;
  pending = 0;
  readonly #onFault: (error: unknown) => void;
  /** With who is told of their end, if anybody. */
  readonly #connections = new Map<EpollConnection, Acceptor | undefined>();
  readonly #listeners = new Set<EpollListener>();

  /** `onFault` is told of mistakes of ours, which cost a connection each. */
  constructor({ libc, reactor }: Native, onFault: (error: unknown) => void) {
    this.libc = libc;
    this.reactor = reactor;
    this.#onFault = onFault;
  }

  listen(at: Listening, acceptor: Acceptor): Listener {
    const listener = new EpollListener(at, this, acceptor);
    this.#listeners.add(listener);
    return listener;
  }

  connect(to: { host: string; port: number }, receiver: Receiver): Connection {
    const address = writeAddress(to);
    const type = libc.SOCK_STREAM | libc.SOCK_NONBLOCK | libc.SOCK_CLOEXEC;
    const descriptor = libc.checked(this.libc, this.libc.calls.socket(address[0]!, type, 0));
    const result = this.libc.calls.connect(descriptor, address, address.length);
    const { error } = this.libc;
    if (result < 0 && error !== libc.ERROR_IN_PROGRESS) {
      this.libc.calls.close(descriptor);
      throw libc.systemError(error);
    }
    try {
      const options = { home: this, peer: to, receiver, connected: false };
      const connection = new EpollConnection(descriptor, options);
      this.#connections.set(connection, undefined);
      return connection;
    } catch (error) {
      this.libc.calls.close(descriptor);
      throw error;
    }
  }

  accepted(connection: EpollConnection, acceptor: Acceptor): void {
    this.#connections.set(connection, acceptor);
    acceptor.accepted(connection);
  }

  gone(connection: EpollConnection): void {
    const acceptor = this.#connections.get(connection);
    this.#connections.delete(connection);
    acceptor?.left(connection);
  }

  fault(error: unknown): void {
    this.#onFault(error);
  }

  close(): Promise<void> {
    for (const listener of this.#listeners) listener.close();
    for (const connection of [...this.#connections.keys()]) connection.abort();
    return Promise.resolve();
  }
}
