// /etc/resolv.conf as resolver(5) describes it, as far as it concerns us: RFC 3263 asks for whole names alone, so `search`, `domain`,
// `ndots` and `sortlist` mean nothing here.

import { isIP } from "node:net";
import type { Millis } from "../../core/context.ts";
import type { Endpoint } from "../config/config.ts";

export interface DnsServers {
  /** In the order in which they are asked; at least one. */
  readonly servers: readonly Endpoint[];
  /** How long one server may take for an answer. */
  readonly timeout: Millis;
  /** How often all of them are asked. */
  readonly attempts: number;
  readonly overTcp: boolean;
}

/** A caller hears nothing in the meantime, so what is not said is shorter than the usual 5 s. */
export const TIMEOUT: Millis = 1_500;
export const ATTEMPTS = 2;

const DNS_PORT = 53;
// What resolver(5) caps them at.
const SERVER_LIMIT = 3;
const LONGEST_TIMEOUT = 30;
const MOST_ATTEMPTS = 5;

/** Lines that cannot be read say nothing; no server at all is the one on this machine. */
export function readResolvConf(text: string): DnsServers {
  const servers: Endpoint[] = [];
  let timeout = TIMEOUT;
  let attempts = ATTEMPTS;
  let overTcp = false;
  for (const line of text.split("\n")) {
    const [keyword, ...values] = line.replace(/[#;].*/, "").trim().split(/\s+/);
    if (keyword === "nameserver") {
      const host = socketAddress(values[0] ?? "");
      if (host !== "" && servers.length < SERVER_LIMIT) servers.push({ host, port: DNS_PORT });
    } else if (keyword === "options") {
      for (const option of values) {
        const [name, value = ""] = option.split(":");
        if (name === "use-vc") overTcp = true;
        if (!/^\d{1,9}$/.test(value)) continue;
        if (name === "timeout") timeout = 1_000 * within(Number(value), LONGEST_TIMEOUT);
        if (name === "attempts") attempts = within(Number(value), MOST_ATTEMPTS);
      }
    }
  }
  if (servers.length === 0) servers.push({ host: "127.0.0.1", port: DNS_PORT });
  return { servers, timeout, attempts, overTcp };
}

/** The one writing that sockets give an address; "" for what is none, and for one with a zone. */
export function socketAddress(text: string): string {
  if (isIP(text) === 4) return text;
  return isIP(text) === 6 && !text.includes("%") ? new URL(`http://[${text}]`).hostname.slice(1, -1) : "";
}

function within(value: number, most: number): number {
  return Math.min(Math.max(value, 1), most);
}
