// A way to ask: the resolver that is configured, or the system's with /etc/hosts before it. Linux's own way through nsswitch.conf, mDNS
// and search lists is not gone: files, then DNS, for whole names.

import { isIP } from "node:net";
import type { Millis } from "../../core/context.ts";
import type { Endpoint } from "../config/config.ts";
import type { Hosts } from "./hosts_file.ts";
import { Inquiries, type RandomId } from "./inquiry.ts";
import { lookUp } from "./look_up.ts";
import { type Answer, type Ask, type Kind, without } from "./question.ts";
import { ATTEMPTS, type DnsServers, socketAddress, TIMEOUT } from "./resolv_conf.ts";
import { LOOK_EVERY, type System, watchSystem } from "./system.ts";

export interface AskOptions {
  /** `undefined` = the system's resolvers and hosts. */
  readonly dns: Endpoint | undefined;
  readonly now: () => Millis;
  readonly randomId: RandomId;
  /** How long one server may take for an answer, where the system does not say. */
  readonly patience?: Millis;
  /** What the system says; its files by default. */
  readonly system?: () => System;
}

const LOOPBACK: Readonly<Record<Kind, readonly string[]>> = {
  A: ["127.0.0.1"],
  AAAA: ["::1"],
  SRV: [],
  NAPTR: [],
};

/** A way to ask `dns`. Silence, refusals and broken answers all become `failed`. */
export function asking({ dns, now, randomId, patience = TIMEOUT, system: given }: AskOptions): Ask {
  const inquiries = new Inquiries({ now, randomId });
  if (dns !== undefined) {
    const servers: DnsServers = {
      servers: [{ host: socketAddress(dns.host), port: dns.port }],
      timeout: patience,
      attempts: ATTEMPTS,
      overTcp: false,
    };
    return (kind, name) => lookUp((kind, name) => inquiries.ask({ kind, name }, servers), kind, name);
  }
  const system = given ?? watchSystem({ now });
  return async <Name extends Kind>(kind: Name, name: string) => {
    const { servers, hosts } = system();
    return known(kind, name, hosts) ??
      await lookUp((kind, name) => inquiries.ask({ kind, name }, servers), kind, name);
  };
}

/** What needs no resolver: names of this machine and of nobody (RFC 6761 sections 6.3 and 6.4), and those in the hosts file. */
function known<Name extends Kind>(kind: Name, name: string, hosts: Hosts): Answer<never> | undefined {
  const addresses = hosts.get(name);
  const isOwn = name === "localhost" || name.endsWith(".localhost");
  if (addresses === undefined && !isOwn) {
    return name === "invalid" || name.endsWith(".invalid") ? without("noName", LOOK_EVERY) : undefined;
  }
  const isAddress = kind === "A" || kind === "AAAA";
  // The hosts file knows nothing of services, DNS may.
  if (!isAddress && !isOwn) return undefined;
  const family = kind === "A" ? 4 : 6;
  const records = addresses === undefined
    ? LOOPBACK[kind]
    : isAddress
    ? addresses.filter((address) => isIP(address) === family)
    : [];
  if (records.length === 0) return without("noData", LOOK_EVERY);
  return { type: "found", records: records as never[], ttl: LOOK_EVERY };
}
