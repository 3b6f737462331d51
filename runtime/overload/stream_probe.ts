// A keep-alive on a connection to our own SIP listener: the double line break that a peer sends to hear a single one (RFC 5626 section 4.4.1).

import type { Millis } from "../../core/context.ts";
import type { Endpoint } from "../config/config.ts";
import { localHost } from "./datagram_probe.ts";
import { type Probe, Waiting } from "./probe.ts";

const PING = new Uint8Array([13, 10, 13, 10]);
/** Until a connection that was not taken, or was closed, is tried again. */
const AGAIN: Millis = 5_000;

export class StreamProbe implements Probe {
  readonly #listener: Endpoint;
  readonly #now: () => Millis;
  readonly #waiting = new Waiting(1);
  #connection: Deno.TcpConn | undefined;
  #under = 0;
  #tried: Millis = -Infinity;
  #closed = false;

  constructor(listener: Endpoint, now: () => Millis) {
    this.#listener = listener;
    this.#now = now;
  }

  send(now: Millis): void {
    if (this.#closed || this.#waiting.size > 0) return;
    if (this.#connection !== undefined) return this.#ping(this.#connection, now);
    if (now - this.#tried < AGAIN) return;
    this.#tried = now;
    this.#connect();
  }

  delay(now: Millis): Millis {
    return this.#waiting.delay(now);
  }

  close(): void {
    this.#closed = true;
    const connection = this.#connection;
    if (connection !== undefined) this.#break(connection);
  }

  async #connect(): Promise<void> {
    const { host, port } = this.#listener;
    try {
      const connection = await Deno.connect({ hostname: localHost(host), port });
      if (this.#closed) return connection.close();
      this.#connection = connection;
      connection.setNoDelay(true);
      this.#read(connection);
    } catch {
      // The connections are all in use, or no descriptor is left: the other probes tell what they can.
    }
  }

  #ping(connection: Deno.TcpConn, now: Millis): void {
    this.#under = this.#waiting.begin(now);
    connection.write(PING).catch(() => this.#break(connection));
  }

  async #read(connection: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(16);
    try {
      while (await connection.read(buffer) !== null) this.#waiting.end(this.#under, this.#now());
    } catch {
      // It was closed on either side.
    }
    this.#break(connection);
  }

  #break(connection: Deno.TcpConn): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#waiting.forget();
    try {
      connection.close();
    } catch {
      // Closed already.
    }
  }
}
