// IP addresses as the C library has them: struct sockaddr_in and sockaddr_in6 (ip(7), ipv6(7)).

import { isIP } from "node:net";
import { AF_INET, AF_INET6 } from "./libc.ts";

/** Bytes of the longer one. */
export const ADDRESS_ROOM = 28;
const SHORT_LENGTH = 16;

export interface SocketAddress {
  /** IPv4 without IPv6's clothes; IPv6 as RFC 5952 writes it. */
  readonly host: string;
  readonly port: number;
}

/** `host` is an IP address, without a zone. */
export function writeAddress({ host, port }: SocketAddress): Uint8Array<ArrayBuffer> {
  const version = isIP(host);
  if (version === 0) throw new TypeError(`${host} is not an IP address`);
  const bytes = new Uint8Array(version === 4 ? SHORT_LENGTH : ADDRESS_ROOM);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, version === 4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, port);
  if (version === 4) bytes.set(host.split(".").map(Number), 4);
  else groupsOf(host).forEach((group, index) => view.setUint16(8 + 2 * index, group));
  return bytes;
}

export function readAddress(bytes: Uint8Array): SocketAddress {
  const port = bytes[2]! << 8 | bytes[3]!;
  if ((bytes[0]! | bytes[1]! << 8) === AF_INET) return { host: dotted(bytes, 4), port };
  let mapped = bytes[18] === 0xff && bytes[19] === 0xff;
  for (let at = 8; at < 18; at++) mapped &&= bytes[at] === 0;
  if (mapped) return { host: dotted(bytes, 20), port };
  const groups: string[] = [];
  for (let at = 8; at < 24; at += 2) groups.push((bytes[at]! << 8 | bytes[at + 1]!).toString(16));
  return { host: new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1), port };
}

function dotted(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** The eight groups of an IPv6 address. URL writes it in one way, hexadecimal. */
function groupsOf(host: string): number[] {
  const [head = "", tail] = new URL(`http://[${host}]`).hostname.slice(1, -1).split("::");
  const numbers = (part: string) => part === "" ? [] : part.split(":").map((group) => parseInt(group, 16));
  const [left, right] = [numbers(head), numbers(tail ?? "")];
  return [...left, ...new Array(8 - left.length - right.length).fill(0), ...right];
}
