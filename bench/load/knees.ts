// The knees of several targets, their trials in turn.

import { KneeFinder, tooMuch, verdictOn } from "./knee.ts";
import type { Sweep } from "./sweep.ts";
import type { Target } from "./targets/target.ts";
import type { Trial } from "./trial.ts";

export interface TargetSweep {
  readonly target: Target;
  readonly sweep: Sweep;
}

const TO = 50_000;
const FACTOR = 1.4;

export async function findKnees(
  { targets, precision, from, trial }: {
    targets: readonly Target[];
    precision: number;
    /** Calls a second of the first trials. */
    from: number;
    trial: (target: Target, rate: number) => Promise<Trial>;
  },
): Promise<TargetSweep[]> {
  const searches = targets.map((target) => ({
    target,
    finder: new KneeFinder({ from, to: TO, factor: FACTOR, precision }),
    trials: [] as Trial[],
    remarks: [] as string[],
  }));
  while (searches.some(({ finder }) => finder.next !== undefined)) {
    for (const { target, finder, trials, remarks } of searches) {
      if (finder.next === undefined) continue;
      const result = await trial(target, finder.next);
      const remark = tooMuch(result);
      trials.push(result);
      remarks.push(remark);
      finder.add(verdictOn(result));
    }
  }
  return searches.map(({ target, finder, trials, remarks }) => ({
    target,
    sweep: { knee: finder.knee, isFound: finder.isFound, trials, remarks },
  }));
}
