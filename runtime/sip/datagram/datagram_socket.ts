// What SIP over UDP needs of a socket, whichever way it moves its datagrams.

import type { Arrival } from "../../../core/sip/arrival.ts";
import type { Inputs } from "../../input.ts";

/** Datagrams that may wait for the operating system; what comes on top is lost, as in a full socket buffer. */
export const QUEUE_LIMIT = 10_000;
/** The same in bytes. */
export const QUEUE_BYTES_LIMIT = 64 * 1024 * 1024;

export interface Datagram {
  /** Valid until the socket is flushed. */
  readonly bytes: Uint8Array;
  readonly host: string;
  readonly port: number;
  /** "" = nobody is told of a failure. */
  readonly transaction: string;
}

/** Datagrams since the start. */
export interface DatagramCounts {
  /** With those that are no messages. */
  readonly received: number;
  /** Found our queue full. */
  readonly lost: number;
  /** Refused by the operating system, or on their way. */
  readonly failures: number;
  /** Found the operating system's receive buffer full, as far as it can be told. */
  readonly dropped: number;
}

export interface DatagramSocket {
  readonly host: string;
  readonly port: number;
  /** `batched` = many datagrams in one call, `plain` = one by one. */
  readonly kind: "batched" | "plain";
  readonly counts: DatagramCounts;
  /** Datagrams that have not left. */
  readonly pending: number;
  /** Takes a datagram; it leaves, in its order, when the socket is flushed or before. */
  send(datagram: Datagram): void;
  flush(): void;
  /** Delivers what comes until the socket is closed; strays and what came from port 0 are passed over. */
  receive(inputs: Inputs): void;
  close(): void;
}

/** What a socket tells while it is open. */
export interface SocketEvents {
  readonly onFailure: (transaction: string) => void;
  /** A message has come: where an answer has to leave from. */
  readonly onArrival: (arrival: Arrival) => void;
}
