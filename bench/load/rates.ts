// All targets at the same rates, in turn, each round beginning with another one.

import type { Target } from "./targets/target.ts";
import type { Trial } from "./trial.ts";

/** Of one target at one rate, round by round. */
export type Trials = readonly Trial[];

export async function compareAtRates(
  { targets, rates, rounds, trial }: {
    targets: readonly Target[];
    rates: readonly number[];
    rounds: number;
    trial: (target: Target, rate: number) => Promise<Trial>;
  },
): Promise<Trials[]> {
  const found: Trials[] = [];
  for (const rate of rates) {
    const trials = targets.map((): Trial[] => []);
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < targets.length; turn++) {
        const at = (round + turn) % targets.length;
        const target = targets[at];
        if (target !== undefined) trials[at]?.push(await trial(target, rate));
      }
    }
    found.push(...trials);
  }
  return found;
}
