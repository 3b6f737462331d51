// Starts the shards, starts again the one that has died or hangs, and stops all together. It has no relay in it: nothing that a stranger
// sends can reach it, and it sleeps but for a look at each shard once a second.
//
//   spawn ──► listen ──► listening ──► start ──► ready      the first shard listens before the others: a port 0 becomes a port then
//     ▲                                            │
//     └──────────── pause, 100 ms to 5 s ◄─── end ─┤        with the ports that it had
//                                              ▲   │
//                                              └─ kill      who says nothing for too long (pulse.ts)

import type { Listener } from "../../core/sip/addresses.ts";
import type { Config, Endpoint, LoginConfig, SipListener } from "../config/config.ts";
import type { Log } from "../log.ts";
import { newTokenKey } from "../login/token_key.ts";
import { StartError } from "../start_error.ts";
import type { StopStep } from "../stop.ts";
import type { Credentials } from "../tls/identity.ts";
import { listenersOf } from "./count.ts";
import { type ShardEnd, ShardProcess } from "./process.ts";
import { toPlain, type Word } from "./protocol.ts";
import { PATIENCE, PERIOD, Pulse, START_PATIENCE } from "./pulse.ts";

/** Milliseconds. */
const FIRST_PAUSE = 100;
const LAST_PAUSE = 5_000;
/** Who has lived so long has not died of its beginning. */
const LONG_LIFE = 30_000;

/** A shard's place, which outlives its process. */
interface Seat {
  readonly shard: number;
  process: ShardProcess | undefined;
  pulse: Pulse;
  state: "starting" | "listening" | "started" | "ready" | "gone";
  /** As in the configuration, then as the first process has bound them. */
  sip: readonly SipListener[];
  reached: readonly Listener[];
  lines: readonly string[];
  startedAt: number;
  pause: number;
  again: ReturnType<typeof setTimeout> | undefined;
}

export interface SupervisorOptions {
  readonly config: Config;
  readonly shards: number;
  /** Where the shards' sockets are. */
  readonly directory: string;
  readonly log: Log;
  readonly credentials: Credentials;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #seats: readonly Seat[];
  readonly #nonceKey = crypto.randomUUID() + crypto.randomUUID();
  readonly #tokenKey = newTokenKey();
  readonly #reached = new Map<StopStep, Set<number>>();
  readonly #allReady = Promise.withResolvers<void>();
  readonly #allGone = Promise.withResolvers<void>();
  readonly #looks: ReturnType<typeof setInterval>;
  #http: Endpoint;
  #https: Endpoint | undefined;
  #credentials: Credentials;
  #login: LoginConfig | undefined;
  #isUp = false;
  #stopping = false;
  #endedBadly = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#http = options.config.http;
    this.#https = options.config.https;
    this.#credentials = options.credentials;
    this.#login = options.config.login;
    this.#seats = Array.from({ length: options.shards }, (_, shard): Seat => ({
      shard,
      process: undefined,
      pulse: new Pulse(performance.now()),
      state: "starting",
      sip: listenersOf(options.config.sip, shard),
      reached: [],
      lines: [],
      startedAt: 0,
      pause: FIRST_PAUSE,
      again: undefined,
    }));
    this.#looks = setInterval(() => this.#look(), PERIOD);
  }

  /**
   * Resolves to what whoever started us is to be told, once all shards are ready.
   *
   * @throws StartError; no shard is left then.
   */
  async start(): Promise<readonly string[]> {
    for (const seat of this.#seats) this.#spawn(seat);
    this.#listen(this.#seats[0]!);
    try {
      await this.#allReady.promise;
    } catch (error) {
      this.kill();
      await this.#allGone.promise;
      throw error;
    }
    this.#isUp = true;
    // The HTTP ports are everybody's.
    const common = this.#https === undefined ? 1 : 2;
    return this.#seats.flatMap(({ lines }, shard) => shard === 0 ? lines : lines.slice(common));
  }

  /** New connections of every shard, and of one that is started again, meet these certificates. */
  renew(credentials: Credentials): void {
    this.#credentials = credentials;
    for (const { process } of this.#seats) process?.tell({ type: "renew", credentials });
  }

  /** The same of who may log in. */
  renewLogin(login: LoginConfig): void {
    this.#login = login;
    for (const { process } of this.#seats) process?.tell({ type: "renewLogin", login });
  }

  /** Resolves when all have stopped in order. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { again, process } of this.#seats) {
      clearTimeout(again);
      process?.tell({ type: "stop" });
    }
    this.#lookWhetherGone();
    await this.#allGone.promise;
    if (this.#endedBadly) throw new Error("A shard did not stop in order");
  }

  /** Ends all at once. */
  kill(): void {
    this.#stopping = true;
    for (const { again, process } of this.#seats) {
      clearTimeout(again);
      process?.kill();
    }
    this.#lookWhetherGone();
  }

  #spawn(seat: Seat): void {
    const { directory, log } = this.#options;
    seat.state = "starting";
    seat.startedAt = performance.now();
    seat.pulse = new Pulse(seat.startedAt);
    const process = new ShardProcess({
      directory,
      onWord: (word) => this.#heard(seat, word),
      onEnd: (end) => this.#ended(seat, end),
    });
    seat.process = process;
    log.info({ shard: seat.shard, pid: process.pid }, "Shard is starting");
  }

  #listen({ process, shard, sip }: Seat): void {
    const { config, directory, shards } = this.#options;
    const https = this.#https === undefined ? {} : { https: this.#https };
    const login = this.#login === undefined ? {} : { login: this.#login };
    const own = { ...toPlain(config), http: this.#http, ...https, ...login, sip };
    const credentials = this.#credentials;
    const tokenKey = this.#tokenKey;
    process?.tell({ type: "listen", shard, shards, directory, config: own, credentials, tokenKey });
  }

  /** Who hangs does so while it stops too. */
  #look(): void {
    const now = performance.now();
    for (const { shard, process, pulse, state } of this.#seats) {
      if (process === undefined) continue;
      const patience = state === "ready" ? PATIENCE : START_PATIENCE;
      const found = pulse.look(now, patience);
      if (found === "ask") process.tell({ type: "ask" });
      if (found !== "hung") continue;
      this.#options.log.error(
        { shard, pid: process.pid, looks: patience },
        "Shard says nothing: it is killed",
      );
      process.kill();
    }
  }

  #heard(seat: Seat, word: Word): void {
    seat.pulse.heard();
    switch (word.type) {
      case "here":
        return;
      case "listening":
        return this.#listening(seat, word);
      case "failed":
        if (!this.#isUp) return this.#allReady.reject(new StartError(word.message));
        this.#options.log.error({ shard: seat.shard, error: word.message }, "Shard cannot start");
        return;
      case "ready":
        seat.state = "ready";
        this.#options.log.info({ shard: seat.shard }, "Shard is ready");
        if (this.#seats.every(({ state }) => state === "ready")) this.#allReady.resolve();
        return;
      case "reached": {
        const reached = this.#reached.get(word.step) ?? new Set();
        this.#reached.set(word.step, reached.add(seat.shard));
        return this.#lookWhetherReached();
      }
    }
  }

  #listening(seat: Seat, { http, https, sip, reached, lines }: Extract<Word, { type: "listening" }>): void {
    seat.state = "listening";
    seat.sip = sip;
    seat.reached = reached;
    seat.lines = lines;
    if (this.#isUp) return this.#start(seat);
    if (seat.shard === 0) {
      // The host stays as it was configured: its name may be one that pages use.
      this.#http = { host: this.#http.host, port: http.port };
      if (this.#https !== undefined && https !== undefined) {
        this.#https = { host: this.#https.host, port: https.port };
      }
      for (const other of this.#seats.slice(1)) this.#listen(other);
    }
    if (this.#seats.every(({ state }) => state === "listening")) {
      for (const each of this.#seats) this.#start(each);
    }
  }

  #start(seat: Seat): void {
    const dial = this.#seats.filter(({ state }) => state === "started" || state === "ready");
    seat.process?.tell({
      type: "start",
      nonceKey: this.#nonceKey,
      listeners: this.#seats.map(({ reached }) => reached),
      dial: dial.map(({ shard }) => shard),
      now: performance.now(),
    });
    seat.state = "started";
  }

  #ended(seat: Seat, { code, signal }: ShardEnd): void {
    const { shard } = seat;
    seat.process = undefined;
    seat.state = "gone";
    if (this.#stopping) {
      if (code !== 0) this.#endedBadly = true;
      this.#lookWhetherReached();
      return this.#lookWhetherGone();
    }
    if (!this.#isUp) {
      this.#allReady.reject(new StartError(`Shard ${shard} ended with ${code} before it was ready`));
      return;
    }
    if (performance.now() - seat.startedAt > LONG_LIFE) seat.pause = FIRST_PAUSE;
    const { pause } = seat;
    this.#options.log.error(
      { shard, code, signal, pause },
      "Shard has ended, with its calls, and is started again",
    );
    seat.pause = Math.min(2 * pause, LAST_PAUSE);
    seat.again = setTimeout(() => {
      this.#spawn(seat);
      this.#listen(seat);
    }, pause);
  }

  /** A step of stopping that every shard which is left has reached. */
  #lookWhetherReached(): void {
    const left = this.#seats.filter(({ process }) => process !== undefined);
    for (const [step, reached] of this.#reached) {
      if (!left.every(({ shard }) => reached.has(shard))) continue;
      this.#reached.delete(step);
      for (const { process } of left) process?.tell({ type: "go", step });
    }
  }

  #lookWhetherGone(): void {
    if (!this.#seats.every(({ process }) => process === undefined)) return;
    clearInterval(this.#looks);
    this.#allGone.resolve();
  }
}
