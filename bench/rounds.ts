// Times several ways of doing the same, in turn, so that what disturbs the machine disturbs all of them.

export interface Target {
  readonly name: string;
  /** Nanoseconds for so many pieces of work; a promise of them when another process does the work. */
  readonly time: (count: number) => number | Promise<number>;
}

/** Nanoseconds for one piece of work. */
export interface Timing {
  readonly name: string;
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  /** Pieces of work in a batch, and batches. */
  readonly batch: number;
  readonly rounds: number;
}

export interface Rounds {
  readonly rounds?: number;
  readonly batchMillis?: number;
  readonly warmUpMillis?: number;
}

let kept = 0;

/**
 * A target of this process. `run` does one piece of work and answers a number made of its result, which keeps the compiler from leaving work out. `prepare`
 * comes before each batch and is not timed.
 */
export function work(name: string, run: () => number, prepare?: () => void): Target {
  return {
    name,
    time(count) {
      let sum = 0;
      prepare?.();
      const start = performance.now();
      for (let i = 0; i < count; i++) sum += run();
      const nanoseconds = (performance.now() - start) * 1e6;
      kept += sum;
      if (!Number.isFinite(kept)) throw new Error(`${name} answered no number`);
      return nanoseconds;
    },
  };
}

/**
 * Each round gives every target one batch of about `batchMillis`, beginning with another target each time. Batches are sized
 * after a warm-up, in which the engine has compiled what it is going to compile.
 */
export async function timeInTurn(
  targets: readonly Target[],
  { rounds = 101, batchMillis = 2, warmUpMillis = 150 }: Rounds = {},
): Promise<Timing[]> {
  const batches: number[] = [];
  for (const target of targets) {
    const nanoseconds = await warmUp(target, warmUpMillis);
    batches.push(Math.max(1, Math.round(batchMillis * 1e6 / nanoseconds)));
  }
  const samples = targets.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < targets.length; turn++) {
      const at = (round + turn) % targets.length;
      const target = targets[at];
      const batch = batches[at];
      if (target === undefined || batch === undefined) continue;
      const time = target.time(batch);
      samples[at]?.push((typeof time === "number" ? time : await time) / batch);
    }
  }
  return targets.map(({ name }, at): Timing => ({
    name,
    ...quartiles(samples[at] ?? []),
    batch: batches[at] ?? 0,
    rounds,
  }));
}

export function quartiles(
  samples: readonly number[] | Float64Array,
): { median: number; lowerQuartile: number; upperQuartile: number } {
  const sorted = Float64Array.from(samples).sort();
  const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
  return {
    median: quantile(0.5),
    lowerQuartile: quantile(0.25),
    upperQuartile: quantile(0.75),
  };
}

/** Runs a target for a while. Its last batches, when all is compiled, tell the nanoseconds of one piece of work. */
async function warmUp(target: Target, warmUpMillis: number): Promise<number> {
  const start = performance.now();
  let count = 1;
  for (;;) {
    const nanoseconds = await target.time(count);
    const isWarm = performance.now() - start >= warmUpMillis;
    if (isWarm && nanoseconds > 0) return nanoseconds / count;
    if (nanoseconds < warmUpMillis * 1e6 / 8) count *= 2;
  }
}
