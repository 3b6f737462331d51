// Names of a test's phones: NAPTR to SRV to A, served by dnsmasq.

import { type Dnsmasq, startDnsmasq } from "../dnsmasq.ts";
import type { Address } from "./relay.ts";
import type { Way } from "./ports.ts";

/** What the name's services are, the liked one first: a transport and the addresses behind it in order of priority. */
export type Service = readonly [transport: Way, ...targets: Address[]];

const NAPTR_SERVICE = { udp: "SIP+D2U", tcp: "SIP+D2T", tls: "SIPS+D2T" } as const;

export async function startDns(name: string, services: readonly Service[]): Promise<Dnsmasq> {
  const records: string[] = [`--local=/${name.slice(name.lastIndexOf(".") + 1)}/`];
  services.forEach(([transport, ...targets], order) => {
    const srv = serviceOf(transport, name);
    records.push(`--naptr-record=${name},${10 * (order + 1)},50,s,${NAPTR_SERVICE[transport]},,${srv}`);
    targets.forEach(({ host, port }, priority) => {
      const target = `${transport}${priority}.${name}`;
      records.push(`--srv-host=${srv},${target},${port},${10 * (priority + 1)}`);
      records.push(`--host-record=${target},${host}`);
    });
  });
  return await startDnsmasq(records);
}

/** Where the SRV records of a name are (RFC 3263 section 4.1). */
export function serviceOf(transport: Way, name: string): string {
  return transport === "tls" ? `_sips._tcp.${name}` : `_sip._${transport}.${name}`;
}
