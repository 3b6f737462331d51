// /etc/hosts, hosts(5): an address, then its names.

import { isIP } from "node:net";
import { plainName } from "./domain_name.ts";

const NAME_LIMIT = 20_000;
const ADDRESS_LIMIT = 16;

/** Addresses by name, in the order of the lines. */
export type Hosts = ReadonlyMap<string, readonly string[]>;

/** Lines that cannot be read say nothing. */
export function readHosts(text: string): Hosts {
  const hosts = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names.map(plainName)) {
      const known = hosts.get(name);
      if (known === undefined && hosts.size < NAME_LIMIT) hosts.set(name, [address]);
      else if (known !== undefined && known.length < ADDRESS_LIMIT && !known.includes(address)) {
        known.push(address);
      }
    }
  }
  return hosts;
}
