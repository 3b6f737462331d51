// One question: targets timed in turn, the first of them the baseline, and the budgets that the answer has to keep.

import { type Target, timeInTurn, type Timing } from "./rounds.ts";
import { duration, ratio, table } from "./table.ts";

/** The target's median must be at most `most` times that of the fastest of the others. */
export interface Budget {
  readonly target: string;
  readonly against: readonly string[];
  readonly most: number;
}

export interface Group {
  readonly name: string;
  /** Of the message. */
  readonly bytes: number;
  readonly targets: readonly Target[];
  readonly budgets: readonly Budget[];
}

export interface Result {
  readonly name: string;
  readonly bytes: number;
  readonly timings: readonly (Timing & { readonly ratio: number })[];
  readonly budgets: readonly (Budget & { readonly ratio: number; readonly kept: boolean })[];
}

export function measure({ name, bytes, targets, budgets }: Group): Result {
  const timings = timeInTurn(targets);
  const baseline = timings[0]?.median ?? NaN;
  const medianOf = (wanted: string) => timings.find((timing) => timing.name === wanted)?.median ?? NaN;
  return {
    name,
    bytes,
    timings: timings.map((timing) => ({
      ...timing,
      ratio: timing.median / baseline,
    })),
    budgets: budgets.map((budget) => {
      const ratio = medianOf(budget.target) /
        Math.min(...budget.against.map(medianOf));
      return { ...budget, ratio, kept: ratio <= budget.most };
    }),
  };
}

export function print({ name, bytes, timings, budgets }: Result): string {
  const rows = timings.map((timing) => [
    timing.name,
    duration(timing.median),
    `${duration(timing.lowerQuartile)} – ${duration(timing.upperQuartile)}`,
    ratio(timing.ratio),
  ]);
  const verdicts = budgets.map(({ target, against, most, ratio, kept }) =>
    `  budget: ${target} takes ${percent(ratio)} of ${against.length > 1 ? "the fastest of " : ""}${
      against.join(", ")
    }, at most ${percent(most)} wanted: ${kept ? "kept" : "MISSED"}`
  );
  return [
    table([
      [`${name}, ${bytes} bytes`, "median", "quartiles", "baseline"],
      ...rows,
    ]),
    ...verdicts,
  ]
    .join("\n");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
