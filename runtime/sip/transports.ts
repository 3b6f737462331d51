// All SIP transports behind one sender: the hop says which.

import type { Hop } from "../../core/hop.ts";
import type { SipListener } from "../config/config.ts";
import type { Inputs } from "../input.ts";
import type { Log } from "../log.ts";
import type { Native } from "../net/native.ts";
import { hostPort } from "./address.ts";
import { datagramCalls } from "./datagram/libc.ts";
import type { SipSender } from "./sip_sender.ts";
import { TcpTransport } from "./tcp.ts";
import { UdpTransport } from "./udp.ts";

export class SipTransports implements SipSender {
  readonly udp: UdpTransport;
  readonly tcp: TcpTransport;

  constructor({ log, bufferBytes, native }: { log: Log; bufferBytes: number; native: Native | undefined }) {
    const batches = native === undefined ? undefined : { native, calls: datagramCalls(native.libc) };
    this.udp = new UdpTransport({ log, batches, bufferBytes });
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

  /** A listener as the operator reads it: `udp:127.0.0.1:5060 (batched)`. */
  describe({ transport, host, port }: SipListener): string {
    const address = `${transport}:${hostPort(host, port)}`;
    return transport === "udp" ? `${address} (${this.udp.kindOf({ host, port })})` : address;
  }

  start(inputs: Inputs): void {
    this.udp.start(inputs);
    this.tcp.start(inputs);
  }

  /** @throws Error for a loop hop: that never reaches a socket. */
  send(message: { readonly hop: Hop; readonly bytes: Uint8Array; readonly transaction: string }): void {
    const { transport } = message.hop;
    if (transport !== "udp" && transport !== "tcp") throw new Error(`A ${transport} hop has no socket`);
    this[transport].send(message);
  }

  flush(): void {
    this.udp.flush();
  }

  /** Resolves when everything has been handed to the operating system, or after `patience` milliseconds. */
  async drained(patience: number): Promise<void> {
    const end = performance.now() + patience;
    while (this.udp.pending + this.tcp.pending > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  close(): void {
    this.udp.close();
    this.tcp.close();
  }
}
