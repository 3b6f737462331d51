// SIP over UDP (RFC 3261 section 18): one datagram is one message.

import type { Hop } from "../../core/hop.ts";
import type { Inputs } from "../input.ts";
import type { Log } from "../log.ts";
import { hostPort } from "./address.ts";
import { UdpSocket } from "./udp_socket.ts";

/** Sources remembered when several sockets could answer them. */
const PATH_LIMIT = 50_000;
const KEEP_ALIVE_LIMIT = 64;
const CR = 13;
const LF = 10;

export class UdpTransport {
  readonly #log: Log;
  readonly #sockets: UdpSocket[] = [];
  /** Which socket a source talks to: an answer leaves from the port that the request came to (RFC 3581 section 4). */
  readonly #paths = new Map<string, UdpSocket>();
  #inputs: Inputs | undefined;
  #received = 0;

  constructor({ log }: { log: Log }) {
    this.#log = log;
  }

  /**
   * Opens one more socket; port 0 takes a free one. Nothing is read before `start`.
   *
   * @throws ListenError
   */
  listen({ host, port }: { host: string; port: number }): { host: string; port: number } {
    const onFailure = (transaction: string) =>
      this.#inputs?.deliver({ type: "transportFailed", transaction });
    const socket = new UdpSocket({ host, port, log: this.#log, onFailure });
    this.#sockets.push(socket);
    return { host: socket.host, port: socket.port };
  }

  start(inputs: Inputs): void {
    this.#inputs = inputs;
    for (const socket of this.#sockets) {
      socket.receive(({ bytes, host, port }) => {
        this.#received++;
        if (port === 0 || isKeepAlive(bytes)) return; // nobody can be answered at port 0
        if (this.#sockets.length > 1) this.#remember(hostPort(host, port), socket);
        const arrival = { transport: "udp", host, port, flow: 0, localPort: socket.port } as const;
        inputs.deliver({ type: "sip", arrival, bytes });
      });
    }
  }

  /** Datagrams: `lost` found a queue full, `failures` were refused by the operating system. */
  get counts(): { received: number; lost: number; failures: number } {
    let lost = 0;
    let failures = 0;
    for (const socket of this.#sockets) {
      lost += socket.lost;
      failures += socket.failures;
    }
    return { received: this.#received, lost, failures };
  }

  /** Datagrams on their way to the operating system. */
  get pending(): number {
    return this.#sockets.reduce((sum, socket) => sum + socket.pending, 0);
  }

  send({ hop, bytes, transaction }: { hop: Hop; bytes: Uint8Array; transaction: string }): void {
    const { host, port } = hop;
    const socket = this.#socketFor(host, port);
    if (socket !== undefined) return socket.send({ bytes: bytes.slice(), host, port, transaction });
    this.#log.debug({}, "No socket of a datagram's address family");
    if (transaction !== "") this.#inputs?.deliver({ type: "transportFailed", transaction });
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #socketFor(host: string, port: number): UdpSocket | undefined {
    const known = this.#sockets.length > 1 ? this.#paths.get(hostPort(host, port)) : undefined;
    if (known !== undefined) return known;
    const isIpv6 = host.includes(":");
    return this.#sockets.find((socket) => socket.host.includes(":") === isIpv6) ??
      this.#sockets.find((socket) => socket.reaches(host));
  }

  #remember(source: string, socket: UdpSocket): void {
    if (this.#paths.get(source) === socket) return;
    if (this.#paths.size >= PATH_LIMIT) this.#paths.delete(this.#paths.keys().next().value!);
    this.#paths.set(source, socket);
  }
}

/** Nothing but line breaks or zeros, as phones send them to keep a NAT open (RFC 5626 section 3.5). */
function isKeepAlive(bytes: Uint8Array): boolean {
  if (bytes.length > KEEP_ALIVE_LIMIT) return false;
  for (const byte of bytes) if (byte !== CR && byte !== LF && byte !== 0) return false;
  return true;
}
