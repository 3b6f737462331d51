// Which IP versions names are to be resolved to.

import { isIP } from "node:net";
import type { Config } from "../config/config.ts";

/** IP versions that the SIP listeners can send to: an address of the other would only cost the time to fail. */
export function familiesOf({ sip }: Pick<Config, "sip">): (4 | 6)[] {
  const speaks = (family: number) =>
    // A name may stand for either, and the unspecified IPv6 address takes both.
    sip.some(({ host }) => isIP(host) === family || isIP(host) === 0 || host === "::");
  return ([4, 6] as const).filter(speaks);
}
