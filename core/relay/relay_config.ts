// What the relay is told of itself and its surroundings, and what it is lent.

import type { Admission } from "../admission.ts";
import type { Millis, Random } from "../context.ts";
import type { Algorithm, BlockCipher, Hash } from "../hash.ts";
import type { RegInfoReader } from "../ims/reg_info.ts";
import type { RoapSession } from "../roap/session.ts";
import type { Listener } from "../sip/addresses.ts";
import type { ClientRequest } from "../sip/client_request.ts";
import type { ClientTransaction } from "../sip/transaction/client_transaction.ts";
import type { SipLeg } from "../sip/session/leg.ts";
import type { ServerTransaction } from "../sip/transaction/server_transaction.ts";
import type { SessionPolicy } from "../sip/session/session_policy.ts";
import type { ShardsConfig } from "../sip/shard.ts";
import type { Table } from "../table.ts";
import type { Call } from "./call.ts";
import type { Exchange } from "./exchange.ts";
import type { Feed } from "./feed.ts";
import type { ImsClientConfig } from "./identities.ts";
import type { Transfer } from "./transfer.ts";

export interface RelayConfig {
  /** The domain whose users the relay serves. */
  readonly domain: string;
  /** Our SIP listeners, with the addresses and ports under which others reach them. */
  readonly listeners: readonly Listener[];
  /** SIP phone accounts: name → password. */
  readonly accounts: ReadonlyMap<string, string>;
  /** Name or SIP URI of the IMS: where targets outside the domain go. */
  readonly ims: string | undefined;
  /** Whom we register at the IMS. Absent: nobody. */
  readonly client?: ImsClientConfig | undefined;
  /** We are our own edge proxy of the IMS, within its trust; else a client of the proxy that `ims` names. */
  readonly isEdge?: boolean;
  /** Value of P-Access-Network-Info in requests to the IMS, absent = none. */
  readonly accessNetwork?: string | undefined;
  /** Whether a SIP peer at an address is believed in what it asserts (RFC 3325). Absent: none is. */
  readonly trusts?: ((host: string) => boolean) | undefined;
  /** Whether a SIP peer at an address is heard at all. Absent: all are. */
  readonly hears?: ((host: string) => boolean) | undefined;
  /** How long an address may say nothing at all before the next one is tried, where there is one; absent or 0 = as long as timers B and F. */
  readonly failover?: Millis | undefined;
  /** The session timers of calls (RFC 4028). Absent: none is asked for, and what peers ask for is granted. */
  readonly session?: SessionPolicy | undefined;
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
  readonly exchanges: Table<Exchange, number>;
  readonly transfers: Table<Transfer, number>;
}

/** What the relay is made with. */
export interface RelayOptions {
  readonly config: RelayConfig;
  readonly tables: RelayTables;
  readonly random: Random;
  readonly hash: Hash;
  /** For AKA, and for the reg event package: only where identities are registered at an IMS. */
  readonly cipher?: BlockCipher;
  readonly readRegInfo?: RegInfoReader;
  readonly now: Millis;
  readonly admission?: Admission;
}
