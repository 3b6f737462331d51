// One trial after the other, until the knee is found.

import { KneeFinder, tooMuch, verdictOn } from "./knee.ts";
import { summary } from "./report.ts";
import type { Trial } from "./trial.ts";

export interface Sweep {
  /** Calls a second; 0 = no rate was borne. */
  readonly knee: number;
  /** False: no rate was too much. */
  readonly isFound: boolean;
  readonly trials: readonly Trial[];
  /** Why a trial's rate was too much, "" = it was borne. */
  readonly remarks: readonly string[];
}

export interface SweepOptions {
  readonly search: { readonly from: number; readonly to: number };
  readonly trial: (rate: number) => Promise<Trial>;
  readonly say: (text: string) => void;
}

export async function findKnee({ search, trial, say }: SweepOptions): Promise<Sweep> {
  const finder = new KneeFinder(search);
  const trials: Trial[] = [];
  const remarks: string[] = [];
  for (let rate = finder.next; rate !== undefined; rate = finder.next) {
    const result = await trial(rate);
    const remark = tooMuch(result);
    trials.push(result);
    remarks.push(remark);
    finder.add(verdictOn(result));
    const [heads = "", rule = "", row = ""] = summary([result], [remark]).split("\n");
    say(trials.length === 1 ? [heads, rule, row].join("\n") : row);
  }
  return { knee: finder.knee, isFound: finder.isFound, trials, remarks };
}
