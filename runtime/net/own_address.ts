// Which address a name of this machine's own stands for.

import { isIP } from "node:net";

/**
 * An IP address to listen on. A name is for Deno to find out.
 *
 * @throws Error of the operating system
 */
export function ownAddress(host: string): string {
  if (isIP(host) !== 0) return host;
  const probe = Deno.listen({ hostname: host, port: 0 });
  probe.close();
  return probe.addr.hostname;
}
