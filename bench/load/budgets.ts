// What Ropeway has to keep next to Kamailio, and whether it does.

import { type IdleCost, idleKilobytes, idleSentence } from "./idle.ts";
import { BORNE } from "./knee.ts";
import type { TargetSweep } from "./knees.ts";
import { median } from "./medians.ts";
import type { Trials } from "./rates.ts";
import { milliseconds, percent } from "./report.ts";
import type { Trial } from "./trial.ts";

const OWN = "Ropeway";
/** The same with browsers that speak SIP: then it does exactly what the other does. */
const OWN_SIP = "Ropeway SIP";
const OTHER = "Kamailio";
const COST = 1 / 3;
/** Calls a second from which on the cost is compared. */
const FROM = 1_000;
/** Of the calls started: as many as this may one of the two complete less. */
const LESS = 0.001;
const ADDED = 5;
/** KB of memory of an idle browser, the kernel's included. */
const IDLE = 25;

export interface Budget {
  readonly what: string;
  readonly kept: boolean | undefined;
  /** Why it is not judged: what to compare with is not here, or the machine was too busy. */
  readonly why?: string;
}

export function budgetsOf(
  { compared, sweeps, half, idle }: {
    /** Of each target at each rate. */
    compared: readonly Trials[];
    sweeps: readonly TargetSweep[];
    /** Ropeway at half of its knee. */
    half: Trial | undefined;
    idle?: IdleCost | undefined;
  },
): Budget[] {
  const rates = [...new Set(compared.flat().map(({ rate }) => rate))].filter((rate) => rate >= FROM);
  const knee = (name: string) => sweeps.find(({ target }) => target.name === name)?.sweep.knee;
  const [own, other] = [knee(OWN), knee(OTHER)];
  const added = half?.added.p99 ?? null;
  return [
    ...[OWN, OWN_SIP].filter((name) => name === OWN || compared.flat().some(({ target }) => target === name))
      .flatMap((name) => rates.map((rate) => costBudget(name, rate, compared))),
    {
      ...kneeOf(own, other, sweeps),
      what: `knee ${own ?? "-"} calls/s against ${OTHER}'s ${other ?? "-"}, no lower wanted`,
    },
    {
      ...addedOf(half),
      what: `p99 added at ${half?.rate ?? "-"} calls/s, half the knee: ${
        milliseconds(added)
      } ms, at most ${ADDED} wanted`,
    },
    ...(idle === undefined ? [] : [idleBudget(idle)]),
  ];
}

export function sentence({ what, kept, why }: Budget): string {
  return `${what}: ${kept === undefined ? `not judged, ${why}` : kept ? "kept" : "MISSED"}`;
}

function idleBudget(cost: IdleCost): Budget {
  const each = idleKilobytes(cost);
  return { what: `${idleSentence(cost)}, at most ${IDLE} KB in all wanted`, kept: each <= IDLE };
}

type Judgement = Pick<Budget, "kept" | "why">;

const ABSENT = { kept: undefined, why: `${OTHER} is not here` };

function kneeOf(
  own: number | undefined,
  other: number | undefined,
  sweeps: readonly TargetSweep[],
): Judgement {
  if (own === undefined || other === undefined) return ABSENT;
  if (own >= other) return { kept: true };
  // Rates that nobody saw refused in peace may well be below the knee.
  const refused =
    sweeps.find(({ target }) => target.name === OWN)?.sweep.trials.filter(({ rate }) => rate > own) ?? [];
  if (refused.length > 0 && refused.every(isDisturbed)) {
    return { kept: undefined, why: "the machine was busy" };
  }
  return { kept: false };
}

function addedOf(half: Trial | undefined): Judgement {
  const added = half?.added.p99 ?? null;
  if (half === undefined || added === null) return { kept: undefined, why: "no knee was found" };
  if (added <= ADDED) return { kept: true };
  return isDisturbed(half) ? { kept: undefined, why: "the machine was busy" } : { kept: false };
}

function isDisturbed({ others }: Trial): boolean {
  return others > BORNE.others;
}

/** Round by round, since machines that others use too are faster in one minute than in the next. */
function costBudget(name: string, rate: number, compared: readonly Trials[]): Budget {
  const trialsOf = (target: string) =>
    compared.find(([trial]) => trial?.target === target && trial.rate === rate);
  const [own, other] = [trialsOf(name) ?? [], trialsOf(OTHER) ?? []];
  const shares = sharesOf(own, other);
  // of two in the middle the one that is worse for us
  const inverse = median(shares.map((share) => -share));
  const what = `processor time of a call${name === OWN ? "" : ` of ${name}`} at ${rate} calls/s`;
  if (inverse === null) {
    const why = `${OTHER} is not here, or no call was completed`;
    return { what: `${what}, a third of ${OTHER}'s wanted`, kept: undefined, why };
  }
  const share = -inverse;
  const range = `${percent(Math.min(...shares))} to ${percent(Math.max(...shares))}`;
  const [ours, theirs] = [completedOf(own), completedOf(other)];
  return {
    what:
      `${what}: ${percent(share)} of ${OTHER}'s, in single rounds ${range} (${timeOf(own)} to ${
        timeOf(other)
      }), at most ` +
      `${percent(COST)} wanted; completed ${percent(ours)} to ${percent(theirs)}`,
    kept: share <= COST && ours >= theirs - LESS,
  };
}

function timeOf(trials: Trials): string {
  return `${median(trials.map(({ cost }) => cost.perCall))?.toFixed(0)} µs`;
}

function completedOf(trials: Trials): number {
  return trials.reduce((sum, { share }) => sum + share, 0) / trials.length;
}

function sharesOf(own: Trials, other: Trials): number[] {
  return own.flatMap(({ cost: { perCall: ours } }, round) => {
    const theirs = other[round]?.cost.perCall ?? null;
    return ours === null || theirs === null ? [] : [ours / theirs];
  });
}
