// One question: targets timed in turn, the first of them the baseline, and the budgets that the answer has to keep.

import { type Rounds, type Target, timeInTurn, type Timing } from "./rounds.ts";
import { duration, ratio, table } from "./table.ts";

/** The target's median must be at most `most` times that of the fastest of the others. */
export interface Budget {
  readonly target: string;
  readonly against: readonly string[];
  readonly most: number;
}

/** A target that this machine cannot run. */
export interface Absent {
  readonly name: string;
  readonly why: string;
}

export interface Group {
  readonly name: string;
  /** Of the message. */
  readonly bytes: number;
  readonly targets: readonly Target[];
  readonly absent?: readonly Absent[];
  readonly budgets: readonly Budget[];
}

export interface Verdict extends Budget {
  /** Undefined when none of those it is measured against is here. */
  readonly ratio: number | undefined;
  readonly kept: boolean | undefined;
}

export interface Result {
  readonly name: string;
  readonly bytes: number;
  readonly timings: readonly (Timing & { readonly ratio: number })[];
  readonly absent: readonly Absent[];
  readonly budgets: readonly Verdict[];
}

export async function measure(group: Group, rounds: Rounds = {}): Promise<Result> {
  const { name, bytes, targets, absent = [], budgets } = group;
  const timings = await timeInTurn(targets, rounds);
  const baseline = timings[0]?.median ?? NaN;
  return {
    name,
    bytes,
    timings: timings.map((timing) => ({ ...timing, ratio: timing.median / baseline })),
    absent,
    budgets: budgets.map((budget) => judge(budget, timings)),
  };
}

function judge(budget: Budget, timings: readonly Timing[]): Verdict {
  const medians = (names: readonly string[]) =>
    timings.filter(({ name }) => names.includes(name)).map(({ median }) => median);
  const [own] = medians([budget.target]);
  const others = medians(budget.against);
  if (own === undefined || others.length === 0) return { ...budget, ratio: undefined, kept: undefined };
  const ratio = own / Math.min(...others);
  return { ...budget, ratio, kept: ratio <= budget.most };
}

export function print({ name, bytes, timings, absent, budgets }: Result): string {
  const rows = timings.map((timing) => [
    timing.name,
    duration(timing.median),
    `${duration(timing.lowerQuartile)} – ${duration(timing.upperQuartile)}`,
    ratio(timing.ratio),
  ]);
  const skipped = absent.map(({ name, why }) => [name, "skipped", why, ""]);
  return [
    table([[`${name}, ${bytes} bytes`, "median", "quartiles", "baseline"], ...rows, ...skipped]),
    ...budgets.map((verdict) => `  budget: ${sentence(verdict)}`),
  ].join("\n");
}

function sentence({ target, against, most, ratio, kept }: Verdict): string {
  const others = (against.length > 1 ? "the fastest of " : "") + against.join(", ");
  const wanted = `at most ${percent(most)} wanted`;
  if (ratio === undefined) return `${target} against ${others}, ${wanted}: not judged, none is here`;
  return `${target} takes ${percent(ratio)} of ${others}, ${wanted}: ${kept ? "kept" : "MISSED"}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
