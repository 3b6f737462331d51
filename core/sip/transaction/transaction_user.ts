// What transactions tell their user (RFC 3261 section 5: the layer above).

import type { ClientTransaction } from "./client_transaction.ts";
import type { ServerTransaction } from "./server_transaction.ts";

/** The user agent, as the transactions see it. Each call is the last thing a transaction does for its input. */
export interface TransactionUser {
  /** A request that opened a server transaction (never ACK, never a faulty one). It is in the window. */
  request(transaction: ServerTransaction): void;
  /** An ACK that belongs to no INVITE transaction's failure: for a 2xx. In the window. */
  ack(): void;
  /**
   * A response to a client transaction, in the window: each 1xx, each 2xx to INVITE also when repeated or forked, one final
   * response otherwise. Those to a CANCEL are not told: the INVITE's own final response says what came of it.
   */
  response(transaction: ClientTransaction): void;
  /** A 2xx to an INVITE whose transaction is gone (RFC 3261 section 13.2.2.4). In the window. */
  strayResponse(): void;
  /**
   * timeout: timer B or F, no final response 64·T1 after a CANCEL, or timer H (no ACK to our failure). transport: the transport said it
   * cannot; it may come after a final response whose ACK, or from a server transaction whose response, could not be sent.
   */
  failed(transaction: ClientTransaction | ServerTransaction, cause: "timeout" | "transport"): void;
}
