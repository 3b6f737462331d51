// SIP over TCP (RFC 3261 section 18): listeners, and one connection for each address.

import type { Millis } from "../../core/context.ts";
import type { Hop } from "../../core/hop.ts";
import { FlowNumbers } from "../flow_numbers.ts";
import type { Inputs } from "../input.ts";
import { ListenError } from "../listen_error.ts";
import type { Log } from "../log.ts";
import { hostPort, plainAddress } from "./address.ts";
import { type Held, TcpConnection } from "./tcp_connection.ts";

const HELD_LIMIT = 64 * 1024 * 1024;

export interface TcpOptions {
  readonly log: Log;
  /** Shared with the other transports of the process. */
  readonly numbers?: FlowNumbers;
  readonly now?: () => Millis;
  readonly connectionLimit?: number;
  /** Bytes that wait for all peers to read, and bytes of all messages that are not complete. */
  readonly heldLimit?: number;
  readonly connectTimeout?: Millis;
  /** Without a whole message or keep-alive for so long, a connection is closed. */
  readonly idleTimeout?: Millis;
  /** A message has to be complete so long after its first byte, and the first one so long after a peer has connected. */
  readonly messageTimeout?: Millis;
}

export class TcpTransport {
  readonly #log: Log;
  readonly #now: () => Millis;
  readonly #connectionLimit: number;
  readonly #connectTimeout: Millis;
  readonly #idleTimeout: Millis;
  readonly #messageTimeout: Millis;
  readonly #numbers: FlowNumbers;
  readonly #listeners: Deno.TcpListener[] = [];
  readonly #flows = new Map<number, TcpConnection>();
  readonly #byAddress = new Map<string, TcpConnection>();
  #inputs: Inputs | undefined;
  readonly #held: Held;
  #refused = 0;
  #closed = false;
  #sweeper: ReturnType<typeof setInterval> | undefined;

  constructor(options: TcpOptions) {
    this.#log = options.log;
    this.#numbers = options.numbers ?? new FlowNumbers();
    this.#now = options.now ?? (() => performance.now());
    this.#held = { limit: options.heldLimit ?? HELD_LIMIT, waiting: 0, begun: 0 };
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
      const listener = Deno.listen({ transport: "tcp", hostname: host, port });
      this.#listeners.push(listener);
      return { host: listener.addr.hostname, port: listener.addr.port };
    } catch (error) {
      throw new ListenError(`tcp:${hostPort(host, port)}`, error);
    }
  }

  start(inputs: Inputs): void {
    this.#inputs = inputs;
    for (const listener of this.#listeners) this.#accept(listener, inputs);
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
    const address = hostPort(hop.host, hop.port);
    const connection = this.#flows.get(hop.flow) ?? this.#byAddress.get(address) ?? this.#connect(hop);
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

  #connect(hop: Hop): TcpConnection | undefined {
    if (this.#closed || this.#inputs === undefined || this.#flows.size >= this.#connectionLimit) {
      return undefined;
    }
    const connection = this.#add(hop.host, hop.port);
    connection.reportTo(this.#inputs);
    this.#open(connection, this.#inputs);
    return connection;
  }

  async #open(connection: TcpConnection, inputs: Inputs): Promise<void> {
    const { host, port } = connection;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new Error("No connection in time")), this.#connectTimeout);
    try {
      const stream = await Deno.connect({ hostname: host, port, signal: limit.signal });
      if (connection.closed) return stream.close();
      connection.open(stream, inputs);
    } catch (error) {
      connection.close(String(error));
    } finally {
      clearTimeout(timer);
    }
  }

  async #accept(listener: Deno.TcpListener, inputs: Inputs): Promise<void> {
    while (!this.#closed) {
      try {
        const stream = await listener.accept();
        if (this.#flows.size >= this.#connectionLimit) {
          this.#refused++;
          stream.close();
          continue;
        }
        const { hostname, port } = stream.remoteAddr;
        const connection = this.#add(plainAddress(hostname), port);
        connection.expectMessage();
        connection.open(stream, inputs);
      } catch (error) {
        if (this.#closed) return;
        this.#log.warn({ error: String(error) }, "Connection could not be accepted");
        await new Promise((resolve) => setTimeout(resolve, 100)); // out of file descriptors: do not spin
      }
    }
  }

  #add(host: string, port: number): TcpConnection {
    const connection = new TcpConnection({
      flow: this.#numbers.next(),
      host,
      port,
      now: this.#now,
      held: this.#held,
      onClose: (closed, reason) => this.#forget(closed, reason),
    });
    this.#flows.set(connection.flow, connection);
    this.#byAddress.set(hostPort(host, port), connection);
    return connection;
  }

  #forget(connection: TcpConnection, reason: string): void {
    this.#flows.delete(connection.flow);
    const address = hostPort(connection.host, connection.port);
    if (this.#byAddress.get(address) === connection) this.#byAddress.delete(address);
    this.#log.debug({ flow: connection.flow, reason }, "Connection closed");
    if (!this.#closed) this.#inputs?.deliver({ type: "flowClosed", flow: connection.flow });
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
