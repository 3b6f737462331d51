// SIP over UDP (RFC 3261 section 18): one datagram is one message.

import type { Hop } from "../../core/hop.ts";
import type { Arrival } from "../../core/sip/arrival.ts";
import type { Inputs } from "../input.ts";
import type { Log } from "../log.ts";
import { hostPort } from "./address.ts";
import type { DatagramCounts, DatagramSocket } from "./datagram/datagram_socket.ts";
import { type Batches, openDatagramSocket } from "./datagram/open.ts";

/** Sources remembered when several sockets could answer them. */
const PATH_LIMIT = 50_000;
const BUFFER_BYTES = 4 * 1024 * 1024;

export interface UdpTransportOptions {
  readonly log: Log;
  /** For batches; undefined = sockets by Deno alone. */
  readonly batches: Batches | undefined;
  /** To ask the operating system for, of each socket. */
  readonly bufferBytes?: number;
}

export class UdpTransport {
  readonly #log: Log;
  readonly #batches: Batches | undefined;
  readonly #bufferBytes: number;
  readonly #sockets: DatagramSocket[] = [];
  /** Which socket a source talks to: an answer leaves from the port that the request came to (RFC 3581 section 4). */
  readonly #paths = new Map<string, DatagramSocket>();
  #inputs: Inputs | undefined;

  constructor({ log, batches, bufferBytes = BUFFER_BYTES }: UdpTransportOptions) {
    this.#log = log;
    this.#batches = batches;
    this.#bufferBytes = bufferBytes;
  }

  /**
   * Opens one more socket; port 0 takes a free one. Nothing is read before `start`.
   *
   * @throws ListenError
   */
  listen({ host, port }: { host: string; port: number }): { host: string; port: number } {
    const socket = openDatagramSocket({
      host,
      port,
      batches: this.#batches,
      log: this.#log,
      bufferBytes: this.#bufferBytes,
      onFailure: (transaction) => this.#inputs?.deliver({ type: "transportFailed", transaction }),
      onArrival: (arrival) => {
        if (this.#sockets.length > 1) this.#remember(arrival, socket);
      },
    });
    this.#sockets.push(socket);
    return { host: socket.host, port: socket.port };
  }

  /** How the socket with this address moves its datagrams. */
  kindOf(address: { host: string; port: number }): DatagramSocket["kind"] | undefined {
    return this.#sockets.find(({ host, port }) => host === address.host && port === address.port)?.kind;
  }

  start(inputs: Inputs): void {
    this.#inputs = inputs;
    for (const socket of this.#sockets) socket.receive(inputs);
  }

  /** Datagrams of all sockets. */
  get counts(): DatagramCounts {
    const sum = { received: 0, lost: 0, failures: 0, dropped: 0 };
    for (const { counts } of this.#sockets) {
      sum.received += counts.received;
      sum.lost += counts.lost;
      sum.failures += counts.failures;
      sum.dropped += counts.dropped;
    }
    return sum;
  }

  /** Datagrams on their way to the operating system. */
  get pending(): number {
    return this.#sockets.reduce((sum, socket) => sum + socket.pending, 0);
  }

  /** `bytes` are valid until `flush`. */
  send({ hop, bytes, transaction }: { hop: Hop; bytes: Uint8Array; transaction: string }): void {
    const { host, port } = hop;
    const socket = this.#socketFor(host, port);
    if (socket !== undefined) return socket.send({ bytes, host, port, transaction });
    this.#log.debug({}, "No socket of a datagram's address family");
    if (transaction !== "") this.#inputs?.deliver({ type: "transportFailed", transaction });
  }

  flush(): void {
    for (const socket of this.#sockets) socket.flush();
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #socketFor(host: string, port: number): DatagramSocket | undefined {
    const isIpv6 = host.includes(":");
    if (this.#sockets.length === 1) {
      const only = this.#sockets[0]!;
      return only.host.includes(":") === isIpv6 || only.host === "::" ? only : undefined;
    }
    const known = this.#paths.get(hostPort(host, port));
    if (known !== undefined) return known;
    return this.#sockets.find((socket) => socket.host.includes(":") === isIpv6) ??
      // The wildcard of IPv6 reaches IPv4 too.
      this.#sockets.find((socket) => socket.host === "::");
  }

  #remember({ host, port }: Arrival, socket: DatagramSocket): void {
    const source = hostPort(host, port);
    if (this.#paths.get(source) === socket) return;
    if (this.#paths.size >= PATH_LIMIT) this.#paths.delete(this.#paths.keys().next().value!);
    this.#paths.set(source, socket);
  }
}
