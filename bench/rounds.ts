// Times several ways of doing the same, in turn, so that what disturbs the machine disturbs all of them.

export interface Target {
  readonly name: string;
  /** One piece of work. Answers a number made of its result, which keeps the compiler from leaving work out. */
  readonly run: () => number;
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

let kept = 0;

/**
 * Each round gives every target one batch of about `batchMillis`, beginning with another target each time. Batches are sized
 * after a warm-up, in which the engine has compiled what it is going to compile.
 */
export function timeInTurn(
  targets: readonly Target[],
  { rounds = 101, batchMillis = 3, warmUpMillis = 150 } = {},
): Timing[] {
  const batches = targets.map((target) => {
    const { count, millis } = warmUp(target, warmUpMillis);
    return Math.max(1, Math.round(count * batchMillis / millis));
  });
  const samples = targets.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < targets.length; turn++) {
      const at = (round + turn) % targets.length;
      const target = targets[at];
      const batch = batches[at];
      if (target === undefined || batch === undefined) continue;
      samples[at]?.push(time(target, batch) * 1e6 / batch);
    }
  }
  if (!Number.isFinite(kept)) throw new Error("A target answered no number");
  return targets.map((target, at): Timing => {
    const sorted = (samples[at] ?? []).toSorted((left, right) => left - right);
    const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
    return {
      name: target.name,
      median: quantile(0.5),
      lowerQuartile: quantile(0.25),
      upperQuartile: quantile(0.75),
      batch: batches[at] ?? 0,
      rounds,
    };
  });
}

/** Runs a target for a while. The last quarter of it, when all is compiled, tells the speed. */
function warmUp(
  target: Target,
  warmUpMillis: number,
): { count: number; millis: number } {
  const start = performance.now();
  let count = 1;
  for (;;) {
    const millis = time(target, count);
    const isWarm = performance.now() - start >= warmUpMillis;
    if (isWarm && millis > 0) return { count, millis };
    if (millis < warmUpMillis / 8) count *= 2;
  }
}

/** Milliseconds for so many pieces of work. */
function time(target: Target, count: number): number {
  const { run } = target;
  let sum = 0;
  const start = performance.now();
  for (let i = 0; i < count; i++) sum += run();
  const millis = performance.now() - start;
  kept += sum;
  return millis;
}
