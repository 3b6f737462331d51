// What Deno does not offer of its TLS connections, through the C library: small writes that leave at once, and an end that waits for nobody.
//
// Deno closes a connection whose handshake is under way only when the peer has gone on or hung up: one that stays silent would keep its
// descriptor for ever. And it leaves TCP's delay of small writes on, 40 ms whenever the peer has not acknowledged the one before.

import { plainAddress } from "../sip/address.ts";
import { descriptorBound } from "../net/descriptor_bound.ts";
import * as libc from "../net/libc.ts";
import { ADDRESS_ROOM, readAddress } from "../net/socket_address.ts";

const ON = new Uint8Array([1, 0, 0, 0]);
/** struct linger: on, 0 seconds. */
const NO_LINGER = new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]);
/** struct sock_filter: BPF_RET | BPF_K, the socket with index 1. */
const SECOND = new Uint8Array([6, 0, 0, 0, 1, 0, 0, 0]);
const FIRST = 3;

/** Both ends of a connection. */
export interface Ends {
  readonly localAddr: Deno.NetAddr;
  readonly remoteAddr: Deno.NetAddr;
}

export class Descriptors {
  readonly #libc: libc.Libc;
  readonly #name = new Uint8Array(ADDRESS_ROOM);
  readonly #length = new Uint32Array(1);
  #doomed: Ends[] = [];
  #cutting: ReturnType<typeof setTimeout> | undefined;

  constructor(calls: libc.Libc) {
    this.#libc = calls;
  }

  /** What is accepted there sends small writes at once: Linux hands the listener's option down. */
  hurry({ hostname, port }: Deno.NetAddr): void {
    const host = plainAddress(hostname);
    for (const descriptor of this.#sockets(new Set([port]))) {
      if (this.#peerOf(descriptor) !== undefined || this.#nameOf(descriptor)?.host !== host) continue;
      this.#libc.calls.setsockopt(descriptor, libc.IPPROTO_TCP, libc.TCP_NODELAY, ON, 4);
    }
  }

  /**
   * Of two sockets of ours that listen at one address, the second gets all who come from now on (SO_ATTACH_REUSEPORT_CBPF). When the first is gone
   * there is no second, and the kernel takes what there is. False: it does not work here.
   */
  steer({ hostname, port }: Deno.NetAddr): boolean {
    const host = plainAddress(hostname);
    const program = new BigUint64Array([1n, BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(SECOND)))]);
    const bytes = new Uint8Array(program.buffer);
    for (const descriptor of this.#sockets(new Set([port]))) {
      if (this.#peerOf(descriptor) !== undefined || this.#nameOf(descriptor)?.host !== host) continue;
      const { calls } = this.#libc;
      return calls.setsockopt(descriptor, libc.SOL_SOCKET, libc.SO_ATTACH_REUSEPORT_CBPF, bytes, 16) === 0;
    }
    return false;
  }

  /** One connection sends small writes at once. */
  hurryOne(ends: Ends): void {
    for (const descriptor of this.#find([ends])) {
      this.#libc.calls.setsockopt(descriptor, libc.IPPROTO_TCP, libc.TCP_NODELAY, ON, 4);
    }
  }

  /** The same for all that are to be cut in this turn of the event loop: all descriptors have to be looked at to find one. */
  cutSoon(connection: Ends): void {
    this.#doomed.push(connection);
    this.#cutting ??= setTimeout(() => this.#cutAll(), 0);
  }

  /** Cuts what is to be cut; the C library may go now. */
  close(): void {
    clearTimeout(this.#cutting);
    this.#cutAll();
  }

  /** Ends connections at once, for both sides and with a reset: who reads there finds the end. */
  cut(connections: readonly Ends[]): void {
    for (const descriptor of this.#find(connections)) {
      this.#libc.calls.setsockopt(descriptor, libc.SOL_SOCKET, libc.SO_LINGER, NO_LINGER, NO_LINGER.length);
      this.#libc.calls.shutdown(descriptor, libc.SHUT_RDWR);
    }
  }

  #cutAll(): void {
    this.#cutting = undefined;
    if (this.#doomed.length > 0) this.cut(this.#doomed);
    this.#doomed = [];
  }

  /** The descriptors of connections: no two of one process have both ends in common. */
  *#find(connections: readonly Ends[]): Generator<number> {
    const wanted = new Set(connections.map(({ localAddr, remoteAddr }) => {
      return keyOf(localAddr.port, plainAddress(remoteAddr.hostname), remoteAddr.port);
    }));
    const ports = new Set(connections.map(({ localAddr }) => localAddr.port));
    for (const descriptor of this.#sockets(ports)) {
      if (wanted.size === 0) return;
      const name = this.#nameOf(descriptor);
      const peer = this.#peerOf(descriptor);
      if (name === undefined || peer === undefined) continue;
      if (wanted.delete(keyOf(name.port, peer.host, peer.port))) yield descriptor;
    }
  }

  /** Sockets with one of the local ports. */
  *#sockets(ports: ReadonlySet<number>): Generator<number> {
    const bound = descriptorBound(this.#libc);
    for (let descriptor = FIRST; descriptor < bound; descriptor++) {
      this.#length[0] = ADDRESS_ROOM;
      const failed = this.#libc.calls.getsockname(descriptor, this.#name, this.#length) < 0;
      if (!failed && ports.has(this.#name[2]! << 8 | this.#name[3]!)) yield descriptor;
    }
  }

  #nameOf(descriptor: number): { host: string; port: number } | undefined {
    this.#length[0] = ADDRESS_ROOM;
    const failed = this.#libc.calls.getsockname(descriptor, this.#name, this.#length) < 0;
    return failed || !this.#isInternet() ? undefined : readAddress(this.#name);
  }

  #peerOf(descriptor: number): { host: string; port: number } | undefined {
    this.#length[0] = ADDRESS_ROOM;
    const failed = this.#libc.calls.getpeername(descriptor, this.#name, this.#length) < 0;
    return failed || !this.#isInternet() ? undefined : readAddress(this.#name);
  }

  #isInternet(): boolean {
    const family = this.#name[0]! | this.#name[1]! << 8;
    return family === libc.AF_INET || family === libc.AF_INET6;
  }
}

function keyOf(localPort: number, host: string, port: number): string {
  return `${localPort} ${host} ${port}`;
}
