// One UDP socket: datagrams in as they come, datagrams out in their order through a bounded queue.

import { ListenError } from "../listen_error.ts";
import type { Log } from "../log.ts";
import { hostPort, plainAddress } from "./address.ts";

/** Datagrams that may wait for the operating system; what comes on top is lost, as in a full socket buffer. */
const QUEUE_LIMIT = 10_000;
const DATAGRAM_LIMIT = 65_535;

export interface Datagram {
  readonly bytes: Uint8Array;
  readonly host: string;
  readonly port: number;
  /** "" = nobody is told of a failure. */
  readonly transaction: string;
}

export interface UdpSocketOptions {
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  readonly onFailure: (transaction: string) => void;
}

export class UdpSocket {
  readonly host: string;
  readonly port: number;
  readonly #connection: Deno.DatagramConn;
  readonly #log: Log;
  readonly #onFailure: (transaction: string) => void;
  #queue: Datagram[] = [];
  #pending = 0;
  #sending = false;
  #closed = false;
  #lost = 0;
  #failures = 0;

  /** @throws ListenError */
  constructor({ host, port, log, onFailure }: UdpSocketOptions) {
    try {
      this.#connection = Deno.listenDatagram({ transport: "udp", hostname: host, port });
    } catch (error) {
      throw new ListenError(`udp:${hostPort(host, port)}`, error);
    }
    const address = this.#connection.addr as Deno.NetAddr;
    this.host = address.hostname;
    this.port = address.port;
    this.#log = log;
    this.#onFailure = onFailure;
  }

  get pending(): number {
    return this.#pending;
  }

  /** Datagrams that found the queue full. */
  get lost(): number {
    return this.#lost;
  }

  /** Datagrams that the operating system refused. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether it can reach an address of this kind. A wildcard of IPv6 reaches IPv4 too. */
  reaches(host: string): boolean {
    return host.includes(":") === this.host.includes(":") || this.host === "::";
  }

  /** The bytes are the socket's own from now on. */
  send(datagram: Datagram): void {
    if (this.#pending >= QUEUE_LIMIT) {
      this.#lost++;
      return;
    }
    this.#pending++;
    this.#queue.push(datagram);
    if (!this.#sending) this.#sendAll();
  }

  /** Calls back for every datagram, its bytes valid until `onDatagram` returns, until the socket is closed. */
  async receive(onDatagram: (datagram: Omit<Datagram, "transaction">) => void): Promise<void> {
    const buffer = new Uint8Array(DATAGRAM_LIMIT);
    let failures = 0;
    while (!this.#closed) {
      try {
        const [bytes, source] = await this.#connection.receive(buffer);
        failures = 0;
        const { hostname, port } = source as Deno.NetAddr;
        onDatagram({ bytes, host: plainAddress(hostname), port });
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
    this.#pending = 0;
    this.#connection.close();
  }

  /**
   * One after the other: sends that are under way at the same time may leave in any order, and the operating system may
   * read their bytes long after the call.
   */
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
      }
    }
    this.#sending = false;
  }

  #failed(transaction: string, error: unknown): void {
    this.#failures++;
    this.#log.debug({ error: String(error) }, "Datagram could not be sent");
    if (transaction !== "") this.#onFailure(transaction);
  }
}
