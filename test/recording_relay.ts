// A peer for the sockets' own tests: it has core's relay's shape, writes down each input and does what the test says.

import type { Hop } from "../core/hop.ts";
import type { Output, Resolved } from "../core/output.ts";
import type { PeerMessage } from "../core/peer_message.ts";
import type { Arrival } from "../core/sip/arrival.ts";
import type { Login, RelayInputs } from "../runtime/input.ts";
import type { Log } from "../runtime/log.ts";
import { codec, outputBytes, windowBytes } from "../wasm/codec.ts";

/** An input as it came, its bytes made text. `length` is what the codec said: -1 = too long. */
export type Seen =
  | { readonly type: "roap"; readonly feed: number; readonly length: number; readonly text: string }
  | { readonly type: "sip"; readonly arrival: Arrival; readonly length: number; readonly text: string }
  | { readonly type: "open"; readonly feed: number; readonly login: Login }
  | { readonly type: "closed"; readonly feed: number }
  | { readonly type: "flowClosed"; readonly flow: number }
  | { readonly type: "webSocketClosed"; readonly flow: number }
  | { readonly type: "tick"; readonly now: number }
  | {
    readonly type: "resolved";
    readonly query: number;
    readonly hops: readonly Hop[];
    readonly isSure: boolean;
  }
  | { readonly type: "transportFailed"; readonly transaction: string }
  | { readonly type: "unforwarded"; readonly arrival: Arrival; readonly text: string }
  | { readonly type: "peerUp" | "peerGone"; readonly shard: number }
  | { readonly type: "peer"; readonly shard: number; readonly message: PeerMessage }
  | { readonly type: "drain" }
  | { readonly type: "endCalls" };

type SeenOf<Type extends Seen["type"]> = Extract<Seen, { type: Type }>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class RecordingRelay implements RelayInputs {
  readonly outputs: Output[] = [];
  /** What the test wants done with an input, before it is over. */
  react: (seen: Seen) => void = () => {};
  /** The answer to a login. */
  refusal = "";
  nextTimer: number | undefined;
  calls = 0;
  registrations = 0;
  lastCall = 0;
  users: readonly string[] = [];
  /** What a sibling is told. */
  state: PeerMessage[] = [];
  readonly seen: Seen[] = [];
  #taken = new Set<Seen>();
  #waiting: { type: string; resolve: (seen: Seen) => void }[] = [];

  /** The next input of this kind that was not asked for before. */
  next<Type extends Seen["type"]>(type: Type): Promise<SeenOf<Type>> {
    const found = this.seen.find((seen) => seen.type === type && !this.#taken.has(seen));
    if (found !== undefined) {
      this.#taken.add(found);
      return Promise.resolve(found as SeenOf<Type>);
    }
    return new Promise((resolve) => {
      this.#waiting.push({ type, resolve: (seen) => resolve(seen as SeenOf<Type>) });
    });
  }

  /** Puts a text for a feed into the outputs. */
  say(feed: number, text: string, call = 0): void {
    const { start, length } = write(text);
    this.outputs.push({ type: "text", feed, start, length, call });
  }

  /** Puts a SIP message into the outputs, its bytes in the codec's memory. */
  send(hop: Hop, text: string, { transaction = "", call = 0 } = {}): void {
    const { start, length } = write(text);
    const bytes = outputBytes(start, length);
    this.outputs.push({ type: "sip", hop, bytes, transaction, call });
  }

  roap(feed: number, length: number): void {
    this.#see({ type: "roap", feed, length, text: inputText(length) });
  }

  sip(arrival: Arrival, length: number): void {
    this.#see({ type: "sip", arrival, length, text: inputText(length) });
  }

  open(feed: number, login: Login): string {
    this.#see({ type: "open", feed, login });
    return this.refusal;
  }

  closed(feed: number): void {
    this.#see({ type: "closed", feed });
  }

  flowClosed(flow: number): void {
    this.#see({ type: "flowClosed", flow });
  }

  webSocketClosed(flow: number): void {
    this.#see({ type: "webSocketClosed", flow });
  }

  tick(now: number): void {
    this.nextTimer = undefined;
    this.#see({ type: "tick", now });
  }

  resolved(query: number, { hops, isSure }: Resolved): void {
    this.#see({ type: "resolved", query, hops, isSure });
  }

  transportFailed(transaction: string): void {
    this.#see({ type: "transportFailed", transaction });
  }

  unforwarded(arrival: Arrival, length: number): void {
    this.#see({ type: "unforwarded", arrival, text: inputText(length) });
  }

  peerUp(shard: number): void {
    this.#see({ type: "peerUp", shard });
  }

  peerGone(shard: number): void {
    this.#see({ type: "peerGone", shard });
  }

  peer(shard: number, message: PeerMessage): void {
    this.#see({ type: "peer", shard, message });
  }

  toTell(): Iterator<PeerMessage> {
    return this.state.values();
  }

  drain(): void {
    this.#see({ type: "drain" });
  }

  endCalls(): void {
    this.#see({ type: "endCalls" });
  }

  usersOf(): readonly string[] {
    return this.users;
  }

  #see(seen: Seen): void {
    this.seen.push(seen);
    const at = this.#waiting.findIndex(({ type }) => type === seen.type);
    if (at >= 0) {
      this.#taken.add(seen);
      this.#waiting.splice(at, 1)[0]!.resolve(seen);
    }
    this.react(seen);
  }
}

/** A log that keeps its lines. */
export class RecordedLog implements Log {
  readonly lines: { level: string; fields: object; text: string }[] = [];

  debug(fields: object, text: string): void {
    this.lines.push({ level: "debug", fields, text });
  }

  info(fields: object, text: string): void {
    this.lines.push({ level: "info", fields, text });
  }

  warn(fields: object, text: string): void {
    this.lines.push({ level: "warn", fields, text });
  }

  error(fields: object, text: string): void {
    this.lines.push({ level: "error", fields, text });
  }
}

function inputText(length: number): string {
  return length < 0 ? "" : decoder.decode(windowBytes(length));
}

/** As a writer does. */
function write(text: string): { start: number; length: number } {
  const { memory } = codec;
  const bytes = encoder.encode(text);
  const start = memory.outputStart();
  outputBytes(start, bytes.length).set(bytes);
  return { ...memory.finishOutput(start + bytes.length) };
}
