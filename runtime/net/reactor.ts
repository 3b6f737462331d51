// One epoll set (epoll(7)), level-triggered, and the turns in which what it reports is served.
//
//   sleep ──woken──► turn ──many of them──► turn, pause, turn, …
//     ▲                └──few──┐             │ nothing for a while
//     └────────────────────────┴─────────────┘

import { setImmediate } from "node:timers";
import type { Millis } from "../../core/context.ts";
import * as libc from "./libc.ts";
import { Rhythm } from "./rhythm.ts";

/** One descriptor's events. */
export interface Watched {
  /** `events`: EPOLL* bits. Does a bounded piece of work: what is left is reported again. Answers whether something surely is. */
  ready(events: number): boolean;
  /** `ready` has thrown: a mistake of ours. The descriptor has to go, else it would be reported for ever. */
  failed(error: unknown): void;
}

/** Descriptors and time of one turn: then others of the event loop have theirs. */
const TURN_LIMIT = 64;
const TURN_TIME: Millis = 5;
/** struct epoll_event in words: packed on x86-64 alone. */
const EVENT_WORDS = Deno.build.arch === "x86_64" ? 3 : 4;
const DATA = EVENT_WORDS - 2;

export interface ReactorOptions {
  /** Runs the events of a turn, when there are some. */
  readonly around: (events: () => void) => void;
  readonly now?: () => Millis;
}

interface Slot {
  readonly generation: number;
  readonly watched: Watched;
}

export class Reactor {
  readonly #libc: libc.Libc;
  readonly #around: (events: () => void) => void;
  readonly #now: () => Millis;
  readonly #epoll: number;
  readonly #alarm: number;
  readonly #events = new Uint32Array(TURN_LIMIT * EVENT_WORDS);
  readonly #change = new Uint32Array(EVENT_WORDS);
  /** By descriptor. A closed one's number is soon another's: the generation tells their events apart. */
  readonly #slots: (Slot | undefined)[] = [];
  readonly #rhythm = new Rhythm();
  /** Of #events: how many there are, and the first that is not served yet, in words. */
  #end = 0;
  #at = 0;
  #generation = 0;
  #turns = 0;
  #running: Promise<void> | undefined;
  #closed = false;

  /** @throws Error when the operating system has no descriptor for it */
  constructor(calls: libc.Libc, { around, now = () => performance.now() }: ReactorOptions) {
    this.#libc = calls;
    this.#around = around;
    this.#now = now;
    this.#epoll = checked(calls, calls.calls.epoll_create1(libc.EPOLL_CLOEXEC));
    this.#alarm = checked(calls, calls.calls.eventfd(0, libc.EFD_NONBLOCK_CLOEXEC));
    const count = new Uint8Array(8);
    this.add(this.#alarm, libc.EPOLLIN, {
      ready: () => calls.calls.read(this.#alarm, count, 8n) < 0,
      failed: () => {},
    });
  }

  /** Times that it has looked for events. */
  get turns(): number {
    return this.#turns;
  }

  /** Begins to watch; with the first one the turns begin. Whether there was room. */
  add(descriptor: number, events: number, watched: Watched): boolean {
    this.#slots[descriptor] = { generation: ++this.#generation >>> 0, watched };
    if (this.#control(libc.EPOLL_CTL_ADD, descriptor, events) < 0) {
      this.#slots[descriptor] = undefined;
      return false;
    }
    if (descriptor !== this.#alarm) this.#running ??= this.#run();
    return true;
  }

  /** Watches for other events of it. */
  change(descriptor: number, events: number): void {
    this.#control(libc.EPOLL_CTL_MOD, descriptor, events);
  }

  /** To be called before the descriptor is closed. Events of it that are on their way are lost. */
  remove(descriptor: number): void {
    if (this.#slots[descriptor] === undefined) return;
    this.#control(libc.EPOLL_CTL_DEL, descriptor, 0);
    this.#slots[descriptor] = undefined;
  }

  /** Resolves when the thread that waits has come back. What is watched is the caller's to close. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#libc.calls.write(this.#alarm, new Uint8Array(new BigUint64Array([1n]).buffer), 8n);
    await this.#running;
    this.#libc.calls.close(this.#alarm);
    this.#libc.calls.close(this.#epoll);
  }

  async #run(): Promise<void> {
    const slept = new Uint32Array(EVENT_WORDS);
    while (!this.#closed) {
      const { events, more } = this.#turn();
      const rest = this.#rhythm.next(this.#now(), { events, full: more });
      if (this.#closed) return;
      // A timer of 0 would cost the two milliseconds that one of 1 does.
      if (rest === "go") await new Promise<void>((resolve) => setImmediate(resolve));
      else if (rest === "pause") await new Promise<void>((resolve) => setTimeout(resolve, 1));
      // What it reports is asked for again in the turn; a signal that breaks it off is no matter then.
      else await this.#libc.calls.sleep(this.#epoll, slept, 1, -1);
    }
  }

  /** Serves what is there, what the last turn had no time for first. Answers the number of events, and whether there are more. */
  #turn(): { events: number; more: boolean } {
    this.#turns++;
    let more = false;
    if (this.#at === this.#end) {
      const count = this.#libc.calls.epoll_wait(this.#epoll, this.#events, TURN_LIMIT, 0);
      more = count === TURN_LIMIT;
      this.#at = 0;
      this.#end = Math.max(count, 0) * EVENT_WORDS;
    }
    const begun = this.#at;
    if (begun < this.#end) this.#around(() => more = this.#serve() || more);
    return { events: (this.#at - begun) / EVENT_WORDS, more: more || this.#at < this.#end };
  }

  /** Serves as many as there is time for. Answers whether one of them has more. */
  #serve(): boolean {
    const events = this.#events;
    const until = this.#now() + TURN_TIME;
    let more = false;
    do {
      const at = this.#at;
      this.#at += EVENT_WORDS;
      const slot = this.#slots[events[at + DATA]!];
      if (slot === undefined || slot.generation !== events[at + DATA + 1]) continue;
      try {
        if (slot.watched.ready(events[at]!)) more = true;
      } catch (error) {
        slot.watched.failed(error);
      }
    } while (this.#at < this.#end && this.#now() <= until);
    return more;
  }

  #control(operation: number, descriptor: number, events: number): number {
    const change = this.#change;
    change[0] = events;
    change[DATA] = descriptor;
    change[DATA + 1] = this.#slots[descriptor]!.generation;
    return this.#libc.calls.epoll_ctl(this.#epoll, operation, descriptor, change);
  }
}

/** A descriptor, or the system's error thrown. */
export function checked(calls: libc.Libc, result: number): number {
  if (result < 0) throw libc.systemError(calls.error);
  return result;
}
