// A TCP or TLS connection in Deno's hands: the same as one of epoll's, with a buffer of its own for as long as it reads.

import { readWindow } from "../../wasm/masked_text.ts";
import { plainAddress } from "../sip/address.ts";
import type { Connection, Receiver } from "./connection.ts";
import { SendQueue } from "./send_queue.ts";
import type { Stream } from "./stream.ts";

const READ_LENGTH = 4_096;

/** What connections of one kind share. */
export interface PlainHome {
  /** Bytes that wait in all queues. */
  pending: number;
  gone(connection: PlainConnection): void;
  fault(error: unknown): void;
}

interface PlainOptions {
  readonly peer: { readonly host: string; readonly port: number };
  readonly receiver: Receiver;
  /** We connect; else the peer did. */
  readonly ours: boolean;
  readonly isSecure: boolean;
}

type State = "connecting" | "open" | "closing" | "gone";

export class PlainConnection implements Connection {
  receiver: Receiver;
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  readonly #home: PlainHome;
  readonly #ours: boolean;
  #stream: Stream | undefined;
  #state: State = "connecting";
  #queue: SendQueue | undefined;
  #writing = false;
  #ending = false;
  /** Reading has been stopped; `goOn` lets it go on. */
  #stopped = false;
  #goOn: (() => void) | undefined;

  constructor(home: PlainHome, { peer, receiver, ours, isSecure }: PlainOptions) {
    this.#home = home;
    this.receiver = receiver;
    this.#ours = ours;
    this.host = plainAddress(peer.host);
    this.port = peer.port;
    this.isSecure = isSecure;
  }

  get localPort(): number {
    return this.#stream?.localAddr.port ?? 0;
  }

  get pending(): number {
    return this.#queue?.bytes ?? 0;
  }

  /** The connection stands. */
  open(stream: Stream): void {
    if (this.#state === "gone") return stream.close();
    this.#stream = stream;
    if (this.#state === "connecting") this.#state = "open";
    try {
      stream.setNoDelay?.(true);
    } catch {
      // The peer has gone already: reading will say so.
    }
    if (this.#ours) this.#guard(() => this.receiver.opened?.());
    this.#receive(stream);
    this.#write(stream);
  }

  send(bytes: Uint8Array): void {
    if (this.#state === "gone" || this.#state === "closing" || this.#ending) return;
    this.#queue ??= new SendQueue();
    this.#queue.add(bytes);
    this.#home.pending += bytes.length;
    if (this.#stream !== undefined) this.#write(this.#stream);
  }

  read(on: boolean): void {
    this.#stopped = !on;
    if (!on) return;
    this.#goOn?.();
    this.#goOn = undefined;
  }

  end(): void {
    if (this.#ending || this.#state === "gone") return;
    this.#ending = true;
    if (this.#stream !== undefined) this.#write(this.#stream);
  }

  close(): void {
    if (this.#state === "gone") return;
    if (this.#queue === undefined) return this.fail("Closed");
    this.#state = "closing";
  }

  /** Deno has no way to reset a connection. */
  abort(): void {
    if (this.#state !== "gone") this.#letGo();
  }

  /** It could not be made, or is broken. */
  fail(reason: string): void {
    if (this.#state === "gone") return;
    this.#letGo();
    this.#guard(() => this.receiver.closed(reason));
  }

  async #receive(stream: Stream): Promise<void> {
    const buffer = new Uint8Array(READ_LENGTH);
    try {
      for (;;) {
        if (this.#stopped) await new Promise<void>((resolve) => this.#goOn = resolve);
        const length = await stream.read(buffer);
        if (this.#state !== "open") return;
        if (length === null) break;
        readWindow.set(buffer.subarray(0, length));
        if (!this.#guard(() => this.receiver.received(length))) return;
      }
      this.#guard(() => this.receiver.ended());
    } catch (error) {
      this.fail(String(error));
    }
  }

  async #write(stream: Stream): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    let waited = false;
    try {
      for (let chunk = this.#queue?.first(); chunk !== undefined; chunk = this.#queue?.first()) {
        waited = true;
        const sent = await stream.write(chunk);
        if (this.#queue === undefined) return;
        this.#queue.drop(sent);
        this.#home.pending -= sent;
      }
      this.#queue = undefined;
      if (this.#state === "closing") return this.fail("Closed");
      if (this.#ending) stream.closeWrite().catch(() => {});
    } catch (error) {
      this.fail(String(error));
    } finally {
      this.#writing = false;
    }
    if (waited && this.#state === "open") this.#guard(() => this.receiver.drained?.());
  }

  /** A mistake of ours costs this connection, not the others. */
  #guard(event: () => void): boolean {
    try {
      event();
      return true;
    } catch (error) {
      this.#home.fault(error);
      this.fail("Fault of our own");
      return false;
    }
  }

  #letGo(): void {
    this.#state = "gone";
    this.#home.pending -= this.#queue?.bytes ?? 0;
    this.#queue = undefined;
    this.read(true);
    try {
      this.#stream?.close();
    } catch {
      // Closed by the peer in the meantime.
    }
    this.#home.gone(this);
  }
}
