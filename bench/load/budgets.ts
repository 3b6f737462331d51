// What Ropeway has to keep next to Kamailio, and whether it does.

import { type IdleCost, idleKilobytes, idleSentence } from "./idle.ts";
import { BORNE } from "./knee.ts";
import type { TargetSweep } from "./knees.ts";
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
  { rows, sweeps, half, idle }: {
    rows: readonly Trial[];
    sweeps: readonly TargetSweep[];
    /** Ropeway at half of its knee. */
    half: Trial | undefined;
    idle?: IdleCost | undefined;
  },
): Budget[] {
  const rates = [...new Set(rows.map(({ rate }) => rate))].filter((rate) => rate >= FROM);
  const knee = (name: string) => sweeps.find(({ target }) => target.name === name)?.sweep.knee;
  const [own, other] = [knee(OWN), knee(OTHER)];
  const added = half?.added.p99 ?? null;
  return [
    ...[OWN, OWN_SIP].filter((name) => name === OWN || rows.some(({ target }) => target === name)).flatMap((
      name,
    ) => rates.map((rate) => costBudget(name, rate, rows.filter((row) => row.rate === rate)))),
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

function costBudget(name: string, rate: number, rows: readonly Trial[]): Budget {
  const own = rows.find(({ target }) => target === name);
  const whose = name === OWN ? "" : ` of ${name}`;
  const other = rows.find(({ target }) => target === OTHER);
  const [ours, theirs] = [own?.cost.perCall ?? null, other?.cost.perCall ?? null];
  if (own === undefined || other === undefined || ours === null || theirs === null) {
    return {
      what: `processor time of a call${whose} at ${rate} calls/s, a third of ${OTHER}'s wanted`,
      ...ABSENT,
    };
  }
  const share = ours / theirs;
  return {
    what:
      `processor time of a call${whose} at ${rate} calls/s: ${percent(share)} of ${OTHER}'s (${
        ours.toFixed(0)
      } µs to ` +
      `${theirs.toFixed(0)} µs), at most ${percent(COST)} wanted; completed ${percent(own.share)} to ${
        percent(other.share)
      }`,
    kept: share <= COST && own.share >= other.share - LESS,
  };
}
