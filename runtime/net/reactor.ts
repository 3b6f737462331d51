// One epoll set (epoll(7)), level-triggered, and the turns in which what it reports is served.
//
//   sleep in a thread beside ──woken──► turn ──seldom──► sleep
//                                        │ often
//                                        ▼
//   hold the thread: wait, serve, wait, serve … ──now and then, or when Deno has something to do──► Deno's turn ──► hold on
//                                                                                       └─ nothing for a while ──► sleep

import type { Millis } from "../../core/context.ts";
import { Alarms } from "./alarms.ts";
import { Bell } from "./bell.ts";
import { findDenoEvents } from "./deno_events.ts";
import * as libc from "./libc.ts";
import { Rhythm } from "./rhythm.ts";

/** One descriptor's events. */
export interface Watched {
  /**
   * The messages of many peers come through it: as long as something surely is left, it is served in each turn. In a round of all descriptors it would be one
   * among thousands that each bring one message.
   */
  readonly isShared?: boolean;
  /** `events`: EPOLL* bits. Does a bounded piece of work: what is left is reported again. Answers whether something surely is. */
  ready(events: number): boolean;
  /** `ready` has thrown: a mistake of ours. The descriptor has to go, else it would be reported for ever. */
  failed(error: unknown): void;
}

/** Descriptors and time of one turn: then others of the event loop have theirs. */
const TURN_LIMIT = 64;
const TURN_TIME: Millis = 5;
/** How long the thread is held at most: Deno's timers are late by as much. */
const LONGEST_HOLD: Millis = 50;
/**
 * The same where Deno's events are not seen, and after each of them: what one has begun, a handshake, say, goes on in Deno's turns without another event. Each
 * time that none comes, the thread is held twice as long.
 */
const SHORTEST_HOLD: Millis = 1;
/** A wait that takes longer has found nothing at first, unless it brings a crowd: to gather that takes as long. */
const RESTED: Millis = 0.05;
const CROWD = 8;
/** struct epoll_event in words: packed on x86-64 alone. */
const EVENT_WORDS = Deno.build.arch === "x86_64" ? 3 : 4;
const DATA = EVENT_WORDS - 2;

export interface ReactorOptions {
  readonly now?: () => Millis;
}

interface Slot {
  readonly descriptor: number;
  readonly generation: number;
  readonly watched: Watched;
  readonly isShared: boolean;
  /** Among those that are served before the others, and the last turn in which it was. */
  isFirst: boolean;
  servedIn: number;
}

export class Reactor {
  readonly alarms: Alarms;
  /** Runs the events of a turn, when there are some: for a user who wants to do something around them. */
  around = (events: () => void) => events();
  readonly #libc: libc.Libc;
  readonly #now: () => Millis;
  readonly #epoll: number;
  readonly #alarm: number;
  readonly #bell: Bell;
  readonly #denoEvents: number | undefined;
  readonly #events = new Uint32Array(TURN_LIMIT * EVENT_WORDS);
  readonly #change = new Uint32Array(EVENT_WORDS);
  /** By descriptor. A closed one's number is soon another's: the generation tells their events apart. */
  readonly #slots: (Slot | undefined)[] = [];
  readonly #rhythm = new Rhythm();
  /** Of #events: how many there are, and the first that is not served yet, in words. */
  #end = 0;
  #at = 0;
  /** Shared ones of which something surely is left. */
  readonly #first: Slot[] = [];
  /** After a turn: there is more to be served at once. */
  #more = false;
  #generation = 0;
  #turns = 0;
  #rested: Millis = 0;
  /** Whoever holds the thread is to let go of it. */
  #wanted = false;
  /** Times in this stretch that Deno had something to do. */
  #denoSeen = 0;
  #holdTime: Millis = SHORTEST_HOLD;
  #running: Promise<void> | undefined;
  #closed = false;

  /** @throws Error when the operating system has no descriptor for it */
  constructor(library: libc.Libc, { now = () => performance.now() }: ReactorOptions = {}) {
    this.#libc = library;
    this.#now = now;
    this.alarms = new Alarms(now);
    const { calls } = library;
    this.#denoEvents = findDenoEvents(library);
    this.#epoll = libc.checked(library, calls.epoll_create1(libc.EPOLL_CLOEXEC));
    this.#alarm = libc.checked(library, calls.eventfd(0, libc.EFD_NONBLOCK_CLOEXEC));
    this.#bell = new Bell(library);
    const count = new Uint8Array(8);
    this.add(this.#alarm, libc.EPOLLIN, {
      ready: () => calls.read(this.#alarm, count, 8n) < 0,
      failed: () => {},
    });
  }

  /** Times that it has looked for events. */
  get turns(): number {
    return this.#turns;
  }

  /** When last nothing waited to be served, neither here nor with Deno. */
  get rested(): Millis {
    return this.#rested;
  }

  /** Begins to watch; with the first one the turns begin. Whether there was room. */
  add(descriptor: number, events: number, watched: Watched): boolean {
    this.#slots[descriptor] = {
      descriptor,
      generation: ++this.#generation >>> 0,
      watched,
      isShared: watched.isShared === true,
      isFirst: false,
      servedIn: -1,
    };
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

  /** Something was asked of Deno that its event loop has to begin with: it gets its turn after this input. */
  letGo(): void {
    this.#wanted = true;
  }

  /** Resolves when the thread that waits has come back. What is watched is the caller's to close. */
  async close(): Promise<void> {
    if (this.#closed) return await this.#running;
    this.#closed = true;
    this.#libc.calls.write(this.#alarm, new Uint8Array(new BigUint64Array([1n]).buffer), 8n);
    await this.#running;
    this.#bell.close();
    this.#libc.calls.close(this.#alarm);
    this.#libc.calls.close(this.#epoll);
  }

  async #run(): Promise<void> {
    const slept = new Uint32Array(EVENT_WORDS);
    while (!this.#closed) {
      // What it reports is asked for again in the turn; a signal that breaks it off is no matter then.
      await this.#libc.calls.sleep(this.#epoll, slept, 1, -1);
      if (this.#closed) return;
      const now = this.#rested = this.#now();
      this.#turn(0);
      if (this.#rhythm.woken(now) || this.#more) await this.#hold();
    }
  }

  async #hold(): Promise<void> {
    const deno = this.#denoEvents;
    if (deno !== undefined) this.add(deno, libc.EPOLLIN, this.#denoReady);
    this.alarms.hold(true);
    while (this.#rhythm.held(await this.#stretch()) && !this.#closed) await this.#bell.ring();
    this.alarms.hold(false);
    if (deno !== undefined) this.remove(deno);
  }

  readonly #denoReady: Watched = {
    ready: () => {
      this.#denoSeen++;
      this.#wanted = true;
      return false;
    },
    failed: () => {},
  };

  /** Holds the thread for a while. Answers the number of events, Deno's not counted. */
  async #stretch(): Promise<number> {
    const { alarms } = this;
    this.#wanted = false;
    this.#denoSeen = 0;
    let now = this.#now();
    const until = now + this.#holdTime;
    let served = 0;
    do {
      const due = Math.min(until, alarms.next);
      served += this.#turn(this.#more || due <= now ? 0 : Math.ceil(due - now));
      now = this.#now();
      if (alarms.next <= now) alarms.ring(now);
      // Whatever has been promised meanwhile is kept before the next wait.
      await undefined;
    } while (now < until && !this.#wanted && !this.#closed);
    this.#holdTime = this.#wanted || this.#denoEvents === undefined
      ? SHORTEST_HOLD
      : Math.min(2 * this.#holdTime, LONGEST_HOLD);
    return served - this.#denoSeen;
  }

  /** Serves what is there, what the last turn had no time for first; waits for something, in milliseconds. Answers the number of events; #more says whether there are others. */
  #turn(wait: Millis): number {
    this.#turns++;
    this.#more = false;
    if (this.#at === this.#end) {
      const begun = wait > 0 ? this.#now() : 0;
      const count = this.#libc.calls.epoll_wait(this.#epoll, this.#events, TURN_LIMIT, wait);
      if (wait > 0 || count === 0) {
        const now = this.#now();
        if (count === 0 || count < CROWD && now - begun > RESTED) this.#rested = now;
      }
      this.#at = 0;
      this.#end = Math.max(count, 0) * EVENT_WORDS;
    }
    const begun = this.#at;
    const first = this.#first.length;
    if (begun < this.#end || first > 0) this.around(this.#serve);
    if (this.#at < this.#end || this.#end === this.#events.length) this.#more = true;
    return first + (this.#at - begun) / EVENT_WORDS;
  }

  /** Serves the shared ones that are behind, then as many of the others as there is time for. */
  readonly #serve = (): void => {
    this.#serveFirst();
    const events = this.#events;
    const until = this.#now() + TURN_TIME;
    while (this.#at < this.#end) {
      const at = this.#at;
      this.#at += EVENT_WORDS;
      const slot = this.#slots[events[at + DATA]!];
      if (slot === undefined || slot.generation !== events[at + DATA + 1]) continue;
      // what is left of its messages is for the next turn, its failures are for this one
      const what = slot.servedIn === this.#turns ? events[at]! & ~libc.EPOLLIN : events[at]!;
      if (what === 0) continue;
      if (this.#serveOne(slot, what) && slot.isShared && !slot.isFirst) {
        slot.isFirst = true;
        this.#first.push(slot);
      }
      if (this.#now() > until) return;
    }
  };

  #serveFirst(): void {
    const slots = this.#first;
    let left = 0;
    for (const slot of slots) {
      slot.servedIn = this.#turns;
      slot.isFirst = this.#slots[slot.descriptor] === slot && this.#serveOne(slot, libc.EPOLLIN);
      if (slot.isFirst) slots[left++] = slot;
    }
    slots.length = left;
  }

  /** Whether something surely is left. */
  #serveOne({ watched }: Slot, events: number): boolean {
    try {
      const isLeft = watched.ready(events);
      if (isLeft) this.#more = true;
      return isLeft;
    } catch (error) {
      watched.failed(error);
      return false;
    }
  }

  #control(operation: number, descriptor: number, events: number): number {
    const change = this.#change;
    change[0] = events;
    change[DATA] = descriptor;
    change[DATA + 1] = this.#slots[descriptor]!.generation;
    return this.#libc.calls.epoll_ctl(this.#epoll, operation, descriptor, change);
  }
}
