// RFC 3263 section 4: from a SIP URI's host to the addresses to try, in order.
//
//   IP address ─────────────────────────────────────────────────────► itself
//   port given ──────────────────────────────────────────► A, AAAA ──► hops
//   transport given ──────────────► SRV of it ──┬─ none ─► A, AAAA ──► hops
//   neither ─► NAPTR ─┬─ SRV of each ───────────┤
//                     └─ none: SRV of udp, tcp ─┴─ targets' A, AAAA ─► hops

import { isIP } from "node:net";
import type { Millis } from "../../core/context.ts";
import type { Hop } from "../../core/hop.ts";
import type { ResolveTarget } from "../../core/output.ts";
import { asking, type AskOptions } from "./ask.ts";
import { DeadHops } from "./dead_hops.ts";
import type { Ask, Naptr } from "./question.ts";
import { shared } from "./shared.ts";
import { type Chance, srvOrder } from "./srv_order.ts";

const DEFAULT_PORT = 5060;
const TLS_PORT = 5061;
const NAPTR_LIMIT = 8;
const SRV_LIMIT = 32;
const ADDRESS_LIMIT = 16;
const HOP_LIMIT = 64;

/** The transports we speak, in the order we like them, and their NAPTR services (RFC 3263 section 4.1). */
const TRANSPORTS = ["udp", "tcp"] as const;
const SERVICES: Readonly<Record<string, "udp" | "tcp">> = { "SIP+D2U": "udp", "SIP+D2T": "tcp" };

type Speakable = (typeof TRANSPORTS)[number] | "tls";

/** Where the SRV records of one transport are. */
interface Service {
  readonly transport: Speakable;
  readonly name: string;
}

export class Resolver {
  readonly #ask: Ask;
  readonly #chance: Chance;
  readonly #dead: DeadHops;

  constructor({ ask, chance, now }: { ask: Ask; chance: Chance; now: () => Millis }) {
    this.#ask = ask;
    this.#chance = chance;
    this.#dead = new DeadHops({ now });
  }

  /** The addresses to try, in order; none when nothing is to be had. Never rejects. */
  async resolve(target: ResolveTarget): Promise<readonly Hop[]> {
    const hops = await this.#hops(target);
    return this.#dead.last(distinct(hops).slice(0, HOP_LIMIT));
  }

  /** The address did not answer: for half a minute it comes last wherever it comes up. */
  dead(hop: Hop): void {
    this.#dead.add(hop);
  }

  async #hops(target: ResolveTarget): Promise<Hop[]> {
    const { port, transport } = target;
    if (transport === "loop" || transport === "ws" || transport === "wss") return [];
    const host = target.host.toLowerCase().replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
    const plain = {
      transport: transport ?? "udp",
      port: port || (transport === "tls" ? TLS_PORT : DEFAULT_PORT),
    } as const;
    if (isIP(host) !== 0) return [{ ...plain, host, flow: 0 }];
    if (!isName(host)) return [];
    if (port !== 0) return await this.#addressed({ ...plain, name: host });
    const named = transport === undefined ? await this.#named(host) : [];
    const services = named.length > 0
      ? named
      : transport === undefined
      ? TRANSPORTS.map((transport) => srvName(transport, host))
      : [srvName(transport, host)];
    const found = await Promise.all(services.map((service) => this.#served(service)));
    const served = found.filter((hops) => hops !== undefined);
    // Some SRV, even one that only says that the service is not there, keeps the plain addresses out.
    if (served.length > 0) return served.flat();
    return await this.#addressed({ ...plain, transport: named[0]?.transport ?? plain.transport, name: host });
  }

  /** The services that NAPTR names, those we speak, in order. */
  async #named(host: string): Promise<Service[]> {
    const records = await this.#ask("NAPTR", host);
    return records.filter(isUsable)
      .sort((a, b) => a.order - b.order || a.preference - b.preference)
      .slice(0, NAPTR_LIMIT)
      .map((record) => ({ transport: transportOf(record) ?? "udp", name: plainName(record.replacement) }));
  }

  /** The hops of one service; `undefined` when it has no SRV records. */
  async #served({ transport, name }: Service): Promise<Hop[] | undefined> {
    const records = await this.#ask("SRV", name);
    if (records.length === 0) return undefined;
    // RFC 2782: the target "." says that the service is decidedly not there.
    const usable = records.filter(({ target, port }) => port !== 0 && isName(plainName(target)));
    const order = srvOrder(usable, this.#chance).slice(0, SRV_LIMIT);
    const hops = order.map(({ target, port }) =>
      this.#addressed({ transport, port, name: plainName(target) })
    );
    return (await Promise.all(hops)).flat();
  }

  async #addressed({ transport, port, name }: Service & { port: number }): Promise<Hop[]> {
    const addresses = await this.#ask("ADDRESS", name);
    return addresses.slice(0, ADDRESS_LIMIT).map((host) => ({ transport, host, port, flow: 0 }));
  }
}

/** A resolver over real questions, on the machine's clock. */
export function createResolver(options: AskOptions): Resolver {
  const now = () => performance.now();
  return new Resolver({ ask: shared(asking(options), { now }), chance: Math.random, now });
}

function srvName(transport: Speakable, host: string): Service {
  return { transport, name: transport === "tls" ? `_sips._tcp.${host}` : `_sip._${transport}.${host}` };
}

/** A terminal record of a service that we speak. Others, a rule to rewrite with too, lead where RFC 3263 does not go. */
function isUsable(record: Naptr): boolean {
  return record.flags.toLowerCase() === "s" && record.regexp === "" && transportOf(record) !== undefined &&
    isName(plainName(record.replacement));
}

function transportOf({ services }: Naptr): Speakable | undefined {
  return SERVICES[services.toUpperCase()];
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** Whether text can be asked for as it is: labels of letters, digits, hyphens and underscores. */
function isName(text: string): boolean {
  return text.length <= 250 && /^[a-z\d_-]{1,63}(?:\.[a-z\d_-]{1,63})*$/.test(text);
}

function distinct(hops: readonly Hop[]): Hop[] {
  const found = new Map<string, Hop>();
  for (const hop of hops) {
    const key = `${hop.transport}:${hop.host}:${hop.port}`;
    if (!found.has(key)) found.set(key, hop);
  }
  return [...found.values()];
}
