// A byte on a connection between two sockets of our own, both among those that carry the WebSockets: it waits for its turn as a text does.

import type { Millis } from "../../core/context.ts";
import type { Connection, Listener, Sockets } from "../net/connection.ts";
import { type Probe, Waiting } from "./probe.ts";

const LOOPBACK = "127.0.0.1";
const BYTE = new Uint8Array(1);
/** Until a connection that did not come about, or was cut off, is tried again. */
const AGAIN: Millis = 5_000;
const NOTHING = { received() {}, ended() {} };

export class LoopbackProbe implements Probe {
  readonly #sockets: Sockets;
  readonly #now: () => Millis;
  readonly #waiting = new Waiting(1);
  #number = 0;
  #listener: Listener | undefined;
  #near: Connection | undefined;
  #far: Connection | undefined;
  #tried: Millis = -Infinity;
  #closed = false;

  constructor(sockets: Sockets, now: () => Millis) {
    this.#sockets = sockets;
    this.#now = now;
  }

  send(now: Millis): void {
    if (this.#closed || this.#waiting.size > 0) return;
    if (this.#near !== undefined && this.#far !== undefined) {
      // somebody else was quicker to connect
      if (this.#near.localPort !== this.#far.port) return this.#break();
      this.#number = this.#waiting.begin(now);
      return this.#near.send(BYTE);
    }
    if (now - this.#tried < AGAIN) return;
    this.#tried = now;
    this.#break();
    try {
      this.#connect();
    } catch {
      this.#break(); // no descriptor is left, say: the other probes tell what they can
    }
  }

  delay(now: Millis): Millis {
    return this.#waiting.delay(now);
  }

  close(): void {
    this.#closed = true;
    this.#break();
  }

  /** The listener is there for this one connection. */
  #connect(): void {
    const acceptor = {
      accepted: (connection: Connection) => this.#accepted(connection),
      exhausted: () => this.#break(),
      left() {},
    };
    this.#listener = this.#sockets.listen({ host: LOOPBACK, port: 0 }, acceptor);
    const { port } = this.#listener;
    const closed = () => this.#break();
    this.#near = this.#sockets.connect({ host: LOOPBACK, port }, { ...NOTHING, closed });
  }

  #accepted(connection: Connection): void {
    if (this.#closed || this.#far !== undefined) {
      connection.receiver = { ...NOTHING, closed() {} };
      return connection.abort();
    }
    this.#far = connection;
    connection.receiver = {
      received: () => this.#waiting.end(this.#number, this.#now()),
      ended: () => this.#break(),
      closed: () => this.#break(),
    };
    this.#listener?.close();
    this.#listener = undefined;
  }

  #break(): void {
    this.#waiting.forget();
    const { near, far } = { near: this.#near, far: this.#far };
    this.#near = this.#far = undefined;
    this.#listener?.close();
    this.#listener = undefined;
    near?.abort();
    far?.abort();
  }
}
