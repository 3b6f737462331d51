// The browsers: who logs in when, who is open, whose turn it is, and who is back after a loss.

import { hostNumber } from "./socket_address.ts";
import type { GeneratorOptions, Login } from "./options.ts";
import { Passers, placesFor } from "./passers.ts";
import type { Streams } from "./streams.ts";
import type { Tally } from "./tally.ts";
import { handshake } from "./web_socket_handshake.ts";

/** Handshakes under way at once while the population comes up. */
const IN_FLIGHT = 128;
/** A port range has some 28,000: beyond this many connections another source address is taken. */
const PORTS = 20_000;
const LOOPBACK = hostNumber("127.0.0.1");

export class Population {
  /** How many streams it needs. */
  readonly count: number;
  open = 0;
  opened = 0;
  readonly #options: GeneratorOptions;
  readonly #login: Login;
  readonly #tally: Tally;
  readonly #begun: Float64Array;
  readonly #isLocal: boolean;
  readonly #target: { host: number; port: number };
  #streams: Streams | undefined;
  #isFree: (stream: number) => boolean = () => true;
  #next = 0;
  #inFlight = 0;
  #settled = 0;
  #lost: number[] = [];
  #turn = 0;
  /** Those who log in and leave at once, and those who vanish in a call. */
  readonly #passers: readonly Passers[];
  #vanishes: (stream: number) => void = () => {};

  constructor(options: GeneratorOptions, login: Login, tally: Tally, now: number) {
    this.#options = options;
    this.#login = login;
    this.#tally = tally;
    const { browsers, idle, arrivals, logins, vanishing } = options;
    const passing = new Passers({ first: browsers + idle, rate: logins, arrivals, start: now });
    const leaving = new Passers({ first: passing.end, rate: vanishing, arrivals, start: now });
    this.#passers = [passing, leaving];
    this.count = leaving.end;
    this.#begun = new Float64Array(this.count);
    const [host = "", port = ""] = login.host.split(":");
    this.#target = { host: hostNumber(host), port: Number(port) };
    this.#isLocal = host.startsWith("127.");
  }

  /**
   * To be told once, before anything else. `isFree` says who can begin a call, if not everybody who is open; `vanishes` is told of one who has
   * logged in to vanish in a call.
   */
  use(
    streams: Streams,
    { isFree, vanishes }: {
      isFree?: ((stream: number) => boolean) | undefined;
      vanishes(stream: number): void;
    },
  ): void {
    this.#streams = streams;
    if (isFree !== undefined) this.#isFree = isFree;
    this.#vanishes = vanishes;
  }

  /** Whether everybody who is to stay has logged in, or was refused. */
  get isUp(): boolean {
    return this.#settled >= this.#options.browsers + this.#options.idle;
  }

  /** An open browser, each in its turn; -1 = there is none. */
  take(): number {
    const { browsers } = this.#options;
    for (let tried = 0; tried < browsers; tried++) {
      this.#turn = (this.#turn + 1) % browsers;
      if (this.#streams!.isOpen(this.#turn) && this.#isFree(this.#turn)) return this.#turn;
    }
    return -1;
  }

  /** Opens who lacks, as far as handshakes under way allow. */
  fill(now: number): void {
    const staying = this.#options.browsers + this.#options.idle;
    while (this.#inFlight < IN_FLIGHT) {
      const stream = this.#next < staying ? this.#next++ : this.#lost.pop();
      if (stream === undefined) return;
      this.#open(stream, now);
    }
  }

  /** Logins of passers-by that are due. */
  advance(now: number): void {
    for (const passers of this.#passers) {
      while (passers.next <= now) {
        const { stream, due } = passers.take();
        const isFree = this.#begun[stream] === 0 && !this.#streams!.isOpen(stream);
        if (isFree) this.#open(stream, due);
        else this.#tally.cause("login: no room in the generator");
      }
    }
  }

  get nextLogin(): number {
    return Math.min(...this.#passers.map(({ next }) => next));
  }

  hasOpened(stream: number, now: number): void {
    this.#tally.logins.record(now - this.#begun[stream]!);
    this.#begun[stream] = 0;
    this.#inFlight--;
    this.opened++;
    const [, leaving] = this.#passers;
    if (stream < this.#options.browsers + this.#options.idle) {
      this.open++;
      this.#settled++;
    } else if (leaving!.has(stream)) this.#vanishes(stream);
    else this.#streams!.close(stream);
  }

  /** One that fails to open is left alone, one that was open comes back. */
  hasClosed(stream: number, cause: string): void {
    const isStaying = stream < this.#options.browsers + this.#options.idle;
    if (this.#begun[stream] !== 0) {
      this.#begun[stream] = 0;
      this.#inFlight--;
      if (isStaying) this.#settled++;
      return this.#tally.cause(`login: ${cause}`);
    }
    this.#tally.cause(`WebSocket: ${cause}`);
    if (!isStaying) return;
    this.open--;
    this.#settled--;
    this.#lost.push(stream);
  }

  #open(stream: number, due: number): void {
    const { host, path, protocol, tokens } = this.#login;
    const token = tokens?.[stream];
    this.#begun[stream] = due;
    this.#inFlight++;
    this.#streams!.open(stream, {
      to: this.#target,
      from: this.#isLocal ? LOOPBACK + Math.floor(stream / PORTS) : 0,
      handshake: handshake({
        host,
        path: path.replace("{user}", userOf(stream)),
        protocol: token === undefined ? protocol : `${protocol}, token.${token}`,
      }),
    });
  }
}

/** Streams that a population needs. */
export function streamsFor(
  { browsers, idle, logins, vanishing }: Pick<
    GeneratorOptions,
    "browsers" | "idle" | "logins" | "vanishing"
  >,
): number {
  return browsers + idle + placesFor(logins) + placesFor(vanishing);
}

/** The login of a browser. */
export function userOf(stream: number): string {
  return `load${String(stream).padStart(10, "0")}`;
}
