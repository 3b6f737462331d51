// Calls through a relay of one's own, as the load tool makes them, while something happens to it.

import type { Progress } from "../../bench/load/generator/options.ts";
import { browsersFor } from "../../bench/load/options.ts";
import { startRopeway } from "../../bench/load/targets/ropeway.ts";
import type { Target } from "../../bench/load/targets/target.ts";
import { type Trial, tryOut } from "../../bench/load/trial.ts";
import { freePort } from "../peers/ports.ts";
import type { Address, EngineOptions } from "../peers/relay.ts";

export interface Relay extends AsyncDisposable {
  readonly target: Target;
  /** Where its IMS is: the generator's SIP port. */
  readonly port: number;
  /** HOST:PORT of its WebSockets, and its SIP over UDP, one listener of each shard. */
  readonly http: string;
  readonly udp: readonly Address[];
}

export interface Calls {
  readonly rate: number;
  readonly seconds: number;
  readonly warmUp?: number;
  readonly browsers?: number;
  readonly idle?: number;
  /** Milliseconds. */
  readonly hold?: number;
  /** Share of calls that browsers begin. */
  readonly toIms?: number;
  /** Browsers a second that vanish in a call of theirs. */
  readonly vanishing?: number;
}

/** What is to happen beside the calls. */
export interface Beside {
  /** Begins with the time that is measured. */
  readonly meanwhile?: () => Promise<void>;
  /** Told several times a second. */
  readonly progress?: (progress: Progress, processors: number) => void;
}

const HOLD = 1_000;
const ANSWER_DELAY = 10;

export async function startRelayForCalls(
  args: readonly string[] = [],
  engine: EngineOptions = {},
): Promise<Relay> {
  const port = freePort();
  const target = await startRopeway({ port, phones: 0, password: "", browser: "roap", args, ...engine });
  return {
    target,
    port,
    http: target.login!.host,
    udp: target.udp,
    [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
  };
}

/**
 * Makes calls, from browsers to the IMS unless it is told otherwise. Tells with the trial when the last calls came, or at most 250 ms before that.
 */
export async function callsThrough(
  { target, port }: Relay,
  { rate, seconds, warmUp = 2, browsers, idle = 0, hold = HOLD, toIms = 1, vanishing = 0 }: Calls,
  { meanwhile, progress }: Beside = {},
): Promise<Trial & { readonly over: number }> {
  let running: Promise<void> | undefined;
  let lastMeasuring = 0;
  const trial = await tryOut({
    target,
    generator: {
      port,
      rate,
      toIms,
      arrivals: "poisson",
      duration: seconds * 1e3,
      warmUp: warmUp * 1e3,
      hold,
      answerDelay: ANSWER_DELAY,
      patience: 10_000,
      browsers: browsers ?? browsersFor(rate, { hold, answerDelay: ANSWER_DELAY }),
      idle,
      logins: 0,
      vanishing,
      phones: 0,
      password: "",
      refresh: 60_000,
    },
    progress: (at, processors) => {
      if (at.phase === "measuring") running ??= meanwhile?.();
      if (at.phase === "measuring") lastMeasuring = performance.now();
      progress?.(at, processors);
    },
  });
  await running;
  return { ...trial, over: lastMeasuring };
}

/** What the calls noticed, in words. */
export function callsFigure({ started, completed, added, causes }: Trial): string {
  const failed = Object.entries(causes).map(([cause, count]) => `, ${count} × ${cause}`).join("");
  return `${completed} of ${started} calls completed (${percent(completed, started)}${failed}), p99 ${
    millis(added.p99)
  } added`;
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? "none" : `${(100 * part / whole).toFixed(1)} %`;
}

export function millis(value: number | null): string {
  return value === null ? "-" : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

/** Mebibytes of memory that a process has in use. */
export function residentMiB(pid: number): number {
  const [, kibibytes = "0"] = /^VmRSS:\s+(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
  return Number(kibibytes) / 1024;
}
