// What our own sockets can reach: which IP versions names are to be resolved to, and over which transports.

import { isIP } from "node:net";
import type { Config } from "../config/config.ts";
import type { Spoken } from "./services.ts";

/**
 * IP versions that the SIP listeners can send to, that of the first listener first: an address of another would only cost the time to fail. A name
 * may stand for either, and the unspecified IPv6 address takes both.
 */
export function familiesOf({ sip }: Pick<Config, "sip">): (4 | 6)[] {
  const families = sip.flatMap(({ host }): (4 | 6)[] => {
    if (host === "::") return [6, 4];
    const family = isIP(host);
    return family === 0 ? [4, 6] : [family as 4 | 6];
  });
  return [...new Set(families)];
}

/** UDP and TLS where there is a listener; TCP connections can always be opened. */
export function transportsOf({ sip }: Pick<Config, "sip">): Spoken[] {
  const listening = new Set<string>(sip.map(({ transport }) => transport));
  return (["udp", "tcp", "tls"] as const).filter((one) => one === "tcp" || listening.has(one));
}
