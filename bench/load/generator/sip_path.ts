// How a caller's SIP leaves: in datagrams, which may be lost, or over a WebSocket (RFC 7118).

import type { Calls } from "./calls.ts";
import type { DatagramSender, TextSender } from "./sender.ts";

export interface SipPath {
  /** What stands in Via: UDP or WS. */
  readonly transport: string;
  /** Nothing is lost on the way: no retransmissions. */
  readonly isReliable: boolean;
  reserve(): number;
  commit(call: number, length: number): void;
}

export class UdpPath implements SipPath {
  readonly transport = "UDP";
  readonly isReliable = false;
  readonly #udp: DatagramSender;
  readonly #calls: Calls;

  constructor(udp: DatagramSender, calls: Calls) {
    this.#udp = udp;
    this.#calls = calls;
  }

  reserve(): number {
    return this.#udp.reserve();
  }

  commit(call: number, length: number): void {
    this.#udp.commit(length, this.#calls.nearHost[call]!, this.#calls.nearPort[call]!);
  }
}

export class WebSocketPath implements SipPath {
  readonly transport = "WS";
  readonly isReliable = true;
  readonly #streams: TextSender;
  readonly #calls: Calls;

  constructor(streams: TextSender, calls: Calls) {
    this.#streams = streams;
    this.#calls = calls;
  }

  reserve(): number {
    return this.#streams.reserve();
  }

  commit(call: number, length: number): void {
    this.#streams.commit(this.#calls.stream[call]!, length);
  }
}
