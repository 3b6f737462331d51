// SIP over UDP (RFC 3261 section 18): one datagram is one message.

import type { Hop } from "../../core/hop.ts";
import type { Inputs } from "../input.ts";
import { ListenError } from "../listen_error.ts";
import type { Log } from "../loop.ts";
import { hostPort } from "./address.ts";

/** Datagrams handed to the operating system and not yet taken by it; what comes on top is lost, as on a full socket. */
const SENDING_LIMIT = 10_000;
/** Sources remembered when several sockets could answer them. */
const PATH_LIMIT = 50_000;
const DATAGRAM_LIMIT = 65_535;
const CR = 13;
const LF = 10;

interface Socket {
  readonly connection: Deno.DatagramConn;
  readonly address: Deno.NetAddr;
  readonly isIpv6: boolean;
}

export class UdpTransport {
  readonly #log: Log;
  readonly #sockets: Socket[] = [];
  /** Which socket a source talks to: an answer leaves from the port that the request came to (RFC 3581 section 4). */
  readonly #paths = new Map<string, Socket>();
  #inputs: Inputs | undefined;
  #closed = false;
  #sending = 0;
  #received = 0;
  #sent = 0;
  #lost = 0;
  #failures = 0;

  constructor({ log }: { log: Log }) {
    this.#log = log;
  }

  /**
   * Opens one more socket; port 0 takes a free one. Nothing is read before `start`.
   *
   * @throws ListenError
   */
  listen({ host, port }: { host: string; port: number }): { host: string; port: number } {
    let connection: Deno.DatagramConn;
    try {
      connection = Deno.listenDatagram({ transport: "udp", hostname: host, port });
    } catch (error) {
      throw new ListenError(`udp:${hostPort(host, port)}`, error);
    }
    const address = connection.addr as Deno.NetAddr;
    this.#sockets.push({ connection, address, isIpv6: address.hostname.includes(":") });
    return { host: address.hostname, port: address.port };
  }

  start(inputs: Inputs): void {
    this.#inputs = inputs;
    for (const socket of this.#sockets) this.#receive(socket, inputs);
  }

  /** Datagrams: `lost` found the sending queue full, `failures` are errors of the operating system. */
  get counts(): { received: number; sent: number; lost: number; failures: number } {
    return { received: this.#received, sent: this.#sent, lost: this.#lost, failures: this.#failures };
  }

  send({ hop, bytes, transaction }: { hop: Hop; bytes: Uint8Array; transaction: string }): void {
    const socket = this.#socketFor(hop);
    if (socket === undefined) return this.#failed(transaction, "No socket of this address family");
    if (this.#sending >= SENDING_LIMIT) {
      this.#lost++;
      return;
    }
    this.#sending++;
    this.#sent++;
    // The operating system may read the bytes after send() has returned: they need memory of their own.
    socket.connection.send(bytes.slice(), { transport: "udp", hostname: hop.host, port: hop.port }).then(
      () => void this.#sending--,
      (error) => {
        this.#sending--;
        this.#failed(transaction, String(error));
      },
    );
  }

  close(): void {
    this.#closed = true;
    for (const { connection } of this.#sockets) {
      try {
        connection.close();
      } catch {
        // Closed already by an error of its own.
      }
    }
  }

  #failed(transaction: string, error: string): void {
    if (this.#closed) return;
    this.#failures++;
    this.#log.debug({ error }, "Datagram could not be sent");
    if (transaction !== "") this.#inputs?.deliver({ type: "transportFailed", transaction });
  }

  #socketFor(hop: Hop): Socket | undefined {
    if (this.#sockets.length > 1) {
      const known = this.#paths.get(hostPort(hop.host, hop.port));
      if (known !== undefined) return known;
    }
    const isIpv6 = hop.host.includes(":");
    return this.#sockets.find((socket) => socket.isIpv6 === isIpv6);
  }

  async #receive(socket: Socket, inputs: Inputs): Promise<void> {
    const buffer = new Uint8Array(DATAGRAM_LIMIT);
    let failures = 0;
    while (!this.#closed) {
      try {
        const [bytes, source] = await socket.connection.receive(buffer);
        failures = 0;
        this.#received++;
        if (!isKeepAlive(bytes)) this.#deliver({ socket, bytes, source: source as Deno.NetAddr, inputs });
      } catch (error) {
        if (this.#closed) return;
        failures++;
        this.#log.warn({ error: String(error), port: socket.address.port }, "Datagram could not be received");
        await new Promise((resolve) => setTimeout(resolve, Math.min(failures * 10, 1_000)));
      }
    }
  }

  #deliver({ socket, bytes, source, inputs }: {
    socket: Socket;
    bytes: Uint8Array;
    source: Deno.NetAddr;
    inputs: Inputs;
  }): void {
    const { hostname: host, port } = source;
    if (port === 0) return; // nobody can be answered there
    if (this.#sockets.length > 1) this.#remember(hostPort(host, port), socket);
    const localPort = socket.address.port;
    inputs.deliver({ type: "sip", arrival: { transport: "udp", host, port, flow: 0, localPort }, bytes });
  }

  #remember(source: string, socket: Socket): void {
    if (this.#paths.get(source) === socket) return;
    if (this.#paths.size >= PATH_LIMIT) this.#paths.delete(this.#paths.keys().next().value!);
    this.#paths.set(source, socket);
  }
}

/** Nothing but line breaks or zeros, as phones send them to keep a NAT open (RFC 5626 section 3.5). */
function isKeepAlive(bytes: Uint8Array): boolean {
  if (bytes.length > 64) return false;
  for (const byte of bytes) if (byte !== CR && byte !== LF && byte !== 0) return false;
  return true;
}
