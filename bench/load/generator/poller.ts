// Waiting for sockets: epoll, with a clock finer than a millisecond.

import type { Arena } from "./arena.ts";
import { errnoOf, type Libc, LINUX } from "./libc.ts";

const EVENTS = 512;
/** The kernel packs struct epoll_event on x86-64 alone. */
const EVENT_SIZE = Deno.build.arch === "x86_64" ? 12 : 16;
const DATA = EVENT_SIZE - 8;

export class Poller {
  readonly #libc: Libc;
  readonly #arena: Arena;
  readonly #fd: number;
  readonly #events: number;
  readonly #one: number;
  readonly #timeout: number;

  constructor(libc: Libc, arena: Arena) {
    this.#libc = libc;
    this.#arena = arena;
    this.#events = arena.allocate(EVENTS * EVENT_SIZE);
    this.#one = arena.allocate(EVENT_SIZE);
    this.#timeout = arena.allocate(16);
    this.#fd = libc.epoll_create1(0);
    if (this.#fd < 0) throw new Error(`epoll_create1 failed: errno ${errnoOf(libc)}`);
  }

  /** `key` comes back with each of the socket's events. */
  add(fd: number, key: number, { writable = false }: { writable?: boolean } = {}): void {
    this.#control(LINUX.EPOLL_CTL_ADD, { fd, key, writable });
  }

  change(fd: number, key: number, { writable }: { writable: boolean }): void {
    this.#control(LINUX.EPOLL_CTL_MOD, { fd, key, writable });
  }

  /** Waits so many milliseconds at most, fractions count. Answers how many events there are. */
  wait(milliseconds: number): number {
    const { view, address } = this.#arena;
    const whole = Math.floor(milliseconds / 1_000);
    view.setBigInt64(this.#timeout, BigInt(whole), true);
    view.setInt32(this.#timeout + 8, Math.round((milliseconds - whole * 1_000) * 1e6), true);
    const found = this.#libc.epoll_pwait2(
      this.#fd,
      address + this.#events,
      EVENTS,
      address + this.#timeout,
      0,
    );
    return Math.max(found, 0);
  }

  keyOf(event: number): number {
    return this.#arena.view.getUint32(this.#events + event * EVENT_SIZE + DATA, true);
  }

  /** EPOLLIN and the like. */
  flagsOf(event: number): number {
    return this.#arena.view.getUint32(this.#events + event * EVENT_SIZE, true);
  }

  close(): void {
    this.#libc.close(this.#fd);
  }

  #control(operation: number, { fd, key, writable }: { fd: number; key: number; writable: boolean }): void {
    const { view, address } = this.#arena;
    view.setUint32(this.#one, LINUX.EPOLLIN | (writable ? LINUX.EPOLLOUT : 0), true);
    view.setUint32(this.#one + DATA, key, true);
    view.setUint32(this.#one + DATA + 4, 0, true);
    if (this.#libc.epoll_ctl(this.#fd, operation, fd, address + this.#one) !== 0) {
      throw new Error(`epoll_ctl failed: errno ${errnoOf(this.#libc)}`);
    }
  }
}
