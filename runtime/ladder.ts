// The ladder: who sent what and when, for the users of a call. Text is made only when somebody looks.

import type { Millis } from "../core/context.ts";
import type { Hop } from "../core/hop.ts";
import type { Arrival } from "../core/sip/arrival.ts";
import { hostPort } from "./sip/address.ts";

/** One message of a call, seen from the relay. */
export interface Rung {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly call: number;
  readonly direction: "in" | "out";
  readonly protocol: "ROAP" | "SIP";
  /** `browser`, `loop` or `udp:127.0.0.1:5060`. */
  readonly peer: string;
  readonly users: readonly string[];
  readonly message: Uint8Array;
}

/** Where a user's ladder can be had. A rung of another process comes as the text it is shown by. */
export interface LadderSource {
  /** Shows a user's messages from now on, after the kept ones of the past. Returns how to end it. */
  subscribe(user: string, show: (rung: Rung | string) => void): () => void;
}

export interface LadderOptions {
  /** Keeps the last messages for those who subscribe later. */
  readonly tracing: boolean;
  readonly usersOf: (call: number) => readonly string[];
  /** Live calls, 0 when absent. */
  readonly calls?: () => number;
  /** Which of how many shards this is: calls of different ones have different numbers. */
  readonly shard?: { readonly own: number; readonly shards: number } | undefined;
  /** Bytes of messages kept in all. */
  readonly byteLimit?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => Millis;
}

type Subscriber = (rung: Rung) => void;

const REPLAY_LIMIT = 200;
/** So that a replay fits what may wait for a reader. */
const REPLAY_BYTES_LIMIT = 1024 * 1024;
const KEPT_LIMIT = 20_000;
const BYTE_LIMIT = 16 * 1024 * 1024;
const CALL_LIMIT = 10_000;
/** How long after a call's end messages of it may come: 64·T1, for BYE and its answer are sent again as long (RFC 3261 section 17.1.2.2). */
const AFTERWARDS: Millis = 32_000;
/** A call that begins while more are under way leaves no past: it would cost each of them, and no person follows so many. */
const TRACED_CALLS = 50;

export class Ladder implements LadderSource {
  readonly #tracing: boolean;
  readonly #usersOf: (call: number) => readonly string[];
  readonly #calls: () => number;
  readonly #byteLimit: number;
  readonly #now: () => Millis;
  readonly #own: number;
  readonly #shards: number;
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  #subscriptions = 0;
  /** Oldest first from #first on; what is before it is gone. */
  #kept: (Rung | undefined)[] = [];
  #first = 0;
  #bytes = 0;
  /** Calls whose messages are kept, and the last one of which that was decided. */
  readonly #traced = new Set<number>();
  /** Those of them that may still have messages, with the time at which core had forgotten them, 0 = it has not. */
  readonly #open = new Map<number, number>();
  #decided = 0;
  /** A call's last messages leave after core has forgotten it. */
  readonly #users = new Map<number, readonly string[]>();

  constructor(
    { tracing, usersOf, calls = () => 0, shard, byteLimit = BYTE_LIMIT, now = () => Date.now() }:
      LadderOptions,
  ) {
    this.#tracing = tracing;
    this.#usersOf = usersOf;
    this.#calls = calls;
    this.#own = shard?.own ?? 0;
    this.#shards = shard?.shards ?? 1;
    this.#byteLimit = byteLimit;
    this.#now = now;
  }

  /** Whether anybody wants messages: the loop asks before it does anything for the ladder. */
  get active(): boolean {
    if (this.#subscriptions > 0) return true;
    return this.#tracing && (this.#open.size > 0 || this.#calls() <= TRACED_CALLS);
  }

  get subscriptions(): number {
    return this.#subscriptions;
  }

  /** Nobody wanted this call's message: should it be the first one, then the call leaves no past. */
  passOver(call: number): void {
    if (call > this.#decided) this.#decided = call;
  }

  sipIn(call: number, { transport, host, port }: Arrival, bytes: Uint8Array): void {
    if (!this.#wants(call)) return;
    const peer = transport === "loop" ? "loop" : `${transport}:${hostPort(host, port)}`;
    this.#add({ call, direction: "in", protocol: "SIP", peer, message: bytes.slice() });
  }

  sipOut({ call, hop, bytes }: { call: number; hop: Hop; bytes: Uint8Array }): void {
    if (!this.#wants(call)) return;
    const peer = hop.transport === "loop" ? "loop" : `${hop.transport}:${hostPort(hop.host, hop.port)}`;
    this.#add({ call, direction: "out", protocol: "SIP", peer, message: bytes.slice() });
  }

  roapIn(call: number, bytes: Uint8Array): void {
    if (!this.#wants(call)) return;
    this.#add({ call, direction: "in", protocol: "ROAP", peer: "browser", message: bytes.slice() });
  }

  roapOut(call: number, bytes: Uint8Array): void {
    if (!this.#wants(call)) return;
    this.#add({ call, direction: "out", protocol: "ROAP", peer: "browser", message: bytes.slice() });
  }

  /** Shows a user's messages from now on, after the kept ones of the past. Returns how to end it. */
  subscribe(user: string, show: Subscriber): () => void {
    for (const rung of this.#past(user)) show(rung);
    let subscribers = this.#subscribers.get(user);
    if (subscribers === undefined) this.#subscribers.set(user, subscribers = new Set());
    subscribers.add(show);
    this.#subscriptions++;
    return () => {
      if (!subscribers.delete(show)) return;
      this.#subscriptions--;
      if (subscribers.size === 0 && this.#subscribers.get(user) === subscribers) {
        this.#subscribers.delete(user);
      }
    };
  }

  #wants(call: number): boolean {
    if (call === 0) return false;
    return this.#isTraced(call) || this.#subscriptions > 0;
  }

  /** Calls are numbered in the order in which they begin. */
  #isTraced(call: number): boolean {
    if (call <= this.#decided) return this.#traced.has(call);
    this.#decided = call;
    if (!this.#tracing) return false;
    this.#lookAtOne();
    if (this.#calls() > TRACED_CALLS) return false;
    if (this.#traced.size >= CALL_LIMIT) {
      const first = this.#traced.values().next().value!;
      this.#traced.delete(first);
      this.#open.delete(first);
    }
    this.#traced.add(call);
    this.#open.set(call, 0);
    return true;
  }

  /** With each call that begins, one of the traced ones is looked at: what is over for long has no messages any more. */
  #lookAtOne(): void {
    for (const [call, over] of this.#open) {
      this.#open.delete(call);
      const now = this.#now();
      if (this.#usersOf(call).length > 0) this.#open.set(call, 0);
      else if (over === 0) this.#open.set(call, now);
      else if (now - over < AFTERWARDS) this.#open.set(call, over);
      return;
    }
  }

  #past(user: string): Rung[] {
    const found: Rung[] = [];
    let bytes = 0;
    for (let i = this.#kept.length - 1; i >= this.#first && found.length < REPLAY_LIMIT; i--) {
      const rung = this.#kept[i]!;
      if (!rung.users.includes(user)) continue;
      bytes += rung.message.length;
      if (bytes > REPLAY_BYTES_LIMIT) break;
      found.push(rung);
    }
    return found.reverse();
  }

  #add(message: Omit<Rung, "time" | "users">): void {
    const users = this.#namesOf(message.call);
    if (users.length === 0) return;
    const call = message.call * this.#shards + this.#own;
    const rung: Rung = { time: this.#now(), users, ...message, call };
    if (this.#traced.has(message.call)) this.#keep(rung);
    if (this.#subscriptions === 0) return;
    for (const user of new Set(users)) {
      for (const show of this.#subscribers.get(user) ?? []) show(rung);
    }
  }

  #namesOf(call: number): readonly string[] {
    const users = this.#usersOf(call);
    if (users.length === 0) return this.#users.get(call) ?? users;
    if (this.#users.get(call)?.length !== users.length) {
      if (this.#users.size >= CALL_LIMIT) this.#users.delete(this.#users.keys().next().value!);
      this.#users.set(call, [...users]);
    }
    return users;
  }

  #keep(rung: Rung): void {
    this.#kept.push(rung);
    this.#bytes += rung.message.length;
    while (this.#bytes > this.#byteLimit || this.#kept.length - this.#first > KEPT_LIMIT) {
      this.#bytes -= this.#kept[this.#first]!.message.length;
      this.#kept[this.#first++] = undefined;
    }
    if (this.#first > KEPT_LIMIT) {
      this.#kept = this.#kept.slice(this.#first);
      this.#first = 0;
    }
  }
}

const decoder = new TextDecoder();

/** What a rung looks like to the page: JSON with its title (`INVITE`, `180 Ringing`, `OFFER`) and its whole text. */
export function rungText({ time, call, direction, protocol, peer, message }: Rung): string {
  const whole = decoder.decode(message);
  const text = protocol === "SIP" ? discreet(whole) : whole;
  const title = protocol === "SIP" ? sipTitle(text) : roapTitle(text);
  return JSON.stringify({ time, call, direction, protocol, peer, title, text });
}

/** Without what is no browser's to see: proofs of a password, and who a caller is that wants to stay unknown. */
function discreet(text: string): string {
  const proved = text.replace(/^((?:Proxy-)?Authorization:)[^\r]*/gim, "$1 …");
  if (!/^Privacy:/im.test(proved)) return proved;
  return proved.replace(
    /^(P-Asserted-Identity:|P-Preferred-Identity:|Remote-Party-ID:|From:|f:)[^\r]*/gim,
    "$1 …",
  );
}

function sipTitle(text: string): string {
  const end = text.indexOf("\r\n");
  const line = end < 0 ? text : text.slice(0, end);
  if (line.startsWith("SIP/2.0 ")) return line.slice(8);
  const space = line.indexOf(" ");
  return space < 0 ? line : line.slice(0, space);
}

function roapTitle(text: string): string {
  return /"messageType"\s*:\s*"([^"]{1,40})"/.exec(text)?.[1] ?? "?";
}
