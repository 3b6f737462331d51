// The address under which others reach a listener: what Via and Contact have to say when it listens on every address.

import type { Log } from "../log.ts";

/** The address itself, or for a wildcard the first address of this machine that others can have. */
export function reachable(host: string, log: Log): string {
  if (host !== "0.0.0.0" && host !== "::") return host;
  const family = host === "::" ? "IPv6" : "IPv4";
  const loopback = host === "::" ? "::1" : "127.0.0.1";
  try {
    const outside = Deno.networkInterfaces().filter(({ address }) => !/^(127\.|::1$|fe80:)/i.test(address));
    const found = outside.find((each) => each.family === family) ?? outside[0];
    if (found !== undefined) return found.address;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
  log.warn({ host }, `No outside address is known: SIP peers are told ${loopback}`);
  return loopback;
}
