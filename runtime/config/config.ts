// What an operator can set, checked and complete.

import type { JSONWebKeySet } from "jose";
import type { Algorithm } from "../../core/hash.ts";
import type { Network } from "../net/peer_list.ts";

/** One address to listen on. */
export interface Endpoint {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
}

export interface SipListener extends Endpoint {
  readonly transport: "udp" | "tcp" | "tls";
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** One identity, that is registered at the IMS, as JSON has it. */
export interface ImsUser {
  /** Public identity. */
  readonly uri: string;
  readonly privateId: string;
  readonly realm: string;
  readonly home: string;
  /** The browsers' user whose it is. */
  readonly user: string;
  readonly password?: string;
  /** Hexadecimal. */
  readonly k?: string;
  readonly op?: string;
  readonly opc?: string;
}

export interface Config {
  /** Page, WebSocket and health. */
  readonly http: Endpoint;
  /** The same over TLS. */
  readonly https?: Endpoint;
  readonly sip: readonly SipListener[];
  /** Files in PEM: who we are over TLS, the certificate first and then those that vouch for it. Both or neither. */
  readonly certificate?: string;
  readonly key?: string;
  /** File in PEM: whom we believe about SIP peers besides the roots that Deno knows. */
  readonly ca?: string;
  /** Lower case. */
  readonly domain: string;
  /** Passwords of SIP phone accounts by user name. */
  readonly users: ReadonlyMap<string, string>;
  /** Algorithms that phones are challenged with, the preferred one first. */
  readonly digest: readonly Algorithm[];
  /** Where targets outside the domain go: a host name or a SIP URI. */
  readonly ims?: string;
  /** Identities that are registered at the IMS. */
  readonly imsUsers?: readonly ImsUser[];
  /** As whom calls go to the IMS: as who is logged in, as that user's registered identity, or as one of a pool. */
  readonly imsMode: "transparent" | "users" | "pool";
  /** The relay is its own edge proxy of the IMS, within its trust. */
  readonly edge: boolean;
  /** Value of P-Access-Network-Info. */
  readonly accessNetwork?: string;
  /** SIP peers that are believed in what they assert. */
  readonly trust: readonly Network[];
  /** SIP peers that are heard; none = all are. */
  readonly peers: readonly Network[];
  /** The resolver to ask instead of the system's: an IP address and its port. */
  readonly dns?: Endpoint;
  /** How long one of several addresses of a name may say nothing before the next is tried; 0 = as long as timers B and F. */
  readonly failoverSeconds: number;
  /** How long a call may go without a sign of its SIP end's life, in seconds (RFC 4028); 0 = as the other end likes. */
  readonly sessionExpires: number;
  /** The shortest such time that a SIP end may ask for, in seconds. */
  readonly minSe: number;
  /** Origins of pages elsewhere that may open the WebSocket. */
  readonly origins: readonly string[];
  /** Absent: whoever is on this machine is believed to be whom he says. */
  readonly login?: LoginConfig;
  /** Where that was read from, to be read again. */
  readonly loginSettings?: LoginSettings;
  /** HTTP connections, WebSockets among them, that one address may have at a time. */
  readonly perAddress: number;
  /** How long calls may go on after SIGTERM. */
  readonly drainSeconds: number;
  readonly logLevel: LogLevel;
  /** Processes that share the work. Absent: as many as there are cores. */
  readonly shards?: number;
  /** Bytes of receive and of send buffer to ask the operating system for, of each UDP socket. */
  readonly udpBuffer: number;
}

export type KeySource = { readonly set: JSONWebKeySet } | { readonly url: string };

/** How browsers log in, as the settings have it: names of files, and texts. */
export interface LoginSettings {
  readonly jwtSecret?: string | undefined;
  readonly jwks?: string | undefined;
  readonly jwtIssuer?: string | undefined;
  readonly jwtAudience?: string | undefined;
  readonly jwtClaim?: string | undefined;
  readonly browsers?: string | undefined;
}

/** How browsers prove who they are. */
export interface LoginConfig {
  /** Text shared with whoever signs tokens with HS256. */
  readonly secret?: string;
  /** Keys of whoever signs with RS256 or ES256, or where he publishes them. */
  readonly keys?: KeySource;
  /** What `iss` and `aud` have to be. */
  readonly issuer?: string;
  readonly audience?: string;
  /** The claim that names the user. */
  readonly claim: string;
  /** Users with a hash of their password. */
  readonly passwords?: readonly (readonly [user: string, hash: string])[];
}

/** A setting that cannot be used. The message is one line that names the setting and its value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** The setting's name in Config: `http`, `sip`, … ("" = the command line or the file as a whole). */
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}
