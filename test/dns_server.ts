// A DNS server that does what a test says, right or wrong, over UDP and TCP on one free port of loopback.

import { Buffer } from "node:buffer";
import packet from "dns-packet";

export interface Asked {
  readonly over: "udp" | "tcp";
  readonly id: number;
  readonly name: string;
  readonly type: string;
  /** Whether the question offered EDNS0. */
  readonly edns: boolean;
  /** The port that it came from. */
  readonly port: number;
}

/** The messages that answer, none = silence. */
export type Answering = (asked: Asked, how: Way) => readonly Uint8Array[];

interface Way {
  /** A whole answer to the question: members of dns-packet's, the question echoed unless they say otherwise. */
  answer(members?: Readonly<Record<string, unknown>>): Uint8Array;
}

export const RCODE = { FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

export class DnsServer implements AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly asked: Asked[] = [];
  readonly #answering: Answering;
  readonly #datagrams: Deno.DatagramConn;
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #work: Promise<void>[] = [];

  constructor(answering: Answering, host = "127.0.0.1") {
    this.host = host;
    this.#answering = answering;
    [this.#datagrams, this.#listener] = listen(this.host);
    this.port = this.#listener.addr.port;
    this.#work.push(this.#serveDatagrams(), this.#serveStreams());
  }

  /** `SRV _sip._udp.a udp`, one for each question. */
  get story(): string[] {
    return this.asked.map(({ type, name, over }) => `${type} ${name} ${over}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#datagrams.close();
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
    await Promise.all(this.#work);
  }

  async #serveDatagrams(): Promise<void> {
    for await (const [bytes, from] of this.#datagrams) {
      const { port } = from as Deno.NetAddr;
      for (const reply of this.#replies(bytes, "udp", port)) await this.#datagrams.send(reply, from);
    }
  }

  async #serveStreams(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#connections.add(connection);
      this.#work.push(this.#serveStream(connection));
    }
  }

  async #serveStream(connection: Deno.TcpConn): Promise<void> {
    try {
      const buffer = new Uint8Array(1024);
      const count = await connection.read(buffer);
      const { port } = connection.remoteAddr as Deno.NetAddr;
      for (const reply of this.#replies(buffer.slice(2, count ?? 2), "tcp", port)) {
        await connection.write(new Uint8Array([reply.length >> 8, reply.length & 255, ...reply]));
      }
      await connection.read(buffer);
    } catch {
      // The client or the test has closed it.
    }
    this.#connections.delete(connection);
    try {
      connection.close();
    } catch {
      // Closed at the end of the test.
    }
  }

  #replies(bytes: Uint8Array, over: Asked["over"], port: number): readonly Uint8Array[] {
    const { id, questions, additionals } = packet.decode(Buffer.from(bytes));
    const [{ name, type }] = questions;
    const edns = additionals.length > 0;
    const asked: Asked = { over, id, name, type, edns, port };
    this.asked.push(asked);
    const answer: Way["answer"] = ({ rcode = 0, truncated = false, ...members } = {}) => {
      // Response, recursion desired and available.
      const flags = 0x8180 | (truncated ? 0x200 : 0);
      const message = packet.encode({ type: "response", id, flags, questions, ...members });
      message[3] |= rcode as number;
      return message;
    };
    return this.#answering(asked, { answer });
  }
}

function listen(hostname: string): [Deno.DatagramConn, Deno.TcpListener] {
  for (;;) {
    const listener = Deno.listen({ hostname, port: 0 });
    try {
      const { port } = listener.addr;
      return [Deno.listenDatagram({ transport: "udp", hostname, port }), listener];
    } catch {
      // Taken for UDP: the next one.
      listener.close();
    }
  }
}
