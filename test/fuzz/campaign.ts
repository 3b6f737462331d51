// One run of one target: messages picked, changed and tried until the time or the number of executions is up.

import { Chance } from "./chance.ts";
import { claimOf } from "./claim.ts";
import { Corpus, type Gain } from "./corpus.ts";
import { Coverage } from "./coverage.ts";
import { execute } from "./execution.ts";
import { type Find, findName } from "./find.ts";
import { minimise } from "./minimise.ts";
import { Mutator } from "./mutator.ts";
import type { Target, TargetName } from "./targets/target.ts";

export interface CampaignOptions {
  readonly name: TargetName;
  readonly target: Target;
  readonly seeds: readonly Uint8Array[];
  readonly seed: number;
  /** Either may be Infinity. */
  readonly seconds: number;
  readonly executions: number;
  /** Without guidance only the seeds are mutated. */
  readonly guided: boolean;
  /** Called about every 250 ms of the run. */
  readonly onProgress?: (state: Progress) => void;
  /** Called with each message that reached something new. */
  readonly onFresh?: (message: Uint8Array) => void;
  /** Called with each find at once, smallest form: a campaign may be broken off. */
  readonly onFind?: (find: Find) => void;
}

export interface Progress {
  readonly name: TargetName;
  readonly seconds: number;
  readonly executions: number;
  readonly corpus: number;
  /** Blocks of the codec entered, and the finer measure. */
  readonly blocks: number;
  readonly points: number;
  readonly finds: number;
  /** Most turns of loops a byte. */
  readonly stepsPerByte: number;
}

export interface Campaign extends Progress {
  readonly seed: number;
  readonly found: readonly Find[];
}

/** How often the clock is looked at, and the thorough checks are made. */
const CLOCK = 256;
const THOROUGH = 64;
const PROGRESS_MS = 250;
/** Different claims after which more would not help. */
const ENOUGH = 50;

export function runCampaign(options: CampaignOptions): Campaign {
  const { name, target, seed, guided } = options;
  const { counters } = target.build;
  const chance = new Chance(seed);
  const mutator = new Mutator(chance);
  const corpus = new Corpus();
  const coverage = new Coverage(counters.length);
  const finds = new Map<string, Find>();
  // Starting the module entered blocks too, and so did the target before this.
  counters.fill(0);
  const started = performance.now();
  let executions = 0;
  let reported = 0;

  const progress = (): Progress => ({
    name,
    seconds: (performance.now() - started) / 1000,
    executions,
    corpus: corpus.size,
    blocks: coverage.blocks,
    points: coverage.points,
    finds: finds.size,
    stepsPerByte: coverage.slowest,
  });
  const attempt = (message: Uint8Array): Gain => {
    executions++;
    const { claim, taken, steps } = execute(target, message, executions % THOROUGH === 0);
    const reached = coverage.take(counters, { steps, length: message.length });
    if (claim !== undefined) note(message, claim);
    else if (reached.fresh && guided && target.thorough !== undefined) checkThoroughly(message);
    return { worth: reached.worth, taken };
  };
  const checkThoroughly = (message: Uint8Array) => {
    const { claim } = execute(target, message, true);
    counters.fill(0);
    if (claim !== undefined) note(message, claim);
  };
  const note = (message: Uint8Array, claim: ReturnType<typeof claimOf>) => {
    const key = findName({ target: name, claim });
    if (finds.has(key)) return;
    const shortest = minimise(message, (candidate) => {
      const again = execute(target, candidate, true).claim;
      return again !== undefined && findName({ target: name, claim: again }) === key;
    });
    counters.fill(0);
    const find: Find = { target: name, claim, message: shortest, seed, executions };
    finds.set(key, find);
    options.onFind?.(find);
  };

  for (const message of options.seeds) {
    const { taken } = attempt(message);
    corpus.addSeed(message, taken);
  }
  while (executions < options.executions && finds.size < ENOUGH) {
    if (executions % CLOCK === 0) {
      const elapsed = performance.now() - started;
      if (elapsed >= options.seconds * 1000) break;
      if (elapsed - reported >= PROGRESS_MS) {
        reported = elapsed;
        options.onProgress?.(progress());
      }
    }
    const message = mutator.mutate(corpus.pick(chance), corpus.any(chance));
    const gain = attempt(message);
    if (gain.worth === 0 || !guided) continue;
    corpus.add(message, gain);
    options.onFresh?.(message);
  }
  return { ...progress(), seed, found: [...finds.values()] };
}
