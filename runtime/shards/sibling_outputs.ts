// What core has to say to other shards: handed over, or, when that cannot be, turned into what comes of it here.

import { type Hop, isWebSocket } from "../../core/hop.ts";
import type { PeerMessage } from "../../core/peer_message.ts";
import type { Input } from "../input.ts";
import type { SipSender } from "../sip/sip_sender.ts";

/** The other shards. `bytes` are valid until a call returns. */
export interface Siblings {
  /** A message for the sibling that its hop names. */
  send(message: {
    readonly hop: Hop;
    readonly bytes: Uint8Array;
    readonly transaction: string;
  }): "sent" | "full" | "gone";
  /** False: it cannot be taken now. */
  forward(message: { readonly shard: number; readonly source: Hop; readonly bytes: Uint8Array }): boolean;
  announce(message: PeerMessage): void;
  /** Calls back once every sibling has told what it knew at this moment, or takes too long. False: too many wait for that. */
  settle(done: () => void): boolean;
  /** Something could not leave: true when its transaction is a sibling's, who is told. */
  failed(transaction: string): boolean;
}

export interface SiblingOutputsOptions {
  /** Absent: there are none. */
  readonly siblings: Siblings | undefined;
  readonly sip: SipSender;
  /** Takes an input that follows the one that is worked on. */
  readonly queue: (input: Input) => unknown;
  /** Takes an input later on. */
  readonly deliver: (input: Input) => void;
}

export class SiblingOutputs {
  readonly #siblings: Siblings | undefined;
  readonly #sip: SipSender;
  readonly #queue: (input: Input) => unknown;
  readonly #deliver: (input: Input) => void;

  constructor({ siblings, sip, queue, deliver }: SiblingOutputsOptions) {
    this.#siblings = siblings;
    this.#sip = sip;
    this.#queue = queue;
    this.#deliver = deliver;
  }

  /** What a sibling that is gone would have sent leaves from our own sockets. */
  send(message: { hop: Hop; bytes: Uint8Array; transaction: string }): void {
    const outcome = this.#siblings?.send(message) ?? "gone";
    if (outcome === "sent") return;
    const { transport, host, port } = message.hop;
    if (outcome === "gone" && transport !== "loop" && !isWebSocket(transport)) {
      return this.#sip.send({ ...message, hop: { transport, host, port, flow: 0 } });
    }
    const { transaction } = message;
    if (transaction !== "") this.#queue({ type: "transportFailed", transaction });
  }

  forward(message: { shard: number; source: Hop; bytes: Uint8Array }): void {
    if (this.#siblings?.forward(message) === true) return;
    const arrival = { ...message.source, localPort: 0 };
    this.#queue({ type: "unforwarded", arrival, bytes: message.bytes.slice() });
  }

  announce(message: PeerMessage): void {
    this.#siblings?.announce(message);
  }

  /** A message that comes again once the siblings have been heard. */
  again({ from, bytes }: { from: Hop; bytes: Uint8Array }): void {
    this.#settle({ type: "sip", arrival: { ...from, localPort: 0 }, bytes: bytes.slice(), settled: true });
  }

  /** `bytes` are the caller's no more. */
  textAgain(feed: number, bytes: Uint8Array): void {
    this.#settle({ type: "roap", feed, length: bytes.length, bytes, settled: true });
  }

  /** Whether it is a sibling's transaction that failed: it is told. */
  failed(transaction: string): boolean {
    return this.#siblings?.failed(transaction) === true;
  }

  #settle(input: Input): void {
    if (this.#siblings?.settle(() => this.#deliver(input)) !== true) this.#queue(input);
  }
}
