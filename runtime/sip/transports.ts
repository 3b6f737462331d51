// All SIP transports behind one sender: the hop says which.

import type { Hop } from "../../core/hop.ts";
import type { SipListener } from "../config/config.ts";
import type { Inputs } from "../input.ts";
import type { Log } from "../log.ts";
import type { Native } from "../net/native.ts";
import type { Tls } from "../tls/tls.ts";
import { hostPort } from "./address.ts";
import { datagramCalls } from "./datagram/libc.ts";
import type { FlowNumbers } from "../flow_numbers.ts";
import type { FlowSender } from "./flow_sender.ts";
import type { SipSender } from "./sip_sender.ts";
import { HELD_LIMIT, StreamTransport } from "./stream_transport.ts";
import { TCP } from "./tcp.ts";
import { TlsStreams } from "./tls.ts";
import { UdpTransport } from "./udp.ts";
import { WebSocketTransport } from "./web_socket.ts";

export class SipTransports implements SipSender {
  readonly udp: UdpTransport;
  readonly tcp: StreamTransport;
  readonly tls: StreamTransport;
  readonly ws: WebSocketTransport;

  constructor(
    { log, bufferBytes, native, tls, webSockets, numbers }: {
      log: Log;
      bufferBytes: number;
      native: Native | undefined;
      tls: Tls;
      webSockets: FlowSender;
      numbers: FlowNumbers;
    },
  ) {
    const batches = native === undefined ? undefined : { native, calls: datagramCalls(native.libc) };
    this.udp = new UdpTransport({ log, batches, bufferBytes });
    const shared = { log, numbers, held: { limit: HELD_LIMIT, waiting: 0, begun: 0 } };
    this.tcp = new StreamTransport({ kind: TCP, ...shared });
    this.tls = new StreamTransport({ kind: new TlsStreams(tls), ...shared });
    this.ws = new WebSocketTransport(webSockets);
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
    this.tls.start(inputs);
    this.ws.start(inputs);
  }

  /** @throws Error for a loop hop: that never reaches a socket. */
  send(message: { readonly hop: Hop; readonly bytes: Uint8Array; readonly transaction: string }): void {
    const { transport } = message.hop;
    switch (transport) {
      case "udp":
      case "tcp":
      case "tls":
        return this[transport].send(message);
      case "ws":
      case "wss":
        return this.ws.send(message);
      case "loop":
        throw new Error("A loop hop has no socket");
    }
  }

  flush(): void {
    this.udp.flush();
  }

  /** Resolves when everything has been handed to the operating system, or after `patience` milliseconds. */
  async drained(patience: number): Promise<void> {
    const end = performance.now() + patience;
    while (this.udp.pending + this.tcp.pending + this.tls.pending > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  close(): void {
    this.udp.close();
    this.tcp.close();
    this.tls.close();
  }
}
