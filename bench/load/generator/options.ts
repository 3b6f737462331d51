// What a generator is told, and what it tells: both as JSON, a line each.

import type { Arrivals } from "./schedule.ts";
import type { TallyFigures } from "./tally.ts";

/** What the browsers speak; `direct` has none: SIP over UDP straight to our own answering side. */
export type Dialect = "roap" | "sip" | "janus" | "direct";

export interface Login {
  /** HOST:PORT of the target, HOST being an IPv4 address. */
  readonly host: string;
  /** With `{user}` for the login. */
  readonly path: string;
  readonly protocol: string;
  /** Browsers register with it, by digest, before they call. Absent: they need not. */
  readonly password?: string;
  /** Of each stream, to be sent with its login. Not among the JSON: they come on standard input, a line each. */
  readonly tokens?: readonly string[];
}

export interface GeneratorOptions {
  readonly dialect: Dialect;
  /** Absent for `direct`. */
  readonly login?: Login;
  /** HOST:PORT that SIP requests of ours go to: the target's, or our own. */
  readonly sip: string;
  /** Our own SIP port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** The domain that the target serves. */
  readonly domain: string;
  /** Calls a second, and the share of them that browsers begin. */
  readonly rate: number;
  readonly toIms: number;
  readonly arrivals: Arrivals;
  /** Milliseconds, all of these. */
  readonly duration: number;
  readonly warmUp: number;
  readonly hold: number;
  readonly answerDelay: number;
  /** Beyond the hold time; a call that takes longer has failed. */
  readonly patience: number;
  /** Connections that call and are called, and those that only stay. */
  readonly browsers: number;
  readonly idle: number;
  /** Logins a second, each closed once it is open. */
  readonly logins: number;
  /** Browsers a second that log in, call the IMS and vanish in that call. Only of dialect `roap`. */
  readonly vanishing: number;
  readonly phones: number;
  readonly password: string;
  /** Milliseconds in which each phone registers anew. */
  readonly refresh: number;
}

export type Phase = "opening" | "warm-up" | "measuring" | "draining";

export interface Progress {
  readonly event: "progress";
  readonly phase: Phase;
  /** Milliseconds since the phase began. */
  readonly elapsed: number;
  readonly open: number;
  readonly registered: number;
  readonly completed: number;
  readonly failed: number;
  readonly active: number;
  readonly settingUp: number;
  /** Calls answered since the last one, and their set-up delay in milliseconds; null = there were none. */
  readonly answered: number;
  readonly p50: number | null;
  readonly p99: number | null;
}

/** The measured time begins, or is over. */
export interface Mark {
  readonly event: "measure" | "measured";
  /** Calls of any time that were completed until now. */
  readonly completed: number;
}

export interface Result {
  readonly event: "result";
  readonly tally: TallyFigures;
  /** Calls in set-up, on average over the second and over the last third of the measured time. */
  readonly backlog: readonly [middle: number, last: number];
  readonly browsers: number;
  readonly idle: number;
  readonly registered: number;
  /** Pings of the target that browsers answered. */
  readonly pings: number;
  /** Datagrams that our own socket would not send. */
  readonly unsent: number;
  /** Calls still under way when patience had ended: none, unless the generator is at fault. */
  readonly left: number;
}

export type Report = Progress | Mark | Result;
