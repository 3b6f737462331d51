// Ports of loopback for programs that have to be told one.

import type { Address } from "./relay.ts";

export type Transport = "udp" | "tcp";

export const LOOPBACK = "127.0.0.1";
export const LOOPBACK6 = "::1";
const POLL_MS = 20;

/** A port that was free a moment ago, for both transports. Somebody else may take it: who starts a program there tries again then. */
export function freePort(): number {
  for (;;) {
    using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    try {
      Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port }).close();
      return port;
    } catch {
      // Taken for UDP: the next one.
    }
  }
}

export function text({ host, port }: Address): string {
  return `${bracketed(host)}:${port}`;
}

/** As it stands in a URI. */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Whether this machine has IPv6 at all. */
export function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: LOOPBACK6, port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** Whether somebody on this machine has bound a UDP socket, or listens on a TCP one: at that address, or at a port of any IPv4 one. */
export function isBound(transport: Transport, where: number | Address): boolean {
  const { host, port } = typeof where === "number" ? { host: "", port: where } : where;
  // As the system writes it: the address's bytes from the last to the first, of IPv6 each four of them so.
  const isIpv6 = host === LOOPBACK6;
  const parts = isIpv6
    ? [...new Array<number>(12).fill(0), 1, 0, 0, 0]
    : host === ""
    ? []
    : host.split(".").reverse().map(Number);
  const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, "0");
  const wanted = `${parts.map((part) => hex(part, 2)).join("")}:${hex(port, 4)}`;
  return Deno.readTextFileSync(`/proc/net/${transport}${isIpv6 ? "6" : ""}`).split("\n").some((line) => {
    const [, local = "", , state] = line.trim().split(/\s+/);
    // 0A = LISTEN
    return local.endsWith(wanted) && (transport === "udp" || state === "0A");
  });
}

/** Resolves when the condition gives something; looks at it again and again. */
export async function until<Value>(
  condition: () => Value | undefined | false,
  { within, failing }: { within: number; failing: () => string },
): Promise<Value> {
  const deadline = Date.now() + within;
  for (;;) {
    const value = condition();
    if (value !== undefined && value !== false) return value as Value;
    if (Date.now() > deadline) throw new Error(failing());
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
