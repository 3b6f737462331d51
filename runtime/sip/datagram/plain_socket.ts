// A UDP socket by Deno alone: datagrams in as they come, datagrams out in their order through a bounded queue.

import type { Arrival } from "../../../core/sip/arrival.ts";
import type { Inputs } from "../../input.ts";
import type { Log } from "../../log.ts";
import { plainAddress } from "../address.ts";
import {
  type Datagram,
  type DatagramCounts,
  type DatagramSocket,
  QUEUE_BYTES_LIMIT,
  QUEUE_LIMIT,
  type SocketEvents,
} from "./datagram_socket.ts";
import { isStray } from "./stray.ts";

const DATAGRAM_LIMIT = 65_535;

export interface PlainSocketOptions extends SocketEvents {
  readonly connection: Deno.DatagramConn;
  readonly log: Log;
}

export class PlainSocket implements DatagramSocket {
  readonly host: string;
  readonly port: number;
  readonly kind = "plain";
  readonly #connection: Deno.DatagramConn;
  readonly #log: Log;
  readonly #events: SocketEvents;
  #queue: Datagram[] = [];
  #pending = 0;
  #pendingBytes = 0;
  #sending = false;
  #closed = false;
  #received = 0;
  #lost = 0;
  #failures = 0;

  constructor({ connection, log, onFailure, onArrival }: PlainSocketOptions) {
    const { hostname, port } = connection.addr as Deno.NetAddr;
    this.host = hostname;
    this.port = port;
    this.#connection = connection;
    this.#log = log;
    this.#events = { onFailure, onArrival };
  }

  get pending(): number {
    return this.#pending;
  }

  get counts(): DatagramCounts {
    return { received: this.#received, lost: this.#lost, failures: this.#failures, dropped: 0 };
  }

  /** Copies the bytes: the operating system may read them long after. */
  send(datagram: Datagram): void {
    if (this.#closed) return;
    const { length } = datagram.bytes;
    if (this.#pending >= QUEUE_LIMIT || this.#pendingBytes + length > QUEUE_BYTES_LIMIT) {
      this.#lost++;
      return;
    }
    this.#pending++;
    this.#pendingBytes += length;
    this.#queue.push({ ...datagram, bytes: datagram.bytes.slice() });
    if (!this.#sending) this.#sendAll();
  }

  flush(): void {}

  async receive(inputs: Inputs): Promise<void> {
    const buffer = new Uint8Array(DATAGRAM_LIMIT);
    let failures = 0;
    while (!this.#closed) {
      try {
        const [bytes, source] = await this.#connection.receive(buffer);
        failures = 0;
        this.#deliver(inputs, { bytes, source: source as Deno.NetAddr });
      } catch (error) {
        if (this.#closed) return;
        failures++;
        this.#log.warn({ error: String(error), port: this.port }, "Datagram could not be received");
        await new Promise((resolve) => setTimeout(resolve, Math.min(failures * 10, 1_000)));
      }
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue = [];
    this.#pending = this.#pendingBytes = 0;
    this.#connection.close();
  }

  #deliver(inputs: Inputs, { bytes, source }: { bytes: Uint8Array; source: Deno.NetAddr }): void {
    this.#received++;
    const { hostname, port } = source;
    // Nobody can be answered at port 0.
    if (port === 0 || isStray(bytes, { start: 0, length: bytes.length })) return;
    const host = plainAddress(hostname);
    const arrival: Arrival = { transport: "udp", host, port, flow: 0, localPort: this.port };
    this.#events.onArrival(arrival);
    inputs.deliver({ type: "sip", arrival, bytes });
  }

  /** One after the other: sends that are under way at the same time may leave in any order. */
  async #sendAll(): Promise<void> {
    this.#sending = true;
    const isMapped = this.host === "::";
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      for (const { bytes, host, port, transaction } of batch) {
        if (this.#closed) return;
        const hostname = isMapped && !host.includes(":") ? `::ffff:${host}` : host;
        try {
          await this.#connection.send(bytes, { transport: "udp", hostname, port });
        } catch (error) {
          if (!this.#closed) this.#failed(transaction, error);
        }
        this.#pending--;
        this.#pendingBytes -= bytes.length;
      }
    }
    this.#sending = false;
  }

  #failed(transaction: string, error: unknown): void {
    this.#failures++;
    this.#log.debug({ error: String(error) }, "Datagram could not be sent");
    if (transaction !== "") this.#events.onFailure(transaction);
  }
}
