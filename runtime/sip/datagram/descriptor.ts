// The operating system's number of a UDP socket, and what is set on it.

import * as net from "../../net/libc.ts";
import { ownAddress } from "../../net/own_address.ts";
import { ADDRESS_ROOM, readAddress, writeAddress } from "../../net/socket_address.ts";
import { AF_INET6 } from "../../net/libc.ts";
import { IP_RECVERR, IPV6_RECVERR } from "./error_queue.ts";
import type { Libc, SocketOption } from "./libc.ts";

const SOL_SOCKET = 1;
const SNDBUF: SocketOption = { level: SOL_SOCKET, name: 7 };
const RCVBUF: SocketOption = { level: SOL_SOCKET, name: 8 };
const MEMINFO: SocketOption = { level: SOL_SOCKET, name: 55 };
const DROPS = 8;

export interface Bound {
  readonly descriptor: number;
  readonly family: number;
  readonly host: string;
  readonly port: number;
}

/**
 * Opens a socket and binds it.
 *
 * @throws Error of the operating system
 */
export function bindDescriptor(library: net.Libc, { host, port }: { host: string; port: number }): Bound {
  const { calls } = library;
  const wanted = writeAddress({ host: ownAddress(host), port });
  const family = wanted[0]!;
  const type = net.SOCK_DGRAM | net.SOCK_NONBLOCK | net.SOCK_CLOEXEC;
  const descriptor = net.checked(library, calls.socket(family, type, 0));
  try {
    net.checked(library, calls.bind(descriptor, wanted, wanted.length));
    const bound = new Uint8Array(ADDRESS_ROOM);
    net.checked(library, calls.getsockname(descriptor, bound, new Uint8Array([ADDRESS_ROOM, 0, 0, 0])));
    return { descriptor, family, ...readAddress(bound) };
  } catch (error) {
    calls.close(descriptor);
    throw error;
  }
}

/** Has failures on the way reported. False when the operating system cannot. */
export function reportErrors(
  libc: Libc,
  { descriptor, family }: Pick<Bound, "descriptor" | "family">,
): boolean {
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
