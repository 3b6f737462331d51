// TCP in Deno's hands, where the C library may not be called.

import type { Acceptor, Connection, Listener, Listening, Receiver, Sockets } from "./connection.ts";
import { PlainConnection, type PlainHome } from "./plain_connection.ts";
import type { StreamListener } from "./stream.ts";
import { TcpListener } from "./tcp_listener.ts";

/** Until its owner has said who hears of a connection. */
const NOBODY = { received() {}, ended() {}, closed() {} };

export class PlainSockets implements Sockets, PlainHome {
  readonly kind = "plain";
  pending = 0;
  readonly #onFault: (error: unknown) => void;
  /** With who is told of their end, if anybody. */
  readonly #connections = new Map<PlainConnection, Acceptor | undefined>();
  readonly #listeners = new Set<StreamListener>();

  /** `onFault` is told of mistakes of ours, which cost a connection each. */
  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  listen(at: Listening, acceptor: Acceptor): Listener {
    return this.listenTo(new TcpListener(at), acceptor);
  }

  /** Takes what a listener of streams accepts, which is closed with the others. `isSecure`: it is over TLS. */
  listenTo(listener: StreamListener, acceptor: Acceptor, isSecure = false): Listener {
    listener.start({
      accepted: (stream) => {
        const { hostname, port } = stream.remoteAddr;
        const connection = new PlainConnection(this, {
          peer: { host: hostname, port },
          receiver: NOBODY,
          ours: false,
          isSecure,
        });
        this.#connections.set(connection, acceptor);
        acceptor.accepted(connection);
        connection.open(stream);
      },
      exhausted: (error) => acceptor.exhausted(error),
    });
    this.#listeners.add(listener);
    return listener;
  }

  connect(to: { host: string; port: number }, receiver: Receiver): Connection {
    const connection = new PlainConnection(this, { peer: to, receiver, ours: true, isSecure: false });
    this.#connections.set(connection, undefined);
    Deno.connect({ hostname: to.host, port: to.port }).then(
      (stream) => connection.open(stream),
      (error) => connection.fail(String(error)),
    );
    return connection;
  }

  gone(connection: PlainConnection): void {
    const acceptor = this.#connections.get(connection);
    this.#connections.delete(connection);
    acceptor?.left(connection);
  }

  fault(error: unknown): void {
    this.#onFault(error);
  }

  async close(): Promise<void> {
    const ends = [...this.#listeners].map((listener) => listener.close());
    for (const connection of [...this.#connections.keys()]) connection.abort();
    await Promise.all(ends);
  }
}
