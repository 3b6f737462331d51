// The loop around core: one input, all its outputs, then the next input.
//
//   socket ──deliver──► core ──outputs──► udp tcp · WebSockets · resolver · log
//              ▲                     └──► loop hops ─┐ queued, bounded
//              └─────────────────────────────────────┘ after the input they came from
//
// Datagrams are noted where they stand in the codec's memory and leave in one flush: after the input, or after all that came together with
// it. Until then they are held in the output arena; core's room.ts moves only what is not drained yet.

import type { Millis } from "../core/context.ts";
import type { Hop } from "../core/hop.ts";
import type { Output } from "../core/output.ts";
import type { Arrival } from "../core/sip/arrival.ts";
import {
  holdOutput,
  INPUT_LIMIT,
  inputWindow,
  load,
  openInput,
  openReceived,
  outputBytes,
  outputRoom,
  received,
  releaseOutput,
} from "../wasm/codec.ts";
import type { NameResolver } from "./dns/name_resolver.ts";
import { Queries } from "./dns/queries.ts";
import type { FeedSender } from "./http/feed_sender.ts";
import type { Input, Inputs, RelayInputs } from "./input.ts";
import type { Ladder } from "./ladder.ts";
import type { Log } from "./log.ts";
import { type Alarm, Alarms } from "./net/alarms.ts";
import type { LoopOptions, Watch } from "./loop_options.ts";
import type { SipSender } from "./sip/sip_sender.ts";
import { ownedInput } from "./owned_input.ts";
import { SiblingOutputs } from "./shards/sibling_outputs.ts";

const LOOP_LIMIT = 10_000;
const LOOP_BYTES_LIMIT = 64 * 1024 * 1024;
/** Queued inputs worked off before sockets get their turn: a message that feeds on itself must not starve them. */
const TURN_LIMIT = 500;
/** Room in the output arena below which what is held leaves first: core wants 1 MiB (core/room.ts), and an input adds to it. */
const ROOM = 1.25 * 1024 * 1024;
/** Times that refusals of what was just sent are worked off at once. */
const REFUSAL_ROUNDS = 8;
const LONGEST_TIMEOUT = 0x7fff_ffff;

export class Loop implements Inputs {
  readonly #relay: RelayInputs;
  readonly #sip: SipSender;
  readonly #feeds: FeedSender;
  readonly #resolver: NameResolver;
  readonly #queries: Queries;
  readonly #ladder: Ladder;
  readonly #log: Log;
  readonly #siblings: SiblingOutputs;
  readonly #hasSiblings: boolean;
  readonly #watch: Watch | undefined;
  readonly #now: () => Millis;
  readonly #loopLimit: number;
  /** Inputs that came up while another was worked on. */
  #queue: Input[] = [];
  #looped = 0;
  #loopedBytes = 0;
  #busy = false;
  /** Inputs come together: the flush follows the last one. */
  #together = false;
  #stopped = false;
  #continuation: ReturnType<typeof setTimeout> | undefined;
  readonly #alarm: Alarm;
  readonly #letGo: () => void;
  #armedFor: Millis = Infinity;
  #faults = 0;
  #overflows = 0;
  readonly #window = inputWindow();
  readonly #shown = new Uint8Array(INPUT_LIMIT);
  #shownLength = 0;
  #awaited: { readonly condition: () => boolean; readonly resolve: () => void } | undefined;

  constructor(options: LoopOptions) {
    this.#relay = options.relay;
    this.#sip = options.sip;
    this.#feeds = options.feeds;
    this.#resolver = options.resolver;
    this.#queries = new Queries({ ...options, deliver: (input) => this.deliver(input) });
    this.#ladder = options.ladder;
    this.#log = options.log;
    this.#hasSiblings = options.siblings !== undefined;
    this.#siblings = new SiblingOutputs({
      siblings: options.siblings,
      sip: options.sip,
      queue: (input) => this.#queue.push(input),
      deliver: (input) => this.deliver(input),
    });
    this.#watch = options.watch;
    this.#now = options.now ?? (() => performance.now());
    this.#loopLimit = options.loopLimit ?? LOOP_LIMIT;
    this.#letGo = options.letGo ?? (() => {});
    this.#alarm = (options.alarms ?? new Alarms(this.#now)).alarm(() => {
      this.#armedFor = Infinity;
      this.deliver({ type: "tick" });
    });
  }

  /** Inputs and outputs that threw: each one is a mistake of ours. */
  get faults(): number {
    return this.#faults;
  }

  /** Messages to ourselves that found the queue full. */
  get overflows(): number {
    return this.#overflows;
  }

  /** Queries to the resolver that have no answer yet. */
  get queries(): number {
    return this.#queries.size;
  }

  deliver(input: Input): void {
    if (this.#stopped || this.#watch?.seen(input) === true) return;
    if (this.#busy) {
      this.#queue.push(ownedInput(input));
      return;
    }
    this.#work(input);
  }

  together(deliverAll: () => void): void {
    // Nothing is taken then, but whoever delivers has to get on; or the last one of all is still to come.
    if (this.#stopped || this.#together) return deliverAll();
    this.#together = true;
    try {
      deliverAll();
    } finally {
      this.#together = false;
      this.#finish();
    }
  }

  /** Resolves when an input has made the condition true, or after `patience`; says whether it is. */
  async until(condition: () => boolean, patience: Millis): Promise<boolean> {
    if (!condition() && patience > 0) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#awaited = { condition, resolve };
        timer = setTimeout(resolve, Math.min(patience, LONGEST_TIMEOUT));
      });
      clearTimeout(timer);
      this.#awaited = undefined;
    }
    return condition();
  }

  /** Takes no more inputs and lets go of the timer. */
  stop(): void {
    this.#stopped = true;
    this.#queue = [];
    this.#alarm.clear();
    clearTimeout(this.#continuation);
  }

  #work(input?: Input): void {
    this.#busy = true;
    try {
      if (input !== undefined) this.#step(input);
      this.#workOff();
    } finally {
      this.#busy = false;
    }
    if (!this.#together) this.#finish();
  }

  /** Sends what is held. What that brings up, refusals, is worked off at once. */
  #finish(): void {
    this.#busy = true;
    try {
      this.#flush();
      for (let round = 0; round < REFUSAL_ROUNDS && this.#queue.length > 0; round++) {
        if (this.#continuation !== undefined) break;
        this.#workOff();
        this.#flush();
      }
      this.#goOnLater();
    } finally {
      this.#busy = false;
    }
    this.#rest();
  }

  #flush(): void {
    try {
      this.#sip.flush();
    } catch (error) {
      this.#fault(error, "flush");
    }
    releaseOutput();
  }

  /** The queue in its order, as far as one turn goes; the rest after the sockets had theirs. */
  #workOff(): void {
    const queue = this.#queue;
    let done = 0;
    for (; done < queue.length && done < TURN_LIMIT; done++) {
      const input = queue[done]!;
      if (input.type === "sip" && input.arrival.transport === "loop" && input.arrival.shard === undefined) {
        this.#looped--;
        this.#loopedBytes -= input.bytes.length;
      }
      this.#step(input);
    }
    queue.splice(0, done);
    this.#goOnLater();
  }

  #goOnLater(): void {
    if (this.#queue.length === 0 || this.#continuation !== undefined) return;
    this.#letGo();
    this.#continuation = setTimeout(() => this.#continue(), 0);
  }

  #continue(): void {
    this.#continuation = undefined;
    this.#work();
  }

  #step(input: Input): void {
    if (outputRoom() < ROOM) this.#flush();
    const isShown = this.#ladder.active;
    if (input.type === "roap" && (this.#hasSiblings || isShown)) this.#remember(input);
    try {
      this.#perform(input);
    } catch (error) {
      this.#fault(error, input.type);
    }
    try {
      if (isShown) this.#show(input);
      else this.#ladder.passOver(this.#relay.lastCall);
      const outputs = this.#relay.outputs;
      for (let i = 0; i < outputs.length; i++) this.#drain(outputs[i]!);
      outputs.length = 0;
    } catch (error) {
      this.#relay.outputs.length = 0;
      this.#fault(error, "drain");
    }
    holdOutput();
  }

  #perform(input: Input): void {
    const now = this.#now();
    switch (input.type) {
      case "datagram":
        return this.#relay.sip(input.arrival, openReceived(input.slot, input.length), now);
      case "sip":
        return this.#relay.sip(input.arrival, load(input.bytes), now, input.settled);
      case "message":
        return this.#relay.sip(input.arrival, openInput(input.length), now);
      case "roap":
        return this.#relay.roap(
          input.feed,
          input.bytes === undefined ? openInput(input.length) : load(input.bytes),
          now,
          input.settled,
        );
      case "open":
        return input.answered(this.#relay.open(input.feed, input.login, now));
      case "closed":
        return this.#relay.closed(input.feed, now);
      case "flowClosed":
        return this.#relay.flowClosed(input.flow, now);
      case "resolved":
        return this.#relay.resolved(input.query, input, now);
      case "transportFailed":
        if (this.#siblings.failed(input.transaction)) return;
        return this.#relay.transportFailed(input.transaction, now);
      case "unforwarded":
        return this.#relay.unforwarded(input.arrival, load(input.bytes), now);
      case "peerUp":
        return this.#relay.peerUp(input.shard);
      case "peerGone":
        return this.#relay.peerGone(input.shard, now);
      case "peer":
        return this.#relay.peer(input.shard, input.message, now);
      case "webSocketClosed":
        return this.#relay.webSocketClosed(input.flow, now);
      case "tick":
        return this.#relay.tick(now);
      case "drain":
        return this.#relay.drain();
      case "endCalls":
        return this.#relay.endCalls(now);
    }
  }

  /** One output's failure must not cost the others. */
  #drain(output: Output): void {
    try {
      this.#send(output);
    } catch (error) {
      this.#fault(error, output.type);
    }
  }

  #send(output: Output): void {
    switch (output.type) {
      case "sip":
        if (this.#ladder.active) this.#ladder.sipOut(output);
        if (output.hop.shard !== undefined) return this.#siblings.send(output);
        if (output.hop.transport === "loop") return this.#loop(output);
        return this.#sip.send(output);
      case "text": {
        const bytes = output.bytes ?? outputBytes(output.start, output.length);
        if (this.#ladder.active) this.#ladder.roapOut(output.call, bytes);
        return this.#feeds.sendText(output.feed, bytes);
      }
      case "close":
        return this.#feeds.close(output.feed, output.code, output.reason);
      case "resolve":
        this.#letGo();
        return this.#queries.ask(output.query, output.target);
      case "dead":
        return this.#resolver.dead(output.hop, output.duration);
      case "note":
        return this.#log[output.level]({ call: output.call }, output.text);
      case "forward":
        return this.#siblings.forward(output);
      case "again":
        return this.#siblings.again(output);
      case "textAgain":
        return this.#siblings.textAgain(output.feed, this.#shown.slice(0, this.#shownLength));
      case "announce":
        return this.#siblings.announce(output.message);
    }
  }

  /** A message to ourselves: it becomes an input of its own, so its bytes have to leave the codec's memory. */
  #loop({ hop, bytes, transaction }: { hop: Hop; bytes: Uint8Array; transaction: string }): void {
    if (this.#looped >= this.#loopLimit || this.#loopedBytes + bytes.length > LOOP_BYTES_LIMIT) {
      this.#overflows++;
      if (transaction !== "") this.#queue.push({ type: "transportFailed", transaction });
      return;
    }
    this.#looped++;
    this.#loopedBytes += bytes.length;
    const arrival: Arrival = {
      transport: "loop",
      host: hop.host,
      port: hop.port,
      flow: 0,
      localPort: hop.port,
    };
    this.#queue.push({ type: "sip", arrival, bytes: bytes.slice() });
  }

  #show(input: Input): void {
    if (input.type === "roap" && this.#shownLength > 0) {
      return this.#ladder.roapIn(this.#relay.lastCall, this.#shown.subarray(0, this.#shownLength));
    }
    if (input.type !== "sip" && input.type !== "datagram" && input.type !== "message") return;
    this.#ladder.sipIn(this.#relay.lastCall, input.arrival, this.#bytesOf(input));
  }

  #bytesOf(input: Extract<Input, { type: "sip" | "datagram" | "message" }>): Uint8Array {
    if (input.type === "sip") return input.bytes;
    return input.type === "message"
      ? this.#window.subarray(0, input.length)
      : received(input.slot, input.length);
  }

  /** The reader works in the window itself, so what the ladder is to show, or is to come again, is put aside before. */
  #remember({ bytes, length }: Extract<Input, { type: "roap" }>): void {
    const text = bytes ?? this.#window.subarray(0, Math.max(length, 0));
    this.#shownLength = text.length > this.#shown.length ? 0 : text.length;
    if (this.#shownLength > 0) this.#shown.set(text);
  }

  #fault(error: unknown, input: string): void {
    this.#faults++;
    const stack = error instanceof Error ? error.stack : String(error);
    this.#log.error({ input, call: this.#relay.lastCall, stack }, "Fault of our own: one input is lost");
  }

  /** Nothing to do for now: tells who waits for that, and sets the alarm. */
  #rest(): void {
    if (this.#awaited?.condition()) this.#awaited.resolve();
    this.#arm();
  }

  /** One timer for all of core's. An earlier one than needed is left alone: a tick that finds nothing is cheap. */
  #arm(): void {
    const next = this.#relay.nextTimer;
    if (next === undefined || next >= this.#armedFor || this.#stopped) return;
    this.#armedFor = next;
    this.#alarm.set(next);
  }
}
