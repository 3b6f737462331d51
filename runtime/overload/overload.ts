// Overload control: looks at how long inputs wait, as long as there are any, and lets new calls, and later new browsers, in accordingly.
//
//   input ──seen──► every 20 ms: probes, the clock's lateness, the heap ──sample──► newcomers ──admits──► core, HTTP
//
// The delay is taken as a peer meets it: a datagram and a keep-alive of our own queue up at our own SIP sockets, and a byte among the WebSockets.
// The lateness of a timer alone would miss it: transports do a bounded amount of work in a turn, so that turns stay short however long the queues are.
// Where all sockets wait in one place and that has been empty since the last look, there is no queue and no probe.

import { getHeapStatistics } from "node:v8";
import { received } from "../../wasm/codec.ts";
import type { Admission } from "../../core/admission.ts";
import type { Millis } from "../../core/context.ts";
import type { SipListener } from "../config/config.ts";
import type { LoginAdmission } from "../http/login_admission.ts";
import type { Input } from "../input.ts";
import type { Log } from "../log.ts";
import { type Alarm, Alarms } from "../net/alarms.ts";
import type { Sockets } from "../net/connection.ts";
import type { Reactor } from "../net/reactor.ts";
import { DatagramProbe } from "./datagram_probe.ts";
import { LoopbackProbe } from "./loopback_probe.ts";
import { Newcomers } from "./newcomers.ts";
import type { Probe } from "./probe.ts";
import { StreamProbe } from "./stream_probe.ts";

const PERIOD: Millis = 20;
/** What an input may have to wait: a call takes some six of them in turn. */
const TARGET: Millis = 20;
/** The same above which browsers are turned away as well. Calls alone, refused in time, do not come to that; those who all come back at once do. */
const LOGIN_TARGET: Millis = 100;
/** With more of the datagrams garbage than this it is a flood. */
const FLOOD_SHARE = 0.5;
/** Share of the engine's limit above which nothing new is taken: near the limit it does little but collect, and at it the process ends. */
const HEAP_SHARE = 0.75;
/** And no new browser: what is between the two is for those who are on their way, and for calls that go on. */
const LOGIN_HEAP_SHARE = 0.85;

export interface OverloadCounts {
  /** New calls, registrations and requests outside dialogs that were turned away. */
  readonly refused: number;
  /** New ones a second that are taken at the moment, Infinity = all. */
  readonly limit: number;
  /** The same of WebSockets. */
  readonly refusedLogins: number;
  readonly loginLimit: number;
  /** Standing delay of inputs. */
  readonly delay: Millis;
}

export interface OverloadOptions {
  readonly log: Log;
  readonly now?: () => Millis;
  /** Share of the heap's limit that is in use. */
  readonly heap?: () => number;
  /** Where all sockets wait, if that is one place: it knows when nothing waited. */
  readonly reactor?: Pick<Reactor, "alarms" | "rested"> | undefined;
}

export class Overload implements Admission, LoginAdmission {
  readonly #now: () => Millis;
  readonly #heap: () => number;
  readonly #calls: Newcomers;
  readonly #logins: Newcomers;
  readonly #probes: Probe[] = [];
  readonly #datagrams: DatagramProbe[] = [];
  readonly #streams: Probe[] = [];
  readonly #alarm: Alarm;
  readonly #reactor: OverloadOptions["reactor"];
  #isArmed = false;
  #due: Millis = 0;
  /** Inputs of others since the last look. */
  #inputs = 0;
  /** Datagrams among them, and those that nobody could read. */
  #received = 0;
  #garbage = 0;
  #closed = false;

  constructor({ log, now = () => performance.now(), heap = heapShare, reactor }: OverloadOptions) {
    this.#calls = new Newcomers({ log, target: TARGET, heapShare: HEAP_SHARE, noun: "call" });
    this.#logins = new Newcomers({
      log,
      target: LOGIN_TARGET,
      heapShare: LOGIN_HEAP_SHARE,
      noun: "browser",
    });
    this.#now = now;
    this.#heap = heap;
    this.#reactor = reactor;
    this.#alarm = (reactor?.alarms ?? new Alarms(now)).alarm(() => this.#look());
  }

  get counts(): OverloadCounts {
    const { refused, limit, delay } = this.#calls;
    return { refused, limit, refusedLogins: this.#logins.refused, loginLimit: this.#logins.limit, delay };
  }

  get shedsLogins(): boolean {
    return this.#logins.isShedding;
  }

  /** From now on the ways to these listeners, and to the sockets that carry the WebSockets, are looked at. */
  watch(listeners: readonly SipListener[], sockets?: Sockets): void {
    for (const listener of listeners) {
      if (listener.transport === "udp") this.#datagrams.push(new DatagramProbe(listener, this.#now));
    }
    // one loop serves all streams of SIP: one of them tells for the others
    const stream = listeners.find(({ transport }) => transport === "tcp");
    if (stream !== undefined) this.#streams.push(new StreamProbe(stream, this.#now));
    if (sockets !== undefined) this.#streams.push(new LoopbackProbe(sockets, this.#now));
    this.#probes.push(...this.#datagrams, ...this.#streams);
  }

  admits(): boolean {
    return this.#calls.admits(this.#now());
  }

  /** Whoever is turned away becomes no input: this is all that is seen of them. */
  admitsLogin(): boolean {
    this.#came();
    return this.#logins.admits(this.#now());
  }

  unreadable(): void {
    this.#garbage++;
  }

  /** An input has come. True: it was a probe, and is done. */
  seen(input: Input): boolean {
    if (input.type === "sip" || input.type === "datagram") {
      if (this.#isProbe(input)) return true;
      if (input.arrival.transport === "udp") this.#received++;
    } else if (input.type !== "roap" && input.type !== "message" && input.type !== "open") return false;
    this.#came();
    return false;
  }

  close(): void {
    this.#closed = true;
    this.#alarm.clear();
    for (const probe of this.#probes) probe.close();
  }

  #isProbe(input: Extract<Input, { type: "sip" | "datagram" }>): boolean {
    for (const probe of this.#datagrams) {
      if (!probe.sends(input.arrival)) continue;
      probe.returned(input.type === "sip" ? input.bytes : received(input.slot, input.length));
      return true;
    }
    return false;
  }

  #came(): void {
    this.#inputs++;
    if (!this.#isArmed) this.#arm();
  }

  #arm(): void {
    if (this.#closed) return;
    this.#isArmed = true;
    this.#due = this.#now() + PERIOD;
    this.#alarm.set(this.#due);
  }

  #look(): void {
    const now = this.#now();
    const rested = this.#reactor !== undefined && now - this.#reactor.rested <= PERIOD;
    const state = { delay: rested ? 0 : this.#delay(now), heap: this.#heap() };
    this.#calls.sample(state, now);
    this.#logins.sample(state, now);
    const isIdle = this.#inputs === 0 && !this.#calls.isShedding && !this.#logins.isShedding;
    this.#inputs = this.#received = this.#garbage = 0;
    this.#isArmed = false;
    if (isIdle) return;
    // Whoever has rested has no queue: there is nothing to be told.
    if (!rested) { for (const probe of this.#probes) probe.send(now); }
    this.#arm();
  }

  /**
   * The longest delay that calls can be to blame for. A queue of datagrams that is full of garbage would get no shorter without calls, and whoever
   * fills it would have shut the relay.
   */
  #delay(now: Millis): Millis {
    const isFlood = this.#garbage > FLOOD_SHARE * this.#received;
    const probes = isFlood ? this.#streams : this.#probes;
    return probes.reduce((delay, probe) => Math.max(delay, probe.delay(now)), now - this.#due);
  }
}

/** With the bytes that lie outside the heap, as messages that wait do: the engine does not limit them, so this is what does. */
function heapShare(): number {
  const { used_heap_size, external_memory, heap_size_limit } = getHeapStatistics();
  return (used_heap_size + external_memory) / heap_size_limit;
}
