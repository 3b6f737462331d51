// One TCP or TLS connection that carries SIP: frames in, a bounded queue out (RFC 3261 section 18.3, RFC 5626 section 4.4.1).

import type { Millis } from "../../core/context.ts";
import { Framer } from "../../wasm/frame.ts";
import type { Inputs } from "../input.ts";
import type { Stream } from "../net/stream.ts";

/** Bytes that may wait for a peer that does not read. */
export const QUEUE_BYTES_LIMIT = 1024 * 1024;
const QUEUE_LIMIT = 4_096;
const READ_LENGTH = 8_192;
/** Small messages that wait together leave in one write. */
const WRITE_LENGTH = 65_536;
const PONG = new Uint8Array([13, 10]);

interface Waiting {
  readonly bytes: Uint8Array;
  readonly transaction: string;
}

/** What all connections of a transport hold, in bytes. One that brings it above the limit is closed. */
export interface Held {
  /** For each of the two. */
  readonly limit: number;
  /** Waits for peers to read. */
  waiting: number;
  /** Of messages that are not complete. */
  begun: number;
}

export interface StreamConnectionOptions {
  readonly transport: "tcp" | "tls";
  readonly flow: number;
  readonly host: string;
  readonly port: number;
  /** Of a TLS connection of ours: the name that its peer has proved. */
  readonly domain: string | undefined;
  readonly now: () => Millis;
  readonly held: Held;
  /** Told once, with why. */
  readonly onClose: (connection: StreamConnection, reason: string) => void;
}

export class StreamConnection {
  readonly flow: number;
  readonly host: string;
  readonly port: number;
  readonly domain: string | undefined;
  readonly #transport: "tcp" | "tls";
  readonly #now: () => Millis;
  readonly #held: Held;
  readonly #onClose: (connection: StreamConnection, reason: string) => void;
  #connection: Stream | undefined;
  #inputs: Inputs | undefined;
  #queue: Waiting[] = [];
  #queueBytes = 0;
  #begunBytes = 0;
  #writing = false;
  #closed = false;
  #localPort = 0;
  /** When the last whole message passed, in either direction. */
  #active: Millis;
  /** When the message that is not yet complete, or the wait for the first one, began; undefined = nothing is pending. */
  #begun: Millis | undefined;

  constructor(options: StreamConnectionOptions) {
    this.flow = options.flow;
    this.host = options.host;
    this.port = options.port;
    this.domain = options.domain;
    this.#transport = options.transport;
    this.#now = options.now;
    this.#held = options.held;
    this.#onClose = options.onClose;
    this.#active = options.now();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Messages that have not left. */
  get pending(): number {
    return this.#queue.length;
  }

  get active(): Millis {
    return this.#active;
  }

  get begun(): Millis | undefined {
    return this.#begun;
  }

  /** Who has connected to us says something soon, or goes: connections are few, and there to be used. */
  expectMessage(): void {
    this.#begun = this.#now();
  }

  /** The connection stands: what waited goes out, what comes is read. */
  open(connection: Stream, inputs: Inputs): void {
    this.#connection = connection;
    this.#inputs = inputs;
    this.#localPort = connection.localAddr.port;
    try {
      connection.setNoDelay?.(true);
    } catch {
      // The peer has gone already: reading will say so.
    }
    this.#read(connection, inputs);
    this.#write();
  }

  /** Copies the bytes and puts them in the queue. A queue that is full closes the connection: this peer does not read. */
  send(bytes: Uint8Array, transaction: string): void {
    this.#enqueue({ bytes: bytes.slice(), transaction });
  }

  /** Every transaction whose message has not left is told. */
  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#connection?.close();
    } catch {
      // Closed by the peer in the meantime.
    }
    const unsent = this.#queue;
    this.#queue = [];
    this.#hold(-this.#queueBytes);
    this.#begin(0);
    this.#onClose(this, reason);
    for (const { transaction } of unsent) {
      if (transaction !== "") this.#inputs?.deliver({ type: "transportFailed", transaction });
    }
  }

  /** Who is told of failures before the connection stands. */
  reportTo(inputs: Inputs): void {
    this.#inputs = inputs;
  }

  #enqueue(waiting: Waiting): void {
    if (this.#closed) {
      if (waiting.transaction === "") return;
      return this.#inputs?.deliver({ type: "transportFailed", transaction: waiting.transaction });
    }
    this.#queue.push(waiting);
    this.#hold(waiting.bytes.length);
    const isFull = this.#queueBytes > QUEUE_BYTES_LIMIT || this.#queue.length > QUEUE_LIMIT;
    if (isFull || this.#held.waiting > this.#held.limit) {
      return this.close("The peer does not read");
    }
    this.#active = this.#now();
    if (!this.#writing && this.#connection !== undefined) this.#write();
  }

  async #write(): Promise<void> {
    const connection = this.#connection!;
    this.#writing = true;
    try {
      while (this.#queue.length > 0 && !this.#closed) {
        const { count, bytes } = gather(this.#queue);
        for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
        if (this.#closed) break;
        this.#queue.splice(0, count);
        this.#hold(-bytes.length);
      }
    } catch (error) {
      this.close(String(error));
    }
    this.#writing = false;
  }

  async #read(connection: Stream, inputs: Inputs): Promise<void> {
    const framer = new Framer();
    const buffer = new Uint8Array(READ_LENGTH);
    let reason = "Closed by the peer";
    try {
      while (!this.#closed) {
        const length = await connection.read(buffer);
        if (length === null) break;
        framer.push(buffer.subarray(0, length));
        if (!this.#deliver(framer, inputs)) {
          reason = "The stream cannot be cut into messages";
          break;
        }
        this.#begin(framer.pending);
        if (this.#held.begun > this.#held.limit) {
          reason = "Too much of unfinished messages is held";
          break;
        }
        this.#begun = framer.pending === 0 ? undefined : this.#begun ?? this.#now();
      }
    } catch (error) {
      reason = String(error);
    }
    this.close(reason);
  }

  #hold(bytes: number): void {
    this.#queueBytes += bytes;
    this.#held.waiting += bytes;
  }

  #begin(bytes: number): void {
    const held = this.#closed ? 0 : bytes;
    this.#held.begun += held - this.#begunBytes;
    this.#begunBytes = held;
  }

  /** Every frame that is complete. False: the stream is past saving. */
  #deliver(framer: Framer, inputs: Inputs): boolean {
    const { host, port, flow } = this;
    const transport = this.#transport;
    for (let frame = framer.next(); frame !== undefined && !this.#closed; frame = framer.next()) {
      if (frame.type === "fault") return false;
      this.#begun = undefined;
      this.#active = this.#now();
      if (frame.type === "ping") this.#enqueue({ bytes: PONG, transaction: "" });
      if (frame.type !== "message") continue;
      const arrival = { transport, host, port, flow, localPort: this.#localPort };
      inputs.deliver({ type: "sip", arrival, bytes: frame.bytes });
    }
    return true;
  }
}

/** The queue's first messages, as many as go well in one write. */
function gather(queue: readonly Waiting[]): { count: number; bytes: Uint8Array } {
  const first = queue[0]!.bytes;
  let count = 1;
  let length = first.length;
  while (count < queue.length && length + queue[count]!.bytes.length <= WRITE_LENGTH) {
    length += queue[count++]!.bytes.length;
  }
  if (count === 1) return { count, bytes: first };
  const bytes = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < count; i++) {
    bytes.set(queue[i]!.bytes, at);
    at += queue[i]!.bytes.length;
  }
  return { count, bytes };
}
