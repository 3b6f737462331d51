// Requests that are no WebSockets go on to Deno's HTTP server, each over a connection of its own on loopback.
//
//   peer ◄──► entrance ◄──► 127.0.0.1:ours ◄──► 127.0.0.1:Deno's ◄──► handler: who is at port `ours`?
//
// The port at our end says whose request it is: nothing that a peer writes can, and who connects to Deno's port by itself is nobody.
// `Connection: close` keeps it to one request a connection, so every head passes the entrance.

import type { Millis } from "../../core/context.ts";
import { readWindow } from "../../wasm/masked_text.ts";
import type { Connection, Receiver, Sockets } from "../net/connection.ts";
import { type RequestHead, writeHead } from "../ws/request_head.ts";

/** Bytes that may wait on one side before the other is not read any more. */
const QUEUE_LIMIT = 262_144;
const IDLE_SWEEPS = 60;
/** Sweeps that a peer has for hanging up when it has its answer. */
const ENDING_SWEEPS = 3;
const LIMIT = 512;
const LOOPBACK = "127.0.0.1";

/** Whose request it is, and how it came. */
export type Peer = Pick<Connection, "host" | "isSecure">;

export class HandOver {
  readonly #sockets: Sockets;
  readonly #limit: number;
  readonly #tunnels = new Set<Tunnel>();
  /** The peer by our port. */
  readonly #peers = new Map<number, Peer>();
  #refused = 0;
  #emptied: (() => void) | undefined;

  constructor(sockets: Sockets, limit = LIMIT) {
    this.#sockets = sockets;
    this.#limit = limit;
  }

  get size(): number {
    return this.#tunnels.size;
  }

  /** How many found no room. */
  get refused(): number {
    return this.#refused;
  }

  /** Whose request has come from an address; undefined = nobody's that we know. */
  peerAt({ hostname, port }: { hostname: string; port: number }): Peer | undefined {
    return hostname === LOOPBACK ? this.#peers.get(port) : undefined;
  }

  /** Takes a connection over; `rest` bytes from behind the head stand at the beginning of `readWindow`. False: there is no room. */
  take(peer: Connection, { head, rest, port }: { head: RequestHead; rest: number; port: number }): boolean {
    if (this.#tunnels.size >= this.#limit) {
      this.#refused++;
      return false;
    }
    const tunnel = new Tunnel(peer, {
      connect: (receiver) => this.#sockets.connect({ host: LOOPBACK, port }, receiver),
      opened: (localPort) => this.#peers.set(localPort, peer),
      gone: (localPort) => this.#forget(tunnel, localPort),
    });
    this.#tunnels.add(tunnel);
    tunnel.begin(writeHead(head, [["Connection", "close"]]), readWindow.slice(0, rest));
    return true;
  }

  /** To be called once a second. */
  sweep(): void {
    for (const tunnel of this.#tunnels) tunnel.sweep();
  }

  /** Resolves when the last one is over, or after `patience`. */
  async over(patience: Millis): Promise<void> {
    if (this.#tunnels.size === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
      timer = setTimeout(resolve, patience);
    });
    clearTimeout(timer);
  }

  #forget(tunnel: Tunnel, localPort: number): void {
    this.#tunnels.delete(tunnel);
    this.#peers.delete(localPort);
    if (this.#tunnels.size === 0) this.#emptied?.();
  }
}

interface TunnelOptions {
  readonly connect: (receiver: Receiver) => Connection;
  readonly opened: (localPort: number) => void;
  readonly gone: (localPort: number) => void;
}

class Tunnel {
  readonly #outer: Connection;
  readonly #options: TunnelOptions;
  #inner: Connection | undefined;
  #localPort = 0;
  /** Which side has said all. */
  #outerEnded = false;
  #innerEnded = false;
  #over = false;
  /** Something was passed on since the last sweep, and how much the peer had left unread then. */
  #moved = false;
  #pending = 0;
  #quiet = 0;

  constructor(outer: Connection, options: TunnelOptions) {
    this.#outer = outer;
    this.#options = options;
  }

  begin(head: Uint8Array, rest: Uint8Array): void {
    const outer = this.#outer;
    outer.receiver = {
      received: (length) => this.#pass(length, outer, this.#inner!),
      ended: () => {
        this.#outerEnded = true;
        // What ends with a reset afterwards leaves no port in TIME-WAIT: these are not endless.
        if (!this.#innerEnded) this.#inner!.end();
        this.#finish();
      },
      drained: () => this.#inner!.read(true),
      closed: () => this.#end(),
    };
    outer.read(false);
    try {
      this.#inner = this.#options.connect({
        opened: () => this.#opened(),
        received: (length) => this.#pass(length, this.#inner!, outer),
        ended: () => {
          this.#innerEnded = true;
          this.#quiet = 0;
          outer.end();
          this.#finish();
        },
        drained: () => outer.read(true),
        closed: () => this.#end(),
      });
    } catch {
      return this.#end(); // out of descriptors or of ports
    }
    // It waits until the connection stands, and leaves after `opened`: by then it is known whose it is.
    this.#inner.send(head);
    if (rest.length > 0) this.#inner.send(rest);
  }

  sweep(): void {
    const { pending } = this.#outer;
    this.#quiet = this.#moved || pending !== this.#pending ? 0 : this.#quiet + 1;
    this.#moved = false;
    this.#pending = pending;
    if (this.#quiet > (this.#innerEnded ? ENDING_SWEEPS : IDLE_SWEEPS)) this.#end();
  }

  #opened(): void {
    this.#localPort = this.#inner!.localPort;
    this.#options.opened(this.#localPort);
    this.#outer.read(true);
  }

  #pass(length: number, from: Connection, to: Connection): void {
    this.#moved = true;
    to.send(readWindow.subarray(0, length));
    if (to.pending > QUEUE_LIMIT) from.read(false);
  }

  /** Both have said all; the peer still gets what waits for it. */
  #finish(): void {
    if (!this.#outerEnded || !this.#innerEnded || this.#over) return;
    this.#inner!.abort();
    this.#outer.close();
  }

  /** One side is gone, and with it the other. */
  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.gone(this.#localPort);
    this.#inner?.abort();
    this.#outer.abort();
  }
}
