// The services that RFC 3263 section 4.1 and RFC 7118 section 7 name, and where the SRV records of each are.

import type { ResolveTarget } from "../../core/output.ts";
import { isName } from "./domain_name.ts";
import type { Naptr } from "./question.ts";

/** What we can begin to speak to somebody over. Nobody connects to a WebSocket client, and we are none. */
export type Spoken = "udp" | "tcp" | "tls";

/** Where the SRV records of one transport are. */
export interface Service {
  readonly transport: Spoken;
  readonly name: string;
}

const NAPTR_LIMIT = 8;

/** By NAPTR service; undefined = one that is known and not for us. */
const SERVICES: ReadonlyMap<string, Spoken | undefined> = new Map([
  ["SIP+D2U", "udp"],
  ["SIP+D2T", "tcp"],
  ["SIPS+D2T", "tls"],
  ["SIP+D2W", undefined],
  ["SIPS+D2W", undefined],
]);

/** Without NAPTR, by the name below which SRV records are, in the order we like them. */
const SRV_LABELS: Readonly<Record<Spoken, string>> = {
  udp: "_sip._udp",
  tcp: "_sip._tcp",
  tls: "_sips._tcp",
};

/** The services of a host that it names itself, those that will do, in its order (order before preference). */
export function namedServices(records: readonly Naptr[], wanted: readonly Spoken[]): Service[] {
  return records.filter(isTerminal)
    .sort((a, b) => a.order - b.order || a.preference - b.preference)
    .flatMap(({ services, replacement }) => {
      const transport = SERVICES.get(services.toUpperCase());
      return transport !== undefined && wanted.includes(transport) ? [{ transport, name: replacement }] : [];
    })
    .slice(0, NAPTR_LIMIT);
}

/** The services of a host that names none, in the order in which we like them; those of TLS only where nothing else will do. */
export function usualServices(host: string, wanted: readonly Spoken[]): Service[] {
  const open = wanted.filter((transport) => transport !== "tls");
  const asked = open.length > 0 ? open : wanted;
  return asked.map((transport) => ({ transport, name: `${SRV_LABELS[transport]}.${host}` }));
}

/**
 * The transports that will do for a target, the usual one first: for sips TLS alone, for sip what its URI names, or else whatever
 * `speaks` has: TLS then, too, when its NAPTR records ask for that.
 */
export function wantedBy({ transport, secure }: ResolveTarget, speaks: readonly Spoken[]): readonly Spoken[] {
  const usual = (["udp", "tcp", "tls"] as const).filter((one) => speaks.includes(one));
  if (secure) return transport === "udp" ? [] : usual.filter((one) => one === "tls");
  return transport === undefined ? usual : usual.filter((one) => one === transport);
}

export function defaultPort(transport: Spoken): number {
  return transport === "tls" ? 5061 : 5060;
}

/** A record that leads to SRV records. Others, a rule to rewrite with too, lead where RFC 3263 does not go. */
function isTerminal({ flags, regexp, replacement }: Naptr): boolean {
  return flags.toLowerCase() === "s" && regexp === "" && isName(replacement);
}
