// What the relay is told at its beginning.

import type { Algorithm } from "../location/hash.ts";
import type { Listener } from "../sip/addresses.ts";
import type { ShardsConfig } from "../sip/shard.ts";

export interface RelayConfig {
  /** The domain whose users the relay serves. */
  readonly domain: string;
  /** Our SIP listeners, with the addresses and ports under which others reach them. */
  readonly listeners: readonly Listener[];
  /** SIP phone accounts: name → password. */
  readonly accounts: ReadonlyMap<string, string>;
  /** Name or SIP URI of the IMS: where targets outside the domain go. */
  readonly ims: string | undefined;
  /** Of digest authentication, the preferred one first. */
  readonly digest?: readonly Algorithm[];
  /** Absent: this is the only one. */
  readonly shards?: ShardsConfig | undefined;
}
