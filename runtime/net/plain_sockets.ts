// TCP in Deno's hands, where the C library may not be called.

import type { Millis } from "../../core/context.ts";
import type { Acceptor, Connection, Listener, Listening, Receiver, Sockets } from "./connection.ts";
import { PlainConnection, type PlainHome } from "./plain_connection.ts";

const ACCEPT_AGAIN: Millis = 100;
/** Until its owner has said who hears of a connection. */
const NOBODY = { received() {}, ended() {}, closed() {} };

export class PlainSockets implements Sockets, PlainHome {
  readonly kind = "plain";
  pending = 0;
  readonly #onFault: (error: unknown) => void;
  /** With who is told of their end, if anybody. */
  readonly #connections = new Map<PlainConnection, Acceptor | undefined>();
  readonly #listeners = new Set<PlainListener>();

  /** `onFault` is told of mistakes of ours, which cost a connection each. */
  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  listen({ host, port, reusePort = false }: Listening, acceptor: Acceptor): Listener {
    const listener = new PlainListener(Deno.listen({ hostname: host, port, reusePort }), {
      accepted: (stream) => {
        const { hostname, port } = stream.remoteAddr;
        const connection = new PlainConnection(this, {
          peer: { host: hostname, port },
          receiver: NOBODY,
          ours: false,
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
    const connection = new PlainConnection(this, { peer: to, receiver, ours: true });
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
    const ends = [...this.#listeners].map((listener) => (listener.close(), listener.ended));
    for (const connection of [...this.#connections.keys()]) connection.abort();
    await Promise.all(ends);
  }
}

interface PlainAcceptor {
  accepted(stream: Deno.TcpConn): void;
  exhausted(error: string): void;
}

class PlainListener implements Listener {
  readonly host: string;
  readonly port: number;
  readonly ended: Promise<void>;
  readonly #listener: Deno.TcpListener;
  #closed = false;
  #pausing: { timer: ReturnType<typeof setTimeout>; resolve: () => void } | undefined;

  constructor(listener: Deno.TcpListener, acceptor: PlainAcceptor) {
    this.#listener = listener;
    this.host = listener.addr.hostname;
    this.port = listener.addr.port;
    this.ended = this.#accept(acceptor);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.close();
    clearTimeout(this.#pausing?.timer);
    this.#pausing?.resolve();
  }

  async #accept(acceptor: PlainAcceptor): Promise<void> {
    let exhausted = false;
    while (!this.#closed) {
      try {
        acceptor.accepted(await this.#listener.accept());
        exhausted = false;
      } catch (error) {
        if (this.#closed) return;
        if (!exhausted) acceptor.exhausted(String(error));
        exhausted = true;
        await this.#pause(); // out of file descriptors: do not spin
      }
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#pausing = { timer: setTimeout(resolve, ACCEPT_AGAIN), resolve };
    });
  }
}
