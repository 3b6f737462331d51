// What Ropeway has to keep next to Kamailio, and whether it does.

import type { TargetSweep } from "./knees.ts";
import { milliseconds, percent } from "./report.ts";
import type { Trial } from "./trial.ts";

const OWN = "Ropeway";
const OTHER = "Kamailio";
const COST = 1 / 3;
/** Calls a second from which on the cost is compared. */
const FROM = 1_000;
/** Of the calls started: as many as this may one of the two complete less. */
const LESS = 0.001;
const ADDED = 5;

export interface Budget {
  readonly what: string;
  /** undefined: nothing to compare with is here. */
  readonly kept: boolean | undefined;
}

export function budgetsOf(
  { rows, sweeps, half }: {
    rows: readonly Trial[];
    sweeps: readonly TargetSweep[];
    /** Ropeway at half of its knee. */
    half: Trial | undefined;
  },
): Budget[] {
  const rates = [...new Set(rows.map(({ rate }) => rate))].filter((rate) => rate >= FROM);
  const knee = (name: string) => sweeps.find(({ target }) => target.name === name)?.sweep.knee;
  const [own, other] = [knee(OWN), knee(OTHER)];
  const added = half?.added.p99 ?? null;
  return [
    ...rates.map((rate) => costBudget(rate, rows.filter((row) => row.rate === rate))),
    {
      what: `knee ${own ?? "-"} calls/s against ${OTHER}'s ${other ?? "-"}, no lower wanted`,
      kept: own === undefined || other === undefined ? undefined : own >= other,
    },
    {
      what: `p99 added at ${half?.rate ?? "-"} calls/s, half the knee: ${
        milliseconds(added)
      } ms, at most ${ADDED} wanted`,
      kept: added === null ? undefined : added <= ADDED,
    },
  ];
}

export function sentence({ what, kept }: Budget): string {
  return `${what}: ${kept === undefined ? `not judged, ${OTHER} is not here` : kept ? "kept" : "MISSED"}`;
}

function costBudget(rate: number, rows: readonly Trial[]): Budget {
  const own = rows.find(({ target }) => target === OWN);
  const other = rows.find(({ target }) => target === OTHER);
  const [ours, theirs] = [own?.cost.perCall ?? null, other?.cost.perCall ?? null];
  if (own === undefined || other === undefined || ours === null || theirs === null) {
    return {
      what: `processor time of a call at ${rate} calls/s, a third of ${OTHER}'s wanted`,
      kept: undefined,
    };
  }
  const share = ours / theirs;
  return {
    what:
      `processor time of a call at ${rate} calls/s: ${percent(share)} of ${OTHER}'s (${
        ours.toFixed(0)
      } µs to ` +
      `${theirs.toFixed(0)} µs), at most ${percent(COST)} wanted; completed ${percent(own.share)} to ${
        percent(other.share)
      }`,
    kept: share <= COST && own.share >= other.share - LESS,
  };
}
