// This relay's own SIP addresses, and what they mean for Via, Contact and the next hop (RFC 3261 sections 8.1.1.7, 8.1.1.8 and 18.1.1).

import { type Hop, isWebSocket, type Transport } from "../hop.ts";
import type { ResolveTarget } from "../output.ts";
import { bracketed, canonicalHost } from "./ip_address.ts";
import type { ShardsConfig } from "./shard.ts";
import {
  SCHEME_SIP,
  SCHEME_SIPS,
  TRANSPORT_TCP,
  TRANSPORT_TLS,
  TRANSPORT_UDP,
} from "../../wasm/assembly/codes.ts";
import { uri } from "../../wasm/uri.ts";

export const SIP_PORT = 5060;
/** Over TLS (RFC 3261 section 19.1.2). */
export const SIPS_PORT = 5061;

/** One of our listeners, as others reach it. */
export interface Listener {
  readonly transport: Exclude<Transport, "loop">;
  /** An IP address without brackets, or a name. */
  readonly host: string;
  readonly port: number;
}

/** Where a URI leads: an address, a name to be resolved, or nowhere (the SIP status that says why). */
export type Destination =
  | { readonly type: "hop"; readonly hop: Hop }
  | { readonly type: "name"; readonly target: ResolveTarget }
  | { readonly type: "none"; readonly status: number };

export class Addresses {
  readonly #domain: string;
  /** `host:port` of every listener of the relay → the sibling whose it is, undefined = ours. */
  readonly #own: ReadonlyMap<string, number | undefined>;
  readonly #shards: ShardsConfig | undefined;
  /** Most hosts are told apart by their ports alone. */
  readonly #ports: ReadonlySet<number>;
  readonly #writings: Writings;
  /** Towards peers with IPv6, where we listen on both versions. */
  readonly #writings6: Writings | undefined;
  /** Whether peers reach us over TLS, and so we them. */
  readonly #hasTls: boolean;

  constructor(
    options: { domain: string; listeners: readonly Listener[]; shards?: ShardsConfig | undefined },
  ) {
    if (options.listeners.length === 0) throw new RangeError("A relay needs at least one SIP listener");
    this.#domain = options.domain.toLowerCase();
    const own = new Map<string, number | undefined>();
    options.shards?.listeners.forEach((listeners, shard) => {
      for (const { host, port } of listeners) own.set(`${canonicalHost(host)}:${port}`, shard);
    });
    for (const { host, port } of options.listeners) own.set(`${canonicalHost(host)}:${port}`, undefined);
    this.#own = own;
    this.#shards = options.shards;
    const listeners = [...options.listeners, ...options.shards?.listeners.flat() ?? []];
    this.#ports = new Set(listeners.map(({ port }) => port));
    const six = options.listeners.filter(isIpv6);
    const others = options.listeners.filter((listener) => !isIpv6(listener));
    this.#writings = writingsOf([...others, ...six]);
    this.#writings6 = six.length > 0 && others.length > 0 ? writingsOf([...six, ...others]) : undefined;
    this.#hasTls = options.listeners.some(({ transport }) => transport === "tls");
  }

  /** The way to a sibling. */
  siblingHop(shard: number): Hop {
    const { host, port } = this.#shards!.listeners[shard]![0]!;
    return { transport: "loop", host, port, flow: 0, shard };
  }

  /** Whether a host is the domain's name. */
  isDomain(host: string): boolean {
    return host === this.#domain;
  }

  /** Whether a host and port (0 = not given) of a URI mean this relay or its domain. `standard`: what 0 stands for. */
  isOwn(host: string, port: number, standard = SIP_PORT): boolean {
    if (host === this.#domain && (port === 0 || port === SIP_PORT || port === SIPS_PORT)) return true;
    const explicit = port === 0 ? standard : port;
    return this.#ports.has(explicit) && this.#own.has(`${canonicalHost(host)}:${explicit}`);
  }

  /** A Via value for a request that leaves over this hop. */
  via(hop: Hop, branch: string): string {
    return `${this.#writingFor(hop).via}${branch};rport`;
  }

  /**
   * A Contact value that brings later requests of the peer behind this hop back to us, by its transport and IP version. `secure`: of a dialog with the secure flag (RFC 3261
   * section 12.1.1), so that they come over TLS.
   */
  contact(user: string, hop: Pick<Hop, "transport" | "host">, secure = false): string {
    if (secure) {
      const { address } = this.#writingsFor(hop.host).tls;
      return user === "" ? `<sips:${address}>` : `<sips:${user}@${address}>`;
    }
    const { host } = this.#writingFor(hop);
    return user === "" ? `<sip:${host}>` : `<sip:${user}@${host}>`;
  }

  /**
   * RFC 3263 section 4 as far as no name has to be resolved. Only what core can speak: sip over UDP, TCP and TLS, sips over TLS alone (RFC 5630
   * section 3.1).
   */
  destination(text: string): Destination {
    if (uri.read(text) !== 0) return { type: "none", status: 400 };
    const secure = uri.scheme === SCHEME_SIPS;
    if (!secure && uri.scheme !== SCHEME_SIP) return { type: "none", status: 416 };
    const transport = transportOf(uri.transport, secure);
    if (transport === null) return { type: "none", status: 503 };
    const host = uri.maddr === "" ? uri.host : uri.maddr;
    const standard = transport === "tls" ? SIPS_PORT : SIP_PORT;
    const port = uri.port;
    if (this.isOwn(host, port, standard)) {
      const hop: Hop = { transport: "loop", host, port: port === 0 ? standard : port, flow: 0 };
      const shard = this.#own.get(`${canonicalHost(hop.host)}:${hop.port}`);
      return { type: "hop", hop: shard === undefined ? hop : { ...hop, shard } };
    }
    // Its answers would come back, but no request of its would: we have nowhere to listen for them.
    if (transport === "tls" && !this.#hasTls) return { type: "none", status: secure ? 416 : 503 };
    if (uri.maddr === "" ? uri.hostIsIp : isIpAddress(host)) {
      const hop: Hop = { transport: transport ?? "udp", host, port: port === 0 ? standard : port, flow: 0 };
      return { type: "hop", hop };
    }
    return { type: "name", target: { host, port, transport, secure } };
  }

  #writingFor({ transport, host }: Pick<Hop, "transport" | "host">): Writing {
    return this.#writingsFor(host)[transport === "loop" ? "tcp" : transport];
  }

  #writingsFor(host: string): Writings {
    return this.#writings6 === undefined || !host.includes(":") ? this.#writings : this.#writings6;
  }
}

/** What of a listener stands in each Via and Contact. */
interface Writing {
  /** Up to the branch. */
  readonly via: string;
  /** Host and port, and that with the parameters of a sip URI. */
  readonly address: string;
  readonly host: string;
}

type Writings = Readonly<Record<Listener["transport"], Writing>>;

/** Of each transport the first one. Where there is none, the first that takes connections or datagrams of phones stands in. */
function writingsOf(listeners: readonly Listener[]): Writings {
  const first = listeners.find(({ transport }) => !isWebSocket(transport)) ?? listeners[0]!;
  const writing = (transport: Listener["transport"]) => {
    const listener = listeners.find((one) => one.transport === transport) ?? first;
    return writingOf(isWebSocket(transport) ? { ...listener, transport } : listener);
  };
  return {
    udp: writing("udp"),
    tcp: writing("tcp"),
    tls: writing("tls"),
    ws: writing("ws"),
    wss: writing("wss"),
  };
}

function isIpv6({ host }: Listener): boolean {
  return host.includes(":");
}

function writingOf({ transport, host, port }: Listener): Writing {
  const address = `${bracketed(host)}:${port}`;
  // RFC 7118 sections 5.2.1 and 5.2.2: Via tells WSS from WS, a URI does not.
  const inUri = transport === "udp" ? "" : `;transport=${transport === "wss" ? "ws" : transport}`;
  const via = `SIP/2.0/${transport.toUpperCase()} ${address};branch=`;
  return { via, address, host: `${address}${inUri}` };
}

/** undefined = not given, null = one that we do not speak, or that a sips URI may not have. */
function transportOf(code: number, secure: boolean): Listener["transport"] | undefined | null {
  switch (code) {
    case 0:
      return secure ? "tls" : undefined;
    case TRANSPORT_UDP:
      return secure ? null : "udp";
    case TRANSPORT_TCP:
      // What a sips URI says is what TLS runs over (RFC 3261 section 26.2.2).
      return secure ? "tls" : "tcp";
    case TRANSPORT_TLS:
      return "tls";
    default:
      return null;
  }
}

/** The URI reader has checked the form already, so a look is enough: digits and dots, or a colon. */
function isIpAddress(host: string): boolean {
  return host.includes(":") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}
