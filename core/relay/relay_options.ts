// What a relay is made of: its configuration, and the runtime's storage.

import type { Millis } from "../context.ts";
import type { Algorithm } from "../location/hash.ts";
import type { RoapSession } from "../roap/session.ts";
import type { Listener } from "../sip/addresses.ts";
import type { ClientRequest } from "../sip/client_request.ts";
import type { ClientTransaction } from "../sip/client_transaction.ts";
import type { SipLeg } from "../sip/leg.ts";
import type { ServerTransaction } from "../sip/server_transaction.ts";
import type { ShardsConfig } from "../sip/shard.ts";
import type { Table } from "../table.ts";
import type { Call } from "./call.ts";
import type { Feed } from "./feed.ts";

export interface RelayConfig {
  /** The domain whose users the relay serves. */
  readonly domain: string;
  /** Our SIP listeners, with the addresses and ports under which others reach them. */
  readonly listeners: readonly Listener[];
  /** SIP phone accounts: name → password. */
  readonly accounts: ReadonlyMap<string, string>;
  /** Name or SIP URI of the IMS: where targets outside the domain go. */
  readonly ims: string | undefined;
  /** How long an address may say nothing at all before the next one is tried, where there is one; absent or 0 = as long as timers B and F. */
  readonly failover?: Millis | undefined;
  /** Of digest authentication, the preferred one first. */
  readonly digest?: readonly Algorithm[];
  /** Absent: this is the only one. */
  readonly shards?: ShardsConfig | undefined;
}

/** The runtime's storage, each table with its limit. */
export interface RelayTables {
  readonly feeds: Table<Feed, number>;
  readonly sessions: Table<RoapSession, number>;
  readonly calls: Table<Call, number>;
  readonly legs: Table<SipLeg>;
  readonly clients: Table<ClientTransaction>;
  readonly servers: Table<ServerTransaction>;
  readonly queries: Table<ClientRequest, number>;
}
