// An address for one call of the C library: struct sockaddr_in or sockaddr_in6 (ip(7), ipv6(7)) in bytes of its own.

import { AF_INET, AF_INET6 } from "./libc.ts";
import { hostOf, NAME_WORDS, nameOf, portOf, withPort } from "./sockaddr.ts";

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
  const family = host.includes(":") ? AF_INET6 : AF_INET;
  const name = nameOf(host, family);
  if (name === undefined) throw new TypeError(`${host} is not an IP address`);
  name[0] = withPort(family, port);
  return new Uint8Array(name.buffer, 0, family === AF_INET ? SHORT_LENGTH : ADDRESS_ROOM);
}

export function readAddress(bytes: Uint8Array): SocketAddress {
  const words = new Uint32Array(NAME_WORDS);
  new Uint8Array(words.buffer).set(bytes.subarray(0, ADDRESS_ROOM));
  return { host: hostOf(words, 0), port: portOf(words[0]!) };
}
