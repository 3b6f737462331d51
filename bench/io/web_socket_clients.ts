// Many WebSocket clients in one process, their frames made once: they must cost less than what they measure.

import type { Connection } from "../../runtime/net/connection.ts";
import { EpollSockets } from "../../runtime/net/epoll_sockets.ts";
import { type Native, openNative } from "../../runtime/net/native.ts";
import { readWindow } from "../../wasm/masked_text.ts";

const PATIENCE = 60_000;
const MASK = [0x37, 0xfa, 0x21, 0x3d];
const PING = 0x89;
const PONG = new Uint8Array([0x8a, 0x80, ...MASK]);
const decoder = new TextDecoder();

export class WebSocketClients {
  readonly #native: Native;
  readonly #sockets: EpollSockets;
  readonly #port: number;
  readonly #connections: Connection[] = [];
  #back = 0;
  #onBytes: (bytes: Uint8Array) => void = () => {};

  constructor(port: number) {
    const native = openNative();
    if (native === undefined) throw new Error("There is no epoll here");
    this.#native = native;
    this.#sockets = new EpollSockets(native, (error) => {
      throw error;
    });
    this.#port = port;
  }

  /** Opens so many more, a few at a time. */
  async open(count: number): Promise<void> {
    const batch = 50;
    for (let opened = 0; opened < count; opened += batch) {
      await Promise.all(Array.from({ length: Math.min(batch, count - opened) }, () => this.#open()));
    }
  }

  /** So many texts at a rate, each on the next connection; resolves when all bytes of the echoes are back. */
  async exchange(length: number, { count, perSecond }: { count: number; perSecond: number }): Promise<void> {
    const frame = maskedText(new Uint8Array(length).fill(0x78));
    const echoLength = length + (length < 126 ? 2 : 4);
    this.#back = 0;
    const done = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => done.reject(new Error(`${this.#back} of ${count * echoLength} bytes came back`)),
      PATIENCE,
    );
    this.#onBytes = (bytes) => {
      this.#back += bytes.length;
      if (this.#back === count * echoLength) done.resolve();
    };
    const start = performance.now();
    for (let sent = 0; sent < count;) {
      const due = Math.min(count, Math.ceil((performance.now() - start) * perSecond / 1_000));
      for (; sent < due; sent++) this.#connections[sent % this.#connections.length]!.send(frame);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await done.promise;
    clearTimeout(timer);
    this.#onBytes = () => {};
  }

  /** Processor time that the server has used, in microseconds. */
  micros(): Promise<number> {
    return this.#ask("?");
  }

  /** Bytes of memory that it holds. */
  resident(): Promise<number> {
    return this.#ask("!");
  }

  async close(): Promise<void> {
    await this.#sockets.close();
    await this.#native.close();
  }

  async #ask(question: string): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    // Behind the header, which is as short as they come.
    this.#onBytes = (bytes) => resolve(Number(decoder.decode(bytes.subarray(2))));
    this.#connections[0]!.send(maskedText(new TextEncoder().encode(question)));
    const answer = await promise;
    this.#onBytes = () => {};
    return answer;
  }

  #open(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const host = `127.0.0.1:${this.#port}`;
    const head =
      `GET /ws?user=u${this.#connections.length} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\n` +
      "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    const echoes = (length: number) => {
      // Who idles is asked for a sign of life.
      const asked = readWindow[0] === PING;
      if (asked) connection.send(PONG);
      if (!asked || length > 2) this.#onBytes(readWindow.subarray(asked ? 2 : 0, length));
    };
    const connection = this.#sockets.connect({ host: "127.0.0.1", port: this.#port }, {
      received() {
        const status = decoder.decode(readWindow.subarray(9, 12));
        if (status !== "101") return reject(new Error(`The handshake was answered with ${status}`));
        this.received = echoes;
        resolve();
      },
      ended() {},
      closed: (reason) => reject(new Error(reason)),
    });
    connection.send(new TextEncoder().encode(head));
    this.#connections.push(connection);
    return promise;
  }
}

function maskedText(text: Uint8Array): Uint8Array {
  const head = text.length < 126
    ? [0x81, 0x80 | text.length]
    : [0x81, 0xfe, text.length >> 8, text.length & 255];
  return new Uint8Array([...head, ...MASK, ...text.map((byte, at) => byte ^ MASK[at % 4]!)]);
}
