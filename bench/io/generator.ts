// Sends datagrams to a target and takes what comes back, so many under way at once.

import { setImmediate } from "node:timers";
import type { Hop } from "../../core/hop.ts";
import type { Input, Inputs } from "../../runtime/input.ts";
import { type Native, openNative } from "../../runtime/net/native.ts";
import { datagramCalls } from "../../runtime/sip/datagram/libc.ts";
import { UdpTransport } from "../../runtime/sip/udp.ts";
import { received } from "../../wasm/codec.ts";

/** What a target says of itself. */
export interface Usage {
  /** Processor time, all threads. */
  readonly micros: number;
  readonly received: number;
  readonly dropped: number;
}

const PATIENCE = 10_000;
const ASK_AGAIN = 200;
const BURST = 60;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

export class Generator implements Inputs {
  readonly #udp: UdpTransport;
  readonly #native: Native | undefined;
  readonly #hop: Hop;
  #came = 0;
  #onInput: (input: Input) => void = () => {};
  #onBatch: (count: number) => void = () => {};

  constructor(port: number) {
    const native = this.#native = openNative();
    const batches = native === undefined ? undefined : { native, calls: datagramCalls(native.libc) };
    this.#udp = new UdpTransport({ log: SILENT, batches });
    this.#udp.listen({ host: "127.0.0.1", port: 0 });
    this.#hop = { transport: "udp", host: "127.0.0.1", port, flow: 0 };
    this.#udp.start(this);
  }

  deliver(input: Input): void {
    if (input.type === "transportFailed") return;
    this.#came++;
    this.#onInput(input);
  }

  together(deliverAll: () => void): void {
    this.#came = 0;
    deliverAll();
    this.#onBatch(this.#came);
  }

  /** Sends `count` datagrams, `window` of them under way at a time, and takes them all back. */
  async exchange(bytes: Uint8Array, { count, window }: { count: number; window: number }): Promise<void> {
    let sent = 0;
    let back = 0;
    const send = (most: number) => {
      const end = Math.min(count, sent + most);
      for (; sent < end; sent++) this.#send(bytes);
      this.#udp.flush();
    };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error(`${back} of ${count} datagrams came back`)), PATIENCE);
    this.#onBatch = (came) => {
      back += came;
      if (back >= count) resolve();
      else send(came);
    };
    send(window);
    await promise;
    clearTimeout(timer);
    this.#onBatch = () => {};
  }

  /** Sends as fast as it can, come what may. */
  async flood(messages: readonly Uint8Array[], millis: number): Promise<void> {
    const end = performance.now() + millis;
    for (let at = 0; performance.now() < end;) {
      for (let burst = 0; burst < BURST; burst++) this.#send(messages[at++ % messages.length]!);
      this.#udp.flush();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** Asks the target what it has used, until it answers. */
  async usage(): Promise<Usage> {
    const question = new TextEncoder().encode("?");
    const { promise, resolve } = Promise.withResolvers<Usage>();
    this.#onInput = (input) => {
      const bytes = input.type === "datagram"
        ? received(input.slot, input.length)
        : input.type === "sip"
        ? input.bytes
        : new Uint8Array();
      if (bytes[0] === 0x7b) resolve(JSON.parse(new TextDecoder().decode(bytes)));
    };
    const ask = () => {
      this.#send(question);
      this.#udp.flush();
    };
    ask();
    const timer = setInterval(ask, ASK_AGAIN);
    const usage = await promise;
    clearInterval(timer);
    this.#onInput = () => {};
    return usage;
  }

  close(): void {
    this.#udp.close();
    this.#native?.close();
  }

  #send(bytes: Uint8Array): void {
    this.#udp.send({ hop: this.#hop, bytes, transaction: "" });
  }
}
