// TLS handshakes that others have begun with us: bounded in number and time, and finished whatever the peer does.
//
//   accepted ──► handshake ──┬─ done ──► its taker
//                            ├─ failed ─► closed, counted, logged now and then
//                            └─ late, or the oldest of too many ─► cut

import type { Millis } from "../../core/context.ts";
import type { Log } from "../log.ts";
import { hostPort, plainAddress } from "../sip/address.ts";
import type { Descriptors } from "./descriptors.ts";

export interface HandshakeLimits {
  /** At a time: for one more the oldest have to go. */
  readonly halfOpen: number;
  /** Time that one has. */
  readonly patience: Millis;
}

export const HANDSHAKE_LIMITS: HandshakeLimits = { halfOpen: 1_024, patience: 10_000 };

/** The oldest go by so many at a time: to find their descriptors all have to be looked at. */
const CUT_TOGETHER = 64;
/** Where nothing can be cut, so many times the limit may wait before nothing more is accepted. */
const ROOM_UNCUT = 4;
/** Between two lines of the log about peers whose handshakes fail. */
const LOG_AGAIN: Millis = 1_000;

interface Handshake {
  readonly stream: Deno.TlsConn;
  readonly since: Millis;
}

export interface HandshakesOptions {
  readonly log: Log;
  /** Without it a peer that stays silent keeps its descriptor. */
  readonly descriptors: Descriptors | undefined;
  readonly limits?: Partial<HandshakeLimits> | undefined;
  readonly now?: () => Millis;
}

export class Handshakes {
  readonly #log: Log;
  readonly #descriptors: Descriptors | undefined;
  readonly #limits: HandshakeLimits;
  readonly #now: () => Millis;
  /** The oldest first. */
  readonly #open = new Set<Handshake>();
  /** Those whose time is over, but whose peers have not gone. */
  readonly #late = new Set<Handshake>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: PromiseWithResolvers<void> | undefined;
  #loggedAt: Millis = -Infinity;
  #unlogged = 0;
  #failed = 0;
  #cut = 0;
  #closed = false;

  constructor({ log, descriptors, limits, now = () => performance.now() }: HandshakesOptions) {
    this.#log = log;
    this.#descriptors = descriptors;
    this.#limits = { ...HANDSHAKE_LIMITS, ...limits };
    this.#now = now;
  }

  /** Under way; how many have failed, and how many of them were cut. */
  get counts(): { halfOpen: number; failed: number; cut: number } {
    return { halfOpen: this.#open.size + this.#late.size, failed: this.#failed, cut: this.#cut };
  }

  /** undefined: there is room for one more. Else resolves when there is. */
  room(): Promise<void> | undefined {
    if (this.#open.size + this.#late.size < ROOM_UNCUT * this.#limits.halfOpen) return undefined;
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Finishes the handshake of a connection that was accepted; `done` gets it when it is safe to use, or never. */
  begin(stream: Deno.TlsConn, done: (stream: Deno.TlsConn) => void): void {
    if (this.#open.size >= this.#limits.halfOpen) this.#cutOldest(CUT_TOGETHER);
    const handshake = { stream, since: this.#now() };
    this.#open.add(handshake);
    this.#arm();
    stream.handshake().then(
      () => this.#done(handshake, done),
      (error) => this.#fail(handshake, error instanceof Error ? error.message : String(error)),
    );
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#makeRoom();
    this.#cutAll([...this.#open, ...this.#late]);
  }

  #done(handshake: Handshake, done: (stream: Deno.TlsConn) => void): void {
    if (this.#open.delete(handshake)) done(handshake.stream);
    else this.#forget(handshake);
    this.#makeRoom();
  }

  #fail(handshake: Handshake, cause: string): void {
    this.#failed++;
    const wasOpen = this.#open.delete(handshake);
    this.#forget(handshake);
    if (wasOpen) this.#say(handshake, cause);
    this.#makeRoom();
  }

  #forget(handshake: Handshake): void {
    this.#late.delete(handshake);
    try {
      handshake.stream.close();
    } catch {
      // It has gone by itself.
    }
  }

  #makeRoom(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  #cutOldest(count: number): void {
    const oldest: Handshake[] = [];
    for (const handshake of this.#open) {
      if (oldest.push(handshake) === count) break;
    }
    this.#cutAll(oldest);
  }

  #cutAll(handshakes: readonly Handshake[]): void {
    if (handshakes.length === 0) return;
    this.#cut += handshakes.length;
    for (const handshake of handshakes) {
      this.#open.delete(handshake);
      this.#late.add(handshake);
    }
    this.#say(handshakes[0]!, "Not done in time", handshakes.length);
    this.#descriptors?.cut(handshakes.map(({ stream }) => stream));
    // Closed without a cut it would be gone from our sight, and its descriptor still there.
    if (this.#descriptors !== undefined || this.#closed) {
      for (const each of handshakes) {
        this.#forget(each);
      }
    }
  }

  /** One timer, for the oldest. */
  #arm(): void {
    if (this.#timer !== undefined || this.#closed) return;
    for (const { since } of this.#open) {
      const wait = Math.max(since + this.#limits.patience - this.#now(), 1);
      this.#timer = setTimeout(() => this.#expire(), wait);
      return;
    }
  }

  #expire(): void {
    this.#timer = undefined;
    const late: Handshake[] = [];
    for (const handshake of this.#open) {
      if (this.#now() - handshake.since < this.#limits.patience) break;
      late.push(handshake);
    }
    this.#cutAll(late);
    this.#arm();
  }

  /** Strangers make these lines: one a second, with how many there would have been. */
  #say({ stream }: Handshake, cause: string, count = 1): void {
    this.#unlogged += count;
    const now = this.#now();
    if (this.#closed || now - this.#loggedAt < LOG_AGAIN) return;
    const { hostname, port } = stream.remoteAddr;
    const peer = hostPort(plainAddress(hostname), port);
    this.#log.info({ peer, cause, failed: this.#unlogged }, "TLS handshake failed");
    this.#loggedAt = now;
    this.#unlogged = 0;
  }
}
