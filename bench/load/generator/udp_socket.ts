// One UDP socket: datagrams read and sent in batches.
//
//   struct mmsghdr  name 0 (8) · namelen 8 (4) · iov 16 (8) · iovlen 24 (8) · control 32 · controllen 40 · flags 48 (4) · len 56 (4) = 64

import type { Arena } from "./arena.ts";
import { errnoOf, type Libc, LINUX } from "./libc.ts";
import { ADDRESS_SIZE, type Endpoint, writeAddress } from "./socket_address.ts";

const BATCH = 64;
const HEADER = 64;
const VECTOR = 16;
const RECEIVE_ROOM = 8_192;
const SEND_ROOM = 4_096;
const BUFFER_BYTES = 4 * 1024 * 1024;

export class UdpSocket {
  readonly fd: number;
  readonly port: number;
  /** Datagrams that the operating system would not take. */
  unsent = 0;
  readonly #libc: Libc;
  readonly #arena: Arena;
  readonly #receiving: Batch;
  readonly #sending: Batch;
  #pending = 0;

  /** Port 0 takes a free one. @throws Error when it cannot be bound */
  constructor(libc: Libc, arena: Arena, { host, port }: Endpoint) {
    this.#libc = libc;
    this.#arena = arena;
    this.#receiving = batchOf(arena, RECEIVE_ROOM);
    this.#sending = batchOf(arena, SEND_ROOM);
    const { AF_INET, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_CLOEXEC } = LINUX;
    this.fd = libc.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    for (const option of [LINUX.SO_RCVBUF, LINUX.SO_SNDBUF]) {
      const value = arena.allocate(4);
      arena.view.setInt32(value, BUFFER_BYTES, true);
      libc.setsockopt(this.fd, LINUX.SOL_SOCKET, option, arena.address + value, 4);
    }
    const name = arena.allocate(ADDRESS_SIZE + 4);
    writeAddress(arena, name, { host, port });
    if (this.fd < 0 || libc.bind(this.fd, arena.address + name, ADDRESS_SIZE) !== 0) {
      throw new Error(`No UDP socket at port ${port}: errno ${errnoOf(libc)}`);
    }
    arena.view.setUint32(name + ADDRESS_SIZE, ADDRESS_SIZE, true);
    libc.getsockname(this.fd, arena.address + name, arena.address + name + ADDRESS_SIZE);
    this.port = arena.view.getUint16(name + 2);
  }

  /** Reads what is there, as much as a batch holds. The datagrams are valid until the next call. */
  receive(): number {
    const { headers } = this.#receiving;
    const { view, address } = this.#arena;
    for (let i = 0; i < BATCH; i++) view.setUint32(headers + i * HEADER + 8, ADDRESS_SIZE, true);
    return Math.max(this.#libc.recvmmsg(this.fd, address + headers, BATCH, LINUX.MSG_DONTWAIT, 0), 0);
  }

  get batch(): number {
    return BATCH;
  }

  startOf(datagram: number): number {
    return this.#receiving.data + datagram * RECEIVE_ROOM;
  }

  lengthOf(datagram: number): number {
    return this.#arena.view.getUint32(this.#receiving.headers + datagram * HEADER + 56, true);
  }

  hostOf(datagram: number): number {
    return this.#arena.view.getUint32(this.#receiving.names + datagram * ADDRESS_SIZE + 4);
  }

  portOf(datagram: number): number {
    return this.#arena.view.getUint16(this.#receiving.names + datagram * ADDRESS_SIZE + 2);
  }

  /** Where the next datagram is to be written, with room for 4096 bytes. */
  reserve(): number {
    if (this.#pending === BATCH) this.flush();
    return this.#sending.data + this.#pending * SEND_ROOM;
  }

  /** The datagram at the place of the last `reserve` is complete. */
  commit(length: number, host: number, port: number): void {
    const { view } = this.#arena;
    const { headers, names, vectors } = this.#sending;
    const at = this.#pending++;
    view.setUint16(names + at * ADDRESS_SIZE + 2, port);
    view.setUint32(names + at * ADDRESS_SIZE + 4, host);
    view.setUint32(vectors + at * VECTOR + 8, length, true);
    view.setUint32(headers + at * HEADER + 8, ADDRESS_SIZE, true);
  }

  /** Sends what was committed. What does not go is lost, as on a wire: the agents' timers make up for it. */
  flush(): void {
    const { headers } = this.#sending;
    let sent = 0;
    while (sent < this.#pending) {
      const from = this.#arena.address + headers + sent * HEADER;
      const count = this.#libc.sendmmsg(this.fd, from, this.#pending - sent, LINUX.MSG_DONTWAIT);
      // A refused datagram (an ICMP error of an earlier one, a full buffer) is given up, the others go on.
      if (count <= 0) this.unsent++;
      sent += Math.max(count, 1);
    }
    this.#pending = 0;
  }

  close(): void {
    this.#libc.close(this.fd);
  }
}

interface Batch {
  readonly headers: number;
  readonly names: number;
  readonly vectors: number;
  readonly data: number;
}

function batchOf(arena: Arena, room: number): Batch {
  const batch = {
    headers: arena.allocate(BATCH * HEADER),
    names: arena.allocate(BATCH * ADDRESS_SIZE),
    vectors: arena.allocate(BATCH * VECTOR),
    data: arena.allocate(BATCH * room),
  };
  const { view, address } = arena;
  for (let i = 0; i < BATCH; i++) {
    const header = batch.headers + i * HEADER;
    const vector = batch.vectors + i * VECTOR;
    writeAddress(arena, batch.names + i * ADDRESS_SIZE, { host: 0, port: 0 });
    view.setBigUint64(header, BigInt(address + batch.names + i * ADDRESS_SIZE), true);
    view.setBigUint64(header + 16, BigInt(address + vector), true);
    view.setBigUint64(header + 24, 1n, true);
    view.setBigUint64(vector, BigInt(address + batch.data + i * room), true);
    view.setBigUint64(vector + 8, BigInt(room), true);
  }
  return batch;
}
