// SIP over TCP or TLS (RFC 3261 section 18): listeners, and one connection for each address.

import type { Millis } from "../../core/context.ts";
import type { Hop } from "../../core/hop.ts";
import { FlowNumbers } from "../flow_numbers.ts";
import type { Inputs } from "../input.ts";
import { ListenError } from "../listen_error.ts";
import type { Log } from "../log.ts";
import type { Stream, StreamAcceptor, StreamListener } from "../net/stream.ts";
import { hostPort, plainAddress } from "./address.ts";
import { type Held, StreamConnection } from "./stream_connection.ts";

export const HELD_LIMIT = 64 * 1024 * 1024;

/** What TCP and TLS do each in its way. */
export interface StreamKind {
  readonly transport: "tcp" | "tls";
  /** @throws Error of the operating system */
  listen(at: { host: string; port: number }): StreamListener;
  /** Rejects with the cause. */
  connect(hop: Hop, signal: AbortSignal): Promise<Stream>;
}

export interface StreamTransportOptions {
  readonly kind: StreamKind;
  readonly log: Log;
  /** Shared with the other transports of the process. */
  readonly numbers?: FlowNumbers;
  readonly now?: () => Millis;
  readonly connectionLimit?: number;
  /** Bytes that wait for all peers to read, and bytes of all messages that are not complete: of all transports that share it. */
  readonly held?: Held;
  readonly connectTimeout?: Millis;
  /** Without a whole message or keep-alive for so long, a connection is closed. */
  readonly idleTimeout?: Millis;
  /** A message has to be complete so long after its first byte, and the first one so long after a peer has connected. */
  readonly messageTimeout?: Millis;
}

export class StreamTransport implements StreamAcceptor {
  readonly #kind: StreamKind;
  readonly #log: Log;
  readonly #now: () => Millis;
  readonly #connectionLimit: number;
  readonly #connectTimeout: Millis;
  readonly #idleTimeout: Millis;
  readonly #messageTimeout: Millis;
  readonly #listeners: StreamListener[] = [];
  readonly #numbers: FlowNumbers;
  readonly #flows = new Map<number, StreamConnection>();
  readonly #byAddress = new Map<string, StreamConnection>();
  #inputs: Inputs | undefined;
  readonly #held: Held;
  #refused = 0;
  #closed = false;
  #sweeper: ReturnType<typeof setInterval> | undefined;

  constructor(options: StreamTransportOptions) {
    this.#kind = options.kind;
    this.#log = options.log;
    this.#numbers = options.numbers ?? new FlowNumbers();
    this.#now = options.now ?? (() => performance.now());
    this.#held = options.held ?? { limit: HELD_LIMIT, waiting: 0, begun: 0 };
    this.#connectionLimit = options.connectionLimit ?? 10_000;
    this.#connectTimeout = options.connectTimeout ?? 4_000;
    this.#idleTimeout = options.idleTimeout ?? 600_000;
    this.#messageTimeout = options.messageTimeout ?? 32_000;
  }

  /**
   * Opens one more listener; port 0 takes a free one. Nothing is accepted before `start`.
   *
   * @throws ListenError
   */
  listen({ host, port }: { host: string; port: number }): { host: string; port: number } {
    try {
      const listener = this.#kind.listen({ host, port });
      this.#listeners.push(listener);
      return { host: listener.host, port: listener.port };
    } catch (error) {
      throw new ListenError(`${this.#kind.transport}:${hostPort(host, port)}`, error);
    }
  }

  start(inputs: Inputs): void {
    this.#inputs = inputs;
    for (const listener of this.#listeners) listener.start(this);
    const period = Math.max(Math.min(this.#idleTimeout, this.#messageTimeout) / 4, 10);
    this.#sweeper = setInterval(() => this.#sweep(), period);
  }

  /** Open connections, and how many found no room. */
  get counts(): { open: number; refused: number } {
    return { open: this.#flows.size, refused: this.#refused };
  }

  /** Messages that wait in the connections' queues. */
  get pending(): number {
    let pending = 0;
    for (const connection of this.#flows.values()) pending += connection.pending;
    return pending;
  }

  /** Over the hop's flow while that is open, else over the connection to its address, else over a new one (RFC 3261 section 18.2.2). */
  send({ hop, bytes, transaction }: { hop: Hop; bytes: Uint8Array; transaction: string }): void {
    const connection = this.#flows.get(hop.flow) ?? this.#byAddress.get(keyOf(hop)) ?? this.#connect(hop);
    if (connection !== undefined) return connection.send(bytes, transaction);
    this.#refused++;
    if (transaction !== "") this.#inputs?.deliver({ type: "transportFailed", transaction });
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#sweeper);
    for (const listener of this.#listeners) listener.close();
    for (const connection of [...this.#flows.values()]) connection.close("The relay stops");
  }

  #connect(hop: Hop): StreamConnection | undefined {
    if (this.#closed || this.#inputs === undefined || this.#flows.size >= this.#connectionLimit) {
      return undefined;
    }
    const connection = this.#add(hop);
    connection.reportTo(this.#inputs);
    this.#open(connection, hop, this.#inputs);
    return connection;
  }

  async #open(connection: StreamConnection, hop: Hop, inputs: Inputs): Promise<void> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new Error("No connection in time")), this.#connectTimeout);
    try {
      const stream = await this.#kind.connect(hop, limit.signal);
      if (connection.closed) return stream.close();
      connection.open(stream, inputs);
    } catch (error) {
      this.#say(hop, error);
      connection.close(String(error));
    } finally {
      clearTimeout(timer);
    }
  }

  accepted(stream: Stream): void {
    if (this.#closed || this.#inputs === undefined || this.#flows.size >= this.#connectionLimit) {
      this.#refused++;
      return stream.close();
    }
    const { hostname, port } = stream.remoteAddr;
    const connection = this.#add({ host: plainAddress(hostname), port });
    connection.expectMessage();
    connection.open(stream, this.#inputs);
  }

  exhausted(error: string): void {
    this.#log.warn({ error }, "Connection could not be accepted");
  }

  #add({ host, port, domain }: Pick<Hop, "host" | "port" | "domain">): StreamConnection {
    const connection = new StreamConnection({
      transport: this.#kind.transport,
      flow: this.#numbers.next(),
      host,
      port,
      domain,
      now: this.#now,
      held: this.#held,
      onClose: (closed, reason) => this.#forget(closed, reason),
    });
    this.#flows.set(connection.flow, connection);
    this.#byAddress.set(keyOf(connection), connection);
    return connection;
  }

  #forget(connection: StreamConnection, reason: string): void {
    this.#flows.delete(connection.flow);
    const address = keyOf(connection);
    if (this.#byAddress.get(address) === connection) this.#byAddress.delete(address);
    this.#log.debug({ flow: connection.flow, reason }, "Connection closed");
    if (!this.#closed) this.#inputs?.deliver({ type: "flowClosed", flow: connection.flow });
  }

  /** A peer that cannot be reached shows in the call; one that cannot be believed, or does not believe us, is for an operator to look at. */
  #say({ host, port, domain }: Hop, error: unknown): void {
    if (this.#kind.transport !== "tls" || this.#closed) return;
    const cause = error instanceof Error ? error.message : String(error);
    this.#log.warn({ peer: hostPort(host, port), domain, cause }, "TLS connection failed");
  }

  #sweep(): void {
    const now = this.#now();
    for (const connection of [...this.#flows.values()]) {
      if (now - connection.active > this.#idleTimeout) connection.close("Idle");
      else if (connection.begun !== undefined && now - connection.begun > this.#messageTimeout) {
        connection.close("A message was not completed in time");
      }
    }
  }
}

/** Who has proved one name has not proved another, although it may be the same address. */
function keyOf({ host, port, domain }: { host: string; port: number; domain?: string | undefined }): string {
  return domain === undefined ? hostPort(host, port) : `${hostPort(host, port)} ${domain}`;
}
