// `HOST:PORT` and host names as they are written in settings; an IPv6 address stands in brackets.

import { isIP, isIPv6 } from "node:net";
import type { Endpoint, SipListener } from "./config.ts";

const TRANSPORTS = ["udp", "tcp", "tls"] as const;

/** Reads `HOST:PORT`. Gives what is wrong as a text, to follow the value: `is not HOST:PORT`. */
export function readEndpoint(text: string): Endpoint | string {
  const parts = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(text);
  if (parts === null) return isIPv6(text) ? "needs brackets and a port: [ADDRESS]:PORT" : "is not HOST:PORT";
  const [, bracketed, plain, digits = ""] = parts;
  if (bracketed !== undefined && !isIPv6(bracketed)) return "has no IPv6 address in its brackets";
  const host = bracketed ?? plain ?? "";
  if (bracketed === undefined && !isHostName(host)) {
    return host === "" ? "has no host" : "has a host that is neither a name nor an IP address";
  }
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : NaN;
  if (!(port <= 65535)) return "has a port that is not a number from 0 to 65535";
  return { host: host.toLowerCase(), port };
}

/** Reads `udp:HOST:PORT`, `tcp:HOST:PORT` or `tls:HOST:PORT`. */
export function readListener(text: string): SipListener | string {
  const [, name = "", rest = ""] = /^(udp|tcp|tls):(.*)$/is.exec(text) ?? [];
  const transport = TRANSPORTS.find((each) => each === name.toLowerCase());
  if (transport === undefined) return "is not udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT";
  const endpoint = readEndpoint(rest);
  return typeof endpoint === "string" ? endpoint : { transport, ...endpoint };
}

/** Whether text is a host name or an IPv4 address (RFC 3261 section 25.1; a name's last label does not begin with a digit). */
export function isHostName(text: string): boolean {
  if (text.length > 253) return false;
  if (/^[\d.]+$/.test(text)) return isIP(text) === 4;
  return /^(?:[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?\.)*[a-z](?:[a-z\d-]{0,61}[a-z\d])?\.?$/i.test(text);
}
