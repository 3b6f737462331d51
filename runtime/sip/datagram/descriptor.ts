// The operating system's number of a socket that Deno has opened, and what is set on it.

import { plainAddress } from "../address.ts";
import { IP_RECVERR, IPV6_RECVERR } from "./error_queue.ts";
import type { Libc, SocketOption } from "./libc.ts";
import { AF_INET6, hostOf, NAME_BYTES, portOf } from "./sockaddr.ts";

const SOL_SOCKET = 1;
const TYPE: SocketOption = { level: SOL_SOCKET, name: 3 };
const SNDBUF: SocketOption = { level: SOL_SOCKET, name: 7 };
const RCVBUF: SocketOption = { level: SOL_SOCKET, name: 8 };
const MEMINFO: SocketOption = { level: SOL_SOCKET, name: 55 };
const DATAGRAM = 2;
const FIRST = 3;
/** A process that has more open when it starts is another one. */
const LAST = 65_536;
/** A number below 0: no such descriptor, or none of a socket. Descriptors have gaps, but no long ones. */
const LONGEST_GAP = 1_024;
const DROPS = 8;

export interface Bound {
  readonly descriptor: number;
  readonly family: number;
}

/** Finds the datagram socket with this address: two of them cannot have it in one process. */
export function findDescriptor(libc: Libc, { hostname, port }: Deno.NetAddr): Bound | undefined {
  const words = new Uint32Array(32);
  const bytes = new Uint8Array(words.buffer, 0, NAME_BYTES);
  const type = new Uint8Array(64);
  let gap = 0;
  for (let descriptor = FIRST; descriptor < LAST && gap < LONGEST_GAP; descriptor++) {
    gap = libc.getsockname(descriptor, bytes) < 0 ? gap + 1 : 0;
    if (gap > 0 || portOf(words[0]!) !== port) continue;
    if (libc.getsockopt(descriptor, TYPE, type) < 0 || type[0] !== DATAGRAM) continue;
    if (hostOf(words, 0) === plainAddress(hostname)) return { descriptor, family: words[0]! & 0xffff };
  }
  return undefined;
}

/** Has failures on the way reported. False when the operating system cannot. */
export function reportErrors(libc: Libc, { descriptor, family }: Bound): boolean {
  // One of IPv6 may speak IPv4 too.
  return libc.setsockopt(descriptor, IP_RECVERR, 1) === 0 &&
    (family !== AF_INET6 || libc.setsockopt(descriptor, IPV6_RECVERR, 1) === 0);
}

/** Asks for buffers of so many bytes. Answers with what was granted, the smaller of both. */
export function askForBuffers(libc: Libc, descriptor: number, bytes: number): number {
  const value = new Uint32Array(32);
  const granted = [RCVBUF, SNDBUF].map((option) => {
    libc.setsockopt(descriptor, option, bytes);
    libc.getsockopt(descriptor, option, new Uint8Array(value.buffer));
    // The kernel doubles it for its own bookkeeping.
    return value[0]! / 2;
  });
  return Math.min(...granted);
}

/** Datagrams that found the receive buffer full, modulo 2³²; 0 where it is not told. */
export function dropsOf(libc: Libc, descriptor: number): number {
  const info = new Uint32Array(32);
  const length = libc.getsockopt(descriptor, MEMINFO, new Uint8Array(info.buffer));
  return length > DROPS * 4 ? info[DROPS]! : 0;
}
