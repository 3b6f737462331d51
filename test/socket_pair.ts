// Connections of one kind of sockets to write down what they say, and tests of every kind.

import { readWindow } from "../wasm/masked_text.ts";
import type { Acceptor, Connection, Listener, Receiver, Sockets } from "../runtime/net/connection.ts";
import { openNative } from "../runtime/net/native.ts";
import { openSockets } from "../runtime/net/open_sockets.ts";

type Happened = "opened" | "received" | "ended" | "drained" | "closed";

/** Writes down what a connection says, and lets a test wait for it. */
export class Heard implements Receiver {
  readonly connection: Promise<Connection>;
  readonly events: string[] = [];
  bytes = 0;
  text = "";
  /** What the test wants done with bytes. */
  react: (bytes: Uint8Array) => void = () => {};
  #resolve: (connection: Connection) => void = () => {};
  #waiting: { when: () => boolean; resolve: () => void }[] = [];

  constructor() {
    this.connection = new Promise((resolve) => this.#resolve = resolve);
  }

  take(connection: Connection): Connection {
    connection.receiver = this;
    this.#resolve(connection);
    return connection;
  }

  opened = () => this.#note("opened");
  ended = () => this.#note("ended");
  drained = () => this.#note("drained");
  closed = (reason: string) => this.#note("closed", reason);

  received(length: number): void {
    this.bytes += length;
    if (this.text.length < 10_000) this.text += new TextDecoder().decode(readWindow.subarray(0, length));
    this.react(readWindow.subarray(0, length));
    this.#note("received");
  }

  /** Resolves as soon as it is so. */
  until(when: () => boolean): Promise<void> {
    if (when()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ when, resolve }));
  }

  happens(event: Happened): Promise<void> {
    return this.until(() => this.events.some((one) => one.startsWith(event)));
  }

  #note(event: Happened, detail = ""): void {
    this.events.push(detail === "" ? event : `${event} ${detail}`);
    this.#waiting = this.#waiting.filter(({ when, resolve }) => {
      if (!when()) return true;
      resolve();
      return false;
    });
  }
}

/** A listener whose connections are waited for. */
export class Heed implements Acceptor {
  readonly heard: Heard[] = [];
  readonly refusals: string[] = [];
  gone = 0;
  #waiting: ((heard: Heard) => void)[] = [];
  #next = 0;

  accepted(connection: Connection): void {
    const heard = new Heard();
    heard.take(connection);
    this.heard.push(heard);
    this.#waiting.shift()?.(this.heard[this.#next++]!);
  }

  left(): void {
    this.gone++;
  }

  exhausted(error: string): void {
    this.refusals.push(error);
  }

  next(): Promise<Heard> {
    if (this.#next < this.heard.length) return Promise.resolve(this.heard[this.#next++]!);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

export interface Rig {
  readonly sockets: Sockets;
  readonly heed: Heed;
  readonly listener: Listener;
  readonly faults: unknown[];
  /** A plain client of Deno's, and what our side hears of it. */
  connect(): Promise<{ client: Deno.TcpConn; heard: Heard; ours: Connection }>;
}

/** The same test with each kind of sockets that this machine has. */
export function testSockets(name: string, story: (rig: Rig) => Promise<void>): void {
  for (const kind of ["epoll", "plain"] as const) {
    Deno.test({
      name: `${name} (${kind})`,
      ignore: kind === "epoll" && Deno.build.os !== "linux",
      fn: async () => {
        const faults: unknown[] = [];
        const native = kind === "epoll" ? openNative() : undefined;
        const sockets = openSockets(native, (error) => faults.push(error));
        const heed = new Heed();
        const listener = sockets.listen({ host: "127.0.0.1", port: 0 }, heed);
        const connect = async () => {
          const client = await Deno.connect({ hostname: "127.0.0.1", port: listener.port });
          const heard = await heed.next();
          return { client, heard, ours: await heard.connection };
        };
        try {
          await story({ sockets, heed, listener, faults, connect });
        } finally {
          await sockets.close();
          await native?.close();
        }
      },
    });
  }
}
