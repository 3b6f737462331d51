// Many calls at once through one relay, step by step: real core and codec, its tables and its chance those of the runtime, no sockets.

import type { Transport } from "../../core/hop.ts";
import process from "node:process";
import { Relay, type RelayTables } from "../../core/relay/relay.ts";
import { hash } from "../../runtime/hash.ts";
import { CryptoRandom } from "../../runtime/random.ts";
import { relayTables } from "../../runtime/relay_tables.ts";
import { load, loadText, outputText, resetOutput } from "../../wasm/codec.ts";
import { type Bodies, nameOf, Parties, type Sent } from "./parties.ts";
import { type Step, STEPS } from "./steps.ts";
import { Wire } from "./wire.ts";

/** What a piece of work takes of something. */
export type Meter = (work: () => void) => number;

/** By default microseconds of processor time, user and system, all threads of the process. */
export interface WaveFigures {
  /** One figure a step, for all calls of the wave. */
  readonly steps: readonly number[];
  /** Timers that ran out meanwhile, of this wave and of those before. */
  readonly timers: number;
}

const OWN = { transport: "udp", host: "10.0.0.1", port: 5060 } as const;
const PHONE = { host: "10.0.0.2", port: 5070 } as const;
/** Virtual milliseconds from step to step. */
const STEP_MILLIS = 200;
/** Longer than every timer of RFC 3261 and of the relay. */
const QUIET_MILLIS = 400_000;

export class Waves {
  readonly #relay: Relay;
  readonly #tables: RelayTables;
  readonly #calls: number;
  readonly #bodies: Bodies;
  readonly #wire = new Wire();
  #now = 0;
  #serial = 0;
  #transport: Transport = "udp";
  #inviteTransport: Transport = "udp";

  /** @param calls how many are up at once, each of a browser of its own */
  constructor({ calls, bodies }: { calls: number; bodies: Bodies }) {
    this.#calls = calls;
    this.#bodies = bodies;
    this.#tables = relayTables();
    this.#relay = new Relay({
      config: {
        domain: "ropeway.local",
        listeners: [OWN, { ...OWN, transport: "tcp" }],
        accounts: new Map(),
        ims: `sip:${PHONE.host}:${PHONE.port}`,
      },
      tables: this.#tables,
      random: new CryptoRandom(),
      hash,
      now: 0,
    });
    for (let feed = 1; feed <= calls; feed++) {
      const why = this.#relay.open(feed, { user: `user${feed}`, dialect: "roap.ims" }, 0);
      if (why !== "") throw new Error(why);
    }
  }

  /** Which transport the relay chose for the INVITE: RFC 3261 section 18.1.1 sends long ones over TCP. */
  get transport(): Transport {
    return this.#inviteTransport;
  }

  /**
   * One wave of whole calls.
   *
   * @throws Error when a step leads to anything but its output
   */
  run(meter: Meter = processorTime): WaveFigures {
    const parties = Array.from({ length: this.#calls }, () => new Parties(this.#bodies, ++this.#serial));
    const steps: number[] = [];
    let timers = 0;
    let sent: Sent[] = [];
    let each = 0;
    for (const [at, step] of STEPS.entries()) {
      this.#now += STEP_MILLIS;
      timers += meter(() => this.#relay.tick(this.#now));
      this.#expectSilence();
      const said = parties.map((party, call) => party.say(at, sent.slice(each * call, each * (call + 1))));
      steps.push(meter(() => this.#play(said)));
      const received = this.#wire.drain();
      if (at === 0) this.#inviteTransport = this.#transport;
      expectOutputs(step, received, this.#calls);
      sent = received;
      each = step.outputs.length;
    }
    return { steps, timers };
  }

  /** Lets all timers run out. @throws Error when a table keeps anything of the calls */
  settle(): void {
    for (const end = this.#now + QUIET_MILLIS; this.#now < end; this.#now += 1_000) {
      this.#relay.tick(this.#now);
    }
    this.#relay.outputs.length = 0;
    for (const [name, table] of Object.entries(this.#tables)) {
      if (name !== "feeds" && table.size > 0) throw new Error(`Table ${name} keeps ${table.size} records`);
    }
  }

  /** The timed work: each input into the codec, through the relay, and its outputs out of the codec. */
  #play(said: readonly Sent[]): void {
    const relay = this.#relay;
    const wire = this.#wire;
    const arrival = { transport: this.#transport, ...PHONE, flow: 0, localPort: OWN.port };
    for (let call = 0; call < said.length; call++) {
      const input = said[call] ?? "";
      if (typeof input === "string") relay.roap(call + 1, loadText(input), this.#now);
      else relay.sip(arrival, load(input), this.#now);
      for (const output of relay.outputs) {
        if (output.type === "sip") wire.bytes(output.bytes);
        else if (output.type === "text") wire.text(outputText(output.start, output.length));
      }
      const [first] = relay.outputs;
      if (first?.type === "sip" && (first.hop.transport === "udp" || first.hop.transport === "tcp")) {
        this.#transport = first.hop.transport;
      }
      relay.outputs.length = 0;
      resetOutput();
    }
  }

  /** Nothing is lost here, so no timer has anything to send. */
  #expectSilence(): void {
    const late = this.#relay.outputs.find(({ type }) => type === "sip" || type === "text");
    if (late !== undefined) throw new Error(`A timer sends a message of type ${late.type}`);
    this.#relay.outputs.length = 0;
  }
}

/** @throws Error when the calls have not each led to the step's outputs */
function expectOutputs({ name, outputs }: Step, received: readonly Sent[], calls: number): void {
  const each = outputs.length;
  if (received.length !== each * calls) {
    throw new Error(`${name}: ${received.length} outputs of ${calls} calls, ${each} of each wanted`);
  }
  for (let at = 0; at < received.length; at += each) {
    const names = received.slice(at, at + each).map(nameOf).sort();
    if (names.join() !== outputs.join()) throw new Error(`${name} led to ${names.join(" and ")}`);
  }
}

/** Bytes that this leaves on the heap as long as nobody collects them; what a collection meanwhile took away is missing. */
export function heapGrowth(work: () => void): number {
  const before = process.memoryUsage().heapUsed;
  work();
  return process.memoryUsage().heapUsed - before;
}

/** Microseconds that this takes of all processors. */
export function processorTime(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
