// `deno task bench:load`: the same calls through Ropeway and through others, in turn, in one run.

import { parseArgs } from "node:util";
import { brief, full, machine } from "../machine.ts";
import { provide } from "../../test/packages.ts";
import { freePort } from "../../test/peers/ports.ts";
import { type Series, sweepChart } from "./chart.ts";
import { compareAtRates } from "./rates.ts";
import { budgetsOf, sentence } from "./budgets.ts";
import { openLibc, raiseFileLimit } from "./generator/libc.ts";
import { measureIdle } from "./idle.ts";
import { DEFINITION } from "./knee.ts";
import { type Live, terminalLive } from "./live.ts";
import { browsersFor } from "./options.ts";
import { findKnees } from "./knees.ts";
import { medians } from "./medians.ts";
import { PEERS, type Peers, peersHere } from "./peers.ts";
import { percent, summary } from "./report.ts";
import { direct } from "./targets/direct.ts";
import type { Target } from "./targets/target.ts";
import { type Trial, tryOut } from "./trial.ts";

const USAGE = `Usage: deno task bench:load [options]
  --rates N,N,…      arrival rates at which all are compared (500,1000,1500)
  --rounds N         trials of each target at each rate, in turn (5)
  --seconds N        measured time of a trial (3)
  --before N         calls that each server is sent first, in a table of their own; gateways are sent fewer (20000)
  --quick            one round, two rates, shorter trials, a coarser knee; nothing is saved
  --json             figures instead of tables
  --no-save          leave bench/results as it is`;

const NOTE =
  `LOAD: running servers, calls over real sockets on loopback. The browser side speaks ROAP to Ropeway, SIP (RFC 7118) to Ropeway SIP and
Kamailio, registered at the former, JSON to Janus; the SIP side is the same for all: INVITE, 180, 200, ACK, BYE, 200 over UDP, rings 10 ms, hangs up after 0.3 s.
Open loop, Poisson arrivals. Delays in milliseconds from the scheduled time; added = without the 10 ms of ringing. µs/call: user and
system time of all threads and processes of the server, from /proc, for each call completed meanwhile. Medians of rounds in turn.`;

/** Calls a second of a server's first ones, and how many of them have to be completed before others are worth to be compared. */
const FIRST_RATE = 1_500;
const FIRST_SHARE = 0.99;
/** Calls a second that Janus is asked for. */
const GATEWAY_RATES = [50, 100];
const RESULTS = new URL("../results/", import.meta.url);
const GENERATOR = {
  toIms: 1,
  arrivals: "poisson",
  hold: 300,
  answerDelay: 10,
  patience: 5_000,
  idle: 0,
  logins: 0,
  vanishing: 0,
  phones: 0,
  password: "",
  refresh: 60_000,
} as const;

interface CompareOptions {
  readonly rates: readonly number[];
  readonly rounds: number;
  readonly duration: number;
  readonly warmUp: number;
  readonly precision: number;
  /** Calls before the first that is measured. */
  readonly before: number;
}

/** One trial of a target at a rate. */
type TryOut = (target: Target, rate: number) => Promise<Trial>;

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      rates: { type: "string", default: "500,1000,1500" },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "3" },
      before: { type: "string", default: "20000" },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      save: { type: "boolean", default: true },
      help: { type: "boolean", default: false },
    },
  });
  const { quick, json } = values;
  const options: CompareOptions = {
    rates: quick ? [500, 1_000] : values.rates.split(",").map(Number),
    rounds: quick ? 1 : Number(values.rounds),
    duration: quick ? 2_000 : Number(values.seconds) * 1e3,
    warmUp: quick ? 1_000 : 1_500,
    precision: quick ? 1.25 : 1.1,
    before: quick ? 1_000 : Number(values.before),
  };
  const { rates, rounds, duration, before } = options;
  const isSound = rates.every((rate) => rate > 0) && rounds > 0 && duration > 0 && before >= 0;
  if (values.help || !isSound) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const told: string[] = [];
  const say = (text: string) => {
    told.push(text);
    if (!json) console.log(text);
  };
  await compare(options, { say, json, save: values.save && !quick, told });
  return 0;
}

async function compare(
  options: CompareOptions,
  { say, json, save, told }: {
    say: (text: string) => void;
    json: boolean;
    save: boolean;
    told: readonly string[];
  },
): Promise<void> {
  await provide(PEERS, "who needs them is left out");
  raiseFileLimit(openLibc());
  const where = machine();
  const port = freePort();
  await using stack = new AsyncDisposableStack();
  const { targets, gateways, absent } = await peersHere(stack, port);
  say(`${full(where)}`);
  say(
    `${[...targets, ...gateways].map(({ name, version }) => `${name} ${version}`).join(", ")}\n\n${NOTE}\n`,
  );
  for (const line of absent) say(line);
  const live = json ? undefined : terminalLive();
  const trial = trialWith(options, { port, live });
  const first = await firstCalls({ targets, gateways }, options, { port, live });
  if (first.length > 0) say(`The first calls after they were started\n${summary(first)}\n\nServers at work`);
  const compared = await compareAtRates({ targets, ...options, trial });
  const rows = medians(compared);
  const floor = await trial(direct, Math.max(...options.rates));
  say(summary([...rows, floor]));
  const [own] = targets;
  if (own === undefined) return;
  const translated = gateways.length === 0 ? [] : medians(
    await compareAtRates({
      targets: [own, ...gateways],
      rates: GATEWAY_RATES,
      rounds: Math.min(options.rounds, 3),
      trial,
    }),
  );
  if (translated.length > 0) {
    say(`\nJSON to SIP, at what a gateway for media too can bear\n${summary(translated)}`);
  }
  const sweeps = await findKnees({
    targets,
    precision: options.precision,
    from: Math.max(...options.rates),
    trial,
  });
  say("\nThe way to the knee");
  for (const { sweep } of sweeps) say(`\n${summary(sweep.trials, sweep.remarks)}`);
  say(`\nKnee: ${DEFINITION}.`);
  for (const { target, sweep } of sweeps) {
    say(`  ${target.name.padEnd(12)} ${sweep.isFound ? "" : "more than "}${sweep.knee} calls/s`);
  }
  const ownKnee = sweeps[0]?.sweep.knee ?? 0;
  const half = ownKnee === 0 ? [] : await repeated(() => trial(own, Math.round(ownKnee / 2)), options.rounds);
  if (half.length > 0) say(`\nAt half of ${own.name}'s knee\n${summary(medians([half]))}`);
  const idle = await measureIdle(port);
  const budgets = budgetsOf({ compared, sweeps, half: medians([half])[0], idle });
  say("");
  for (const budget of budgets) say(`  budget: ${sentence(budget)}`);
  const figures = {
    machine: where,
    first,
    rows,
    rounds: compared.map((trials) => trials.map(roundOf)),
    sweeps: sweeps.map(({ target, sweep }) => ({ target: target.name, ...sweep })),
    half,
    idle,
    budgets,
  };
  if (json) console.log(JSON.stringify(figures, null, 2));
  if (!save) return;
  const series = sweeps.map(({ target, sweep }): Series => ({
    name: target.name,
    kind: target.name === "Ropeway" ? "ropeway" : target.name === "Kamailio" ? "native" : "npm",
    knee: sweep.knee,
    isFound: sweep.isFound,
    trials: [...rows.filter((row) => row.target === target.name), ...sweep.trials],
  }));
  await Deno.mkdir(RESULTS, { recursive: true });
  await Deno.writeTextFile(new URL("load.svg", RESULTS), sweepChart({ where: brief(where), series }));
  await Deno.writeTextFile(new URL("load.json", RESULTS), JSON.stringify(figures, null, 2) + "\n");
  await Deno.writeTextFile(new URL("load.txt", RESULTS), told.join("\n") + "\n");
}

/**
 * What each server takes for its first calls; afterwards all are at work. An engine that compiles what it runs is slow before it has.
 *
 * @throws Error when one of them does not bear even that
 */
async function firstCalls(
  { targets, gateways }: Pick<Peers, "targets" | "gateways">,
  options: CompareOptions,
  { port, live }: { port: number; live: Live | undefined },
): Promise<Trial[]> {
  const trials: Trial[] = [];
  if (options.before === 0) return trials;
  const duration = options.before / FIRST_RATE * 1e3;
  const trial = trialWith({ ...options, duration, warmUp: 0 }, { port, live });
  for (const target of [...targets, ...gateways]) {
    const rate = gateways.includes(target) ? Math.max(...GATEWAY_RATES) : FIRST_RATE;
    const first = await trial(target, rate);
    if (first.share < FIRST_SHARE) {
      throw new Error(
        `${target.name} completed ${percent(first.share)} of its first calls at ${rate} a second`,
      );
    }
    trials.push(first);
  }
  return trials;
}

/** What a ratio of one round is made of. */
function roundOf({ target, rate, share, cost, added }: Trial) {
  return { target, rate, share, perCall: cost.perCall, p50: added.p50, p99: added.p99 };
}

function trialWith(
  { duration, warmUp }: CompareOptions,
  { port, live }: { port: number; live: Live | undefined },
): TryOut {
  return async (target, rate) => {
    live?.begin(`${target.name} ${rate}/s`);
    const trial = await tryOut({
      target,
      generator: { ...GENERATOR, port, rate, duration, warmUp, browsers: browsersFor(rate, GENERATOR) },
      progress: (progress, processors) => live?.show(progress, processors),
    });
    live?.clear();
    return trial;
  };
}

async function repeated(trial: () => Promise<Trial>, times: number): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (let i = 0; i < times; i++) trials.push(await trial());
  return trials;
}
