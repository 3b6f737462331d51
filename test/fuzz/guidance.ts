// Does guidance pay? Each target with it and without it, in turn, from the same seeds, for the same time: what was reached.

import { parseArgs } from "node:util";
import { makeBuilds } from "./builds.ts";
import { bytesOf } from "./dictionary.ts";
import { type Campaign, runCampaign } from "./campaign.ts";
import { seedBlocks, seedsFor } from "./seeds.ts";
import { makeTarget } from "./targets/all.ts";
import { type TargetName, TARGETS } from "./targets/target.ts";

interface Comparison {
  readonly name: TargetName;
  readonly guided: readonly Campaign[];
  readonly blind: readonly Campaign[];
}

interface Plan {
  /** Runs of each kind, with the seeds 1, 2, 3 … */
  readonly rounds: number;
  readonly seconds: number;
  /** From two messages that say next to nothing, in place of the seeds. */
  readonly poor: boolean;
}

const POOR = ["a", "{}"].map(bytesOf);

async function compare(name: TargetName, { rounds, seconds, poor }: Plan): Promise<Comparison> {
  const target = makeTarget(name, makeBuilds(), []);
  const seeds = poor ? POOR : seedsFor(target, await seedBlocks());
  const all: Campaign[][] = [[], []];
  for (let round = 1; round <= rounds; round++) {
    // Who goes first changes, so that a machine that tires or warms up favours nobody.
    for (const guided of round % 2 === 0 ? [true, false] : [false, true]) {
      const options = { name, target, seeds, seed: round, seconds, executions: Infinity, guided };
      all[guided ? 0 : 1]!.push(runCampaign(options));
    }
  }
  return { name, guided: all[0]!, blind: all[1]! };
}

function row({ name, guided, blind }: Comparison): string {
  const points = [guided, blind].map((runs) => median(runs.map((run) => run.points)));
  const blocks = [guided, blind].map((runs) => median(runs.map((run) => run.blocks)));
  const rates = [guided, blind].map((runs) => median(runs.map((run) => run.executions / run.seconds)));
  const gain = points[0]! / points[1]!;
  const wins = guided.filter((run, round) => run.points > blind[round]!.points).length;
  const cells = [
    name,
    ...points,
    gain.toFixed(2),
    `${wins} of ${guided.length}`,
    ...blocks,
    ...rates.map(Math.round),
  ];
  return `| ${cells.join(" | ")} |`;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, two) => one - two);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string" },
      rounds: { type: "string" },
      target: { type: "string" },
      poor: { type: "boolean" },
    },
  });
  const plan = {
    rounds: Number(values.rounds ?? 3),
    seconds: Number(values.seconds ?? 10),
    poor: values.poor ?? false,
  };
  const names = TARGETS.filter((name) => values.target === undefined || name === values.target);
  console.log(
    "| target | points guided | points blind | ratio | rounds won | blocks guided | blocks blind | /s guided | /s blind |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|");
  for (const name of names) {
    console.log(row(await compare(name, plan)));
  }
}
