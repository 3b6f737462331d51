// The relay next door to the test core: a network of its own, relay.ims.test, to which the S-CSCF routes.

import { text } from "../ports.ts";
import { type Relay, startRelay } from "../relay.ts";
import type { Ims } from "./ims.ts";

export const RELAY_DOMAIN = "relay.ims.test";

export interface RelayAtImsOptions {
  /**
   * What leads to the core: ims.test unless said otherwise; failover.ims.test, slow.ims.test or pcscf.ims.test; or a phone's contact, past
   * the core.
   */
  readonly entry?: string;
  /** Further options of the relay. */
  readonly args?: readonly string[];
}

/** Starts a relay at the address that the core knows as relay.ims.test. One at a time for each core. */
export async function startRelayAtIms(ims: Ims, options: RelayAtImsOptions = {}): Promise<Relay> {
  const { entry = ims.domain, args = [] } = options;
  const own = text(ims.address("relay"));
  return await startRelay([
    ...["--sip", `udp:${own}`, "--sip", `tcp:${own}`],
    ...["--domain", RELAY_DOMAIN, "--ims", entry, "--dns", ims.dns.address],
    ...args,
  ]);
}
