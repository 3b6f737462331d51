// SIP over WebSockets (RFC 7118): a transport that only answers doors. Whom no flow reaches any more nobody does.

import type { Hop } from "../../core/hop.ts";
import type { Inputs } from "../input.ts";
import type { FlowSender } from "./flow_sender.ts";

export class WebSocketTransport {
  readonly #flows: FlowSender;
  #inputs: Inputs | undefined;

  constructor(flows: FlowSender) {
    this.#flows = flows;
  }

  start(inputs: Inputs): void {
    this.#inputs = inputs;
  }

  /** `bytes` are valid until it returns. */
  send({ hop, bytes, transaction }: { hop: Hop; bytes: Uint8Array; transaction: string }): void {
    if (this.#flows.sendMessage(hop.flow, bytes) || transaction === "") return;
    this.#inputs?.deliver({ type: "transportFailed", transaction });
  }
}
