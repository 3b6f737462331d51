// This relay's own SIP addresses, and what they mean for Via, Contact and the next hop (RFC 3261 sections 8.1.1.7, 8.1.1.8 and 18.1.1).

import { type Hop, isWebSocket, type Transport } from "../hop.ts";
import type { ResolveTarget } from "../output.ts";
import type { ShardsConfig } from "./shard.ts";
import { SCHEME_SIP, TRANSPORT_TCP, TRANSPORT_UDP } from "../../wasm/assembly/codes.ts";
import { uri } from "../../wasm/uri.ts";

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
  readonly #listeners: readonly Listener[];
  /** `host:port` of every listener of the relay → the sibling whose it is, undefined = ours. */
  readonly #own: ReadonlyMap<string, number | undefined>;
  readonly #shards: ShardsConfig | undefined;
  /** Most hosts are told apart by their ports alone. */
  readonly #ports: ReadonlySet<number>;
  readonly #writings: Readonly<Record<Listener["transport"], Writing>>;

  constructor(
    options: { domain: string; listeners: readonly Listener[]; shards?: ShardsConfig | undefined },
  ) {
    if (options.listeners.length === 0) throw new RangeError("A relay needs at least one SIP listener");
    this.#domain = options.domain.toLowerCase();
    this.#listeners = options.listeners;
    const own = new Map<string, number | undefined>();
    options.shards?.listeners.forEach((listeners, shard) => {
      for (const { host, port } of listeners) own.set(`${host}:${port}`, shard);
    });
    for (const { host, port } of options.listeners) own.set(`${host}:${port}`, undefined);
    this.#own = own;
    this.#shards = options.shards;
    const listeners = [...options.listeners, ...options.shards?.listeners.flat() ?? []];
    this.#ports = new Set(listeners.map(({ port }) => port));
    const writing = (transport: Listener["transport"]) => {
      const listener = this.#listenerFor(transport);
      return writingOf(isWebSocket(transport) ? { ...listener, transport } : listener);
    };
    this.#writings = {
      udp: writing("udp"),
      tcp: writing("tcp"),
      tls: writing("tls"),
      ws: writing("ws"),
      wss: writing("wss"),
    };
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

  /** Whether a host and port (0 = not given) of a URI mean this relay or its domain. */
  isOwn(host: string, port: number): boolean {
    if (host === this.#domain && (port === 0 || port === 5060)) return true;
    const explicit = port === 0 ? 5060 : port;
    return this.#ports.has(explicit) && this.#own.has(`${host}:${explicit}`);
  }

  /** A Via value for a request that leaves over this hop. */
  via(hop: Hop, branch: string): string {
    return `${this.#writingFor(hop.transport).via}${branch};rport`;
  }

  /** A Contact value that brings later requests of the peer behind this hop back to us. */
  contact(user: string, transport: Transport): string {
    const { host } = this.#writingFor(transport);
    return user === "" ? `<sip:${host}>` : `<sip:${user}@${host}>`;
  }

  /** RFC 3263 section 4 as far as no name has to be resolved. Only what core can speak: sip over UDP and TCP. */
  destination(text: string): Destination {
    if (uri.read(text) !== 0) return { type: "none", status: 400 };
    if (uri.scheme !== SCHEME_SIP) return { type: "none", status: 416 };
    const transport = transportOf(uri.transport);
    if (transport === null) return { type: "none", status: 503 };
    const host = uri.maddr === "" ? uri.host : uri.maddr;
    const port = uri.port;
    if (this.isOwn(host, port)) {
      const hop: Hop = { transport: "loop", host, port: port === 0 ? 5060 : port, flow: 0 };
      const shard = this.#own.get(`${hop.host}:${hop.port}`);
      return { type: "hop", hop: shard === undefined ? hop : { ...hop, shard } };
    }
    if (uri.maddr === "" ? uri.hostIsIp : isIpAddress(host)) {
      const hop: Hop = { transport: transport ?? "udp", host, port: port === 0 ? 5060 : port, flow: 0 };
      return { type: "hop", hop };
    }
    return { type: "name", target: { host, port, transport, secure: false } };
  }

  #listenerFor(transport: Listener["transport"]): Listener {
    return this.#listeners.find((listener) => listener.transport === transport) ?? this.#listeners[0]!;
  }

  #writingFor(transport: Transport): Writing {
    return this.#writings[transport === "loop" ? "tcp" : transport];
  }
}

/** What of a listener stands in each Via and Contact. */
interface Writing {
  /** Up to the branch. */
  readonly via: string;
  /** Host, port and parameters of a URI. */
  readonly host: string;
}

function writingOf({ transport, host, port }: Listener): Writing {
  const sentBy = `${bracketed(host)}:${port}`;
  // RFC 7118 sections 5.2.1 and 5.2.2: Via tells WSS from WS, a URI does not.
  const inUri = transport === "udp" ? "" : `;transport=${transport === "wss" ? "ws" : transport}`;
  return { via: `SIP/2.0/${transport.toUpperCase()} ${sentBy};branch=`, host: `${sentBy}${inUri}` };
}

/** undefined = not given, null = one that we do not speak. */
function transportOf(code: number): "udp" | "tcp" | undefined | null {
  if (code === 0) return undefined;
  if (code === TRANSPORT_UDP) return "udp";
  return code === TRANSPORT_TCP ? "tcp" : null;
}

/** The URI reader has checked the form already, so a look is enough: digits and dots, or a colon. */
function isIpAddress(host: string): boolean {
  return host.includes(":") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
