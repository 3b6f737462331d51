// The relay's tables, which the runtime stores: each with its limit.

import type { RoapSession } from "../roap/session.ts";
import type { ClientRequest } from "../sip/client_request.ts";
import type { ClientTransaction } from "../sip/client_transaction.ts";
import type { SipLeg } from "../sip/leg.ts";
import type { ServerTransaction } from "../sip/server_transaction.ts";
import type { Table } from "../table.ts";
import type { Call } from "./call.ts";
import type { Exchange } from "./exchange.ts";
import type { Feed } from "./feed.ts";
import type { Transfer } from "./transfer.ts";

export interface RelayTables {
  readonly feeds: Table<Feed, number>;
  readonly sessions: Table<RoapSession, number>;
  readonly calls: Table<Call, number>;
  readonly legs: Table<SipLeg>;
  readonly clients: Table<ClientTransaction>;
  readonly servers: Table<ServerTransaction>;
  readonly queries: Table<ClientRequest, number>;
  readonly exchanges: Table<Exchange, number>;
  readonly transfers: Table<Transfer, number>;
}
