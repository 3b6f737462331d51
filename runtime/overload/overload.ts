// Overload control: looks at how long inputs wait, as long as there are any, and lets new calls in accordingly.
//
//   input ──seen──► every 20 ms: probes, the clock's lateness, the heap ──sample──► rate ──admits──► core
//
// The delay is taken as a peer meets it: a datagram and a keep-alive of our own queue up at our own SIP sockets, and a byte among the WebSockets.
// The lateness of a timer alone would miss it: transports do a bounded amount of work in a turn, so that turns stay short however long the queues are.
// Where all sockets wait in one place and that has been empty since the last look, there is no queue and no probe.

import { getHeapStatistics } from "node:v8";
import { received } from "../../wasm/codec.ts";
import type { Admission } from "../../core/admission.ts";
import type { Millis } from "../../core/context.ts";
import type { SipListener } from "../config/config.ts";
import type { Input } from "../input.ts";
import type { Log } from "../log.ts";
import { type Alarm, Alarms } from "../net/alarms.ts";
import type { Sockets } from "../net/connection.ts";
import type { Reactor } from "../net/reactor.ts";
import { DatagramProbe } from "./datagram_probe.ts";
import { LoopbackProbe } from "./loopback_probe.ts";
import type { Probe } from "./probe.ts";
import { AdmittedRate } from "./rate.ts";
import { StreamProbe } from "./stream_probe.ts";

const PERIOD: Millis = 20;
/** What an input may have to wait: a call takes some six of them in turn. */
const TARGET: Millis = 20;
/** With more of the datagrams garbage than this it is a flood. */
const FLOOD_SHARE = 0.5;
/** Share of the engine's limit above which nothing new is taken: near the limit it does little but collect, and at it the process ends. */
const HEAP_SHARE = 0.75;

export interface OverloadCounts {
  /** New calls, registrations and requests outside dialogs that were turned away. */
  readonly refused: number;
  /** New ones a second that are taken at the moment, Infinity = all. */
  readonly limit: number;
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

export class Overload implements Admission {
  readonly #log: Log;
  readonly #now: () => Millis;
  readonly #heap: () => number;
  readonly #rate = new AdmittedRate({ target: TARGET });
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
  #refused = 0;
  #isFull = false;
  /** Of the present overload. */
  #shedding: { readonly since: Millis; readonly refused: number; delay: Millis } | undefined;
  #closed = false;

  constructor({ log, now = () => performance.now(), heap = heapShare, reactor }: OverloadOptions) {
    this.#log = log;
    this.#now = now;
    this.#heap = heap;
    this.#reactor = reactor;
    this.#alarm = (reactor?.alarms ?? new Alarms(now)).alarm(() => this.#look());
  }

  get counts(): OverloadCounts {
    return { refused: this.#refused, limit: this.#isFull ? 0 : this.#rate.limit, delay: this.#rate.standing };
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
    if (!this.#isFull && this.#rate.take(this.#now())) return true;
    this.#refused++;
    return false;
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
    this.#inputs++;
    if (!this.#isArmed) this.#arm();
    return false;
  }

  close(): void {
    this.#closed = true;
    this.#alarm.clear();
    for (const probe of this.#probes) probe.close();
  }

  #isProbe(input: Extract<Input, { type: "sip" | "datagram" }>): boolean {
    const { arrival } = input;
    const probe = this.#datagrams.find((probe) => probe.sends(arrival));
    probe?.returned(input.type === "sip" ? input.bytes : received(input.slot, input.length));
    return probe !== undefined;
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
    this.#rate.sample(rested ? 0 : this.#delay(now), now);
    this.#isFull = this.#heap() > HEAP_SHARE;
    this.#tell(now);
    const isIdle = this.#inputs === 0 && this.#shedding === undefined;
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

  /** One line when it begins and one when it is over, not one a call. */
  #tell(now: Millis): void {
    const { limit, standing } = this.#rate;
    const sheds = this.#isFull || limit !== Infinity;
    if (this.#shedding === undefined) {
      if (!sheds) return;
      this.#shedding = { since: now, refused: this.#refused, delay: standing };
      const facts = { delay: Math.round(standing), limit: Math.round(limit), heapFull: this.#isFull };
      return this.#log.warn(facts, "Overloaded: not every new call is taken");
    }
    const { since, refused, delay } = this.#shedding;
    this.#shedding.delay = Math.max(delay, standing);
    if (sheds) return;
    this.#shedding = undefined;
    const facts = {
      seconds: Math.round((now - since) / 100) / 10,
      refused: this.#refused - refused,
      delay: Math.round(delay),
    };
    this.#log.warn(facts, "No longer overloaded: every new call is taken");
  }
}

/** With the bytes that lie outside the heap, as messages that wait do: the engine does not limit them, so this is what does. */
function heapShare(): number {
  const { used_heap_size, external_memory, heap_size_limit } = getHeapStatistics();
  return (used_heap_size + external_memory) / heap_size_limit;
}
