// The addresses under which others reach a listener: what Via and Contact have to say when it listens on every address.

import type { Log } from "../log.ts";

/**
 * The address itself; for a wildcard the first address of this machine that others can have. That of IPv6 takes both versions, so it has one of each where
 * there are such, its own first.
 */
export function reachable(host: string, log: Log): readonly string[] {
  if (host !== "0.0.0.0" && host !== "::") return [host];
  const families = host === "::" ? ["IPv6", "IPv4"] : ["IPv4"];
  try {
    const outside = Deno.networkInterfaces().filter(({ address }) => !/^(127\.|::1$|fe80:)/i.test(address));
    const found = families.flatMap((family) => outside.find((each) => each.family === family) ?? []);
    if (found.length > 0) return found.map(({ address }) => address);
    if (outside.length > 0) return [outside[0]!.address];
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
  const loopback = host === "::" ? ["::1", "127.0.0.1"] : ["127.0.0.1"];
  log.warn({ host }, `No outside address is known: SIP peers are told ${loopback.join(" and ")}`);
  return loopback;
}
