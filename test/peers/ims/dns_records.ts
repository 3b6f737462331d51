// What the DNS server of ims.test knows, as dnsmasq's options: NAPTR (UDP first, then TCP) to SRV to A.

import { HOSTS, type Network } from "./network.ts";
import { DOMAIN } from "./users.ts";

/** Names with services, and the hosts behind them in order of priority. */
const SERVICES = {
  [DOMAIN]: ["icscf", "dead"],
  [`failover.${DOMAIN}`]: ["dead", "icscf"],
  [`slow.${DOMAIN}`]: ["sink", "icscf"],
  [`pcscf.${DOMAIN}`]: ["pcscf"],
} as const;

export function dnsRecords(network: Network): string[] {
  const hosts = Object.entries(HOSTS).map(([name, host]) =>
    `--host-record=${name}.${DOMAIN},${network.host(host)}`
  );
  const services = Object.entries(SERVICES).flatMap(([name, targets]) =>
    (["udp", "tcp"] as const).flatMap((transport, order) => {
      const service = `_sip._${transport}.${name}`;
      const kind = transport === "udp" ? "SIP+D2U" : "SIP+D2T";
      return [
        `--naptr-record=${name},${10 * (order + 1)},50,s,${kind},,${service}`,
        ...targets.map((target, priority) =>
          `--srv-host=${service},${target}.${DOMAIN},5060,${10 * (priority + 1)},100`
        ),
      ];
    })
  );
  return [`--local=/${DOMAIN}/`, "--local-ttl=60", ...hosts, ...services];
}
