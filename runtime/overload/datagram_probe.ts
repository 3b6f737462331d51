// A datagram to our own SIP socket: it queues up behind the peers' and comes back as an input.

import type { Millis } from "../../core/context.ts";
import type { Arrival } from "../../core/sip/arrival.ts";
import type { Endpoint } from "../config/config.ts";
import { type Probe, Waiting } from "./probe.ts";

/** Under way at once. One alone would tell nothing for long whenever it is lost in a full queue. */
const UNDER_WAY = 50;
/** A letter first: line breaks and zeros alone would be a keep-alive, which the transport drops. */
const LETTER = "p".charCodeAt(0);

export class DatagramProbe implements Probe {
  readonly #listener: Endpoint;
  readonly #now: () => Millis;
  readonly #waiting = new Waiting(UNDER_WAY);
  #socket: Deno.DatagramConn | undefined;
  #host = "";
  #port = 0;
  #closed = false;

  constructor(listener: Endpoint, now: () => Millis) {
    this.#listener = listener;
    this.#now = now;
  }

  /** Whether a datagram from there is one of them. */
  sends({ port, host }: Arrival): boolean {
    return port === this.#port && host === this.#host;
  }

  /** One of them has come back. */
  returned(bytes: Uint8Array): void {
    this.#waiting.end(numberIn(bytes), this.#now());
  }

  send(now: Millis): void {
    if (this.#closed) return;
    try {
      this.#socket ??= this.#open();
      const { port } = this.#listener;
      const bytes = new Uint8Array([LETTER, 0, 0, 0, 0]);
      new DataView(bytes.buffer).setUint32(1, this.#waiting.begin(now));
      this.#socket.send(bytes, { transport: "udp", hostname: this.#host, port }).catch(() => this.#break());
    } catch {
      this.#break(); // no descriptor is left, say: the other probes tell what they can
    }
  }

  delay(now: Millis): Millis {
    return this.#waiting.delay(now);
  }

  close(): void {
    this.#closed = true;
    this.#break();
  }

  #open(): Deno.DatagramConn {
    const hostname = localHost(this.#listener.host);
    const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    const address = socket.addr as Deno.NetAddr;
    this.#host = address.hostname;
    this.#port = address.port;
    return socket;
  }

  #break(): void {
    this.#waiting.forget();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#port = 0;
    try {
      socket?.close();
    } catch {
      // Closed already.
    }
  }
}

function numberIn(bytes: Uint8Array): number {
  return bytes.length === 5 ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(1) : 0;
}

/** Where a listener is reached from its own machine. */
export function localHost(host: string): string {
  return host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
}
