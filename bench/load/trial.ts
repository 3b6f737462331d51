// One trial: a generator in its own process against one target, and what both cost meanwhile.

import type { GeneratorOptions, Login, Progress, Report, Result } from "./generator/options.ts";
import { Histogram, type Sparse } from "./histogram.ts";
import {
  busyTime,
  type Look,
  look,
  type Memory,
  memoryOf,
  processorTime,
  udpDrops,
} from "./process_figures.ts";
import type { Target } from "./targets/target.ts";

export interface Delays {
  /** Milliseconds; null without a value. */
  readonly count: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly most: number | null;
}

export interface Cost {
  /** Microseconds of processor time for each call completed in the measured time; null = no call, or no such process. */
  readonly perCall: number | null;
  /** Processors in use on average. */
  readonly processors: number;
  readonly resolution: string;
}

export interface Trial {
  readonly target: string;
  readonly rate: number;
  readonly seconds: number;
  readonly started: number;
  readonly completed: number;
  readonly failed: number;
  /** Completed of those started. */
  readonly share: number;
  /** Calls that each side saw to their end: equal, or something is wrong. */
  readonly sides: readonly [near: number, far: number];
  readonly causes: Readonly<Record<string, number>>;
  readonly setUp: Delays;
  readonly added: Delays;
  readonly lag: Delays;
  readonly logins: Delays;
  readonly registrations: Delays;
  readonly backlog: Result["backlog"];
  readonly retransmissions: Result["tally"]["retransmissions"];
  readonly strays: number;
  readonly cost: Cost;
  readonly generator: Cost;
  /** Processors that neither of the two used, but something else did: what disturbs a trial. */
  readonly others: number;
  readonly memory: Memory | null;
  /** UdpRcvbufErrors of the sockets of each side. */
  readonly drops: { readonly target: number; readonly generator: number };
  readonly browsers: number;
  readonly idle: number;
  readonly registered: number;
  readonly pings: number;
  readonly unsent: number;
  readonly left: number;
}

export interface TrialOptions {
  readonly target: Target;
  readonly generator: Omit<GeneratorOptions, "dialect" | "login" | "sip" | "domain">;
  /** Of each stream, for a target that lets nobody in without one. */
  readonly tokens?: readonly string[] | undefined;
  /** Told several times a second. */
  readonly progress?: (progress: Progress, processors: number) => void;
}

const GENERATOR = new URL("./generator/main.ts", import.meta.url).pathname;
const PERMISSIONS = ["--allow-ffi", "--quiet", "--no-prompt"];

/** @throws Error when the generator fails */
export async function tryOut({ target, generator, tokens, progress }: TrialOptions): Promise<Trial> {
  const { dialect, login, sip, domain } = target;
  const options: GeneratorOptions = {
    ...generator,
    dialect,
    ...(login === undefined ? {} : { login: tokens === undefined ? login : nameless(login) }),
    sip: sip === "" ? "127.0.0.1:0" : sip,
    domain,
  };
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...PERMISSIONS, GENERATOR, JSON.stringify(options)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = new Blob([tokens === undefined ? "" : tokens.join("\n")]).stream();
  // One that does not live to read them says so by its end.
  await lines.pipeTo(child.stdin).catch(() => {});
  const watch = new Watch(target.pid, child.pid);
  let result: Result | undefined;
  for await (const report of reportsIn(child.stdout)) {
    if (report.event === "progress") progress?.(report, watch.processors());
    else if (report.event === "result") result = report;
    else watch.mark(report.event, report.completed);
  }
  const { code } = await child.status;
  if (result === undefined) throw new Error(`The generator ended with ${code} and without a result`);
  return trialOf({ target: target.name, options, result, watch });
}

/** Who has a token is who it says. */
function nameless(login: Login): Login {
  return { ...login, path: login.path.replace(/[?&]user=\{user\}/, "") };
}

/** Looks at both processes when the measured time begins and ends. */
class Watch {
  readonly #pids: readonly [target: number, generator: number];
  #first: Looks | undefined;
  #last: Looks | undefined;
  #recent: { readonly at: number; readonly look: Look } | undefined;
  #drops = [0, 0];
  memory: Memory | null = null;

  constructor(target: number, generator: number) {
    this.#pids = [target, generator];
    this.#drops = this.#pids.map((pid) => -udpDrops(pid));
  }

  mark(event: "measure" | "measured", completed: number): void {
    const [target, generator] = this.#pids;
    const looks = {
      at: performance.now(),
      completed,
      busy: busyTime(),
      target: look(target),
      generator: look(generator),
    };
    if (event === "measure") this.#first = looks;
    else {
      this.#last = looks;
      this.memory = target === 0 ? null : memoryOf(target);
      this.#drops = this.#drops.map((before, at) => before + udpDrops(this.#pids[at]!));
    }
  }

  /** Of the target, since this was last asked. */
  processors(): number {
    const now = { at: performance.now(), look: look(this.#pids[0]) };
    const before = this.#recent;
    this.#recent = now;
    if (before === undefined || now.at <= before.at) return 0;
    return processorTime(before.look, now.look).millis / (now.at - before.at);
  }

  get drops(): { target: number; generator: number } {
    return { target: this.#drops[0]!, generator: this.#drops[1]! };
  }

  get others(): number {
    if (this.#first === undefined || this.#last === undefined) return 0;
    const all = (this.#last.busy - this.#first.busy) / (this.#last.at - this.#first.at);
    return Math.max(0, all - this.cost("target").processors - this.cost("generator").processors);
  }

  cost(side: "target" | "generator"): Cost {
    const [first, last] = [this.#first, this.#last];
    const isKnown = this.#pids[side === "target" ? 0 : 1] !== 0;
    if (first === undefined || last === undefined || !isKnown) {
      return { perCall: null, processors: 0, resolution: "unknown" };
    }
    const { millis, resolution } = processorTime(first[side], last[side]);
    const calls = last.completed - first.completed;
    return {
      perCall: calls === 0 ? null : millis * 1e3 / calls,
      processors: millis / (last.at - first.at),
      resolution,
    };
  }
}

interface Looks {
  readonly at: number;
  readonly busy: number;
  readonly completed: number;
  readonly target: Look;
  readonly generator: Look;
}

function trialOf(
  { target, options, result, watch }: {
    target: string;
    options: GeneratorOptions;
    result: Result;
    watch: Watch;
  },
): Trial {
  const { tally, backlog, browsers, idle, registered, pings, unsent, left } = result;
  const { started, completed, failed, nearCompleted, farCompleted, causes, retransmissions, strays } = tally;
  return {
    target,
    rate: options.rate,
    seconds: options.duration / 1e3,
    started,
    completed,
    failed,
    share: started === 0 ? 1 : completed / started,
    sides: [nearCompleted, farCompleted],
    causes,
    setUp: delaysOf(tally.setUp),
    added: delaysOf(tally.added),
    lag: delaysOf(tally.lag),
    logins: delaysOf(tally.logins),
    registrations: delaysOf(tally.registrations),
    backlog,
    retransmissions,
    strays,
    cost: watch.cost("target"),
    generator: watch.cost("generator"),
    others: watch.others,
    memory: watch.memory,
    drops: watch.drops,
    browsers,
    idle,
    registered,
    pings,
    unsent,
    left,
  };
}

function delaysOf(sparse: Sparse): Delays {
  const histogram = Histogram.from(sparse);
  const value = (share: number) => histogram.count === 0 ? null : histogram.quantile(share);
  return {
    count: histogram.count,
    p50: value(0.5),
    p99: value(0.99),
    p999: value(0.999),
    most: value(1),
  };
}

async function* reportsIn(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Report> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}
