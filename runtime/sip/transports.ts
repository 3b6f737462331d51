// All SIP transports behind one sender: the hop says which.

import type { Hop } from "../../core/hop.ts";
import type { Inputs } from "../input.ts";
import type { Log, SipSender } from "../loop.ts";
import { TcpTransport } from "./tcp.ts";
import { UdpTransport } from "./udp.ts";

export interface SipListener {
  readonly transport: "udp" | "tcp";
  readonly host: string;
  readonly port: number;
}

export class SipTransports implements SipSender {
  readonly udp: UdpTransport;
  readonly tcp: TcpTransport;

  constructor({ log }: { log: Log }) {
    this.udp = new UdpTransport({ log });
    this.tcp = new TcpTransport({ log });
  }

  /**
   * Binds a listener and answers with its real port.
   *
   * @throws ListenError
   */
  listen(listener: SipListener): SipListener {
    return { transport: listener.transport, ...this[listener.transport].listen(listener) };
  }

  start(inputs: Inputs): void {
    this.udp.start(inputs);
    this.tcp.start(inputs);
  }

  /** @throws Error for a loop hop: that never reaches a socket. */
  send(message: { readonly hop: Hop; readonly bytes: Uint8Array; readonly transaction: string }): void {
    const { transport } = message.hop;
    if (transport === "loop") throw new Error("A loop hop has no socket");
    this[transport].send(message);
  }

  close(): void {
    this.udp.close();
    this.tcp.close();
  }
}
