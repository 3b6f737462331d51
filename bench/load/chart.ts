// Rate against what was completed, how long it took, and what it cost.

import { type Curve, curveChart } from "../chart/curves.ts";
import type { Kind } from "../chart/svg.ts";
import { BORNE } from "./knee.ts";
import type { Trial } from "./trial.ts";

export interface Series {
  readonly name: string;
  readonly kind: Kind;
  readonly knee: number;
  readonly isFound: boolean;
  readonly trials: readonly Trial[];
}

export function sweepChart({ where, series }: { where: string; series: readonly Series[] }): string {
  const curves = (value: (trial: Trial) => number | null): Curve[] =>
    series.map(({ name, kind, trials }) => ({
      name,
      kind,
      points: trials.flatMap((trial): [number, number][] => {
        const y = value(trial);
        return y === null ? [] : [[trial.rate, y]];
      }),
    }));
  return curveChart({
    where,
    title: "Calls a second, up to the knee and beyond",
    lines: [
      "Open loop: calls arrive at the rate whatever becomes of those before. Each dot is a trial.",
      `The knee: ${
        BORNE.share * 100
      } % complete, p99 added at most ${BORNE.p99} ms, calls in set-up do not pile up.`,
    ],
    legend: series.map(({ name, kind }) => [kind, name] as const),
  }, {
    axis: "calls arriving a second",
    marks: series.filter(({ knee }) => knee > 0).map(({ name, kind, knee, isFound }) => ({
      x: knee,
      kind,
      name: `${name}: ${isFound ? "" : "> "}${knee}`,
    })),
    panels: [
      {
        title: "Completed",
        curves: curves(({ share }) => share * 100),
        unit: (value) => `${value} %`,
        scale: "linear",
      },
      {
        title: "Set-up delay that the server adds: p99",
        curves: curves(({ added }) => added.p99),
        unit: (value) => value < 1000 ? `${value} ms` : `${value / 1000} s`,
        scale: "log",
        limit: { value: BORNE.p99, name: "limit of the knee" },
      },
      {
        title: "Processor time of the server for a call",
        curves: curves(({ cost }) => cost.perCall),
        unit: (value) => `${value} µs`,
        scale: "linear",
        // Where next to nothing is completed a call costs any amount.
        most: 2_000,
      },
    ],
  });
}
