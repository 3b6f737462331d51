// Many calls through one process, some of whose browsers vanish: whether its memory grows.

import type { Progress } from "../../../bench/load/generator/options.ts";
import { memoryOf } from "../../../bench/load/process_figures.ts";
import { callsFigure, callsThrough, startRelayForCalls } from "../calls.ts";
import { type Collection, readCollection } from "../collections.ts";
import { flatness } from "../flatness.ts";
import { type MemorySample, saveMemory } from "../memory_chart.ts";
import type { Run } from "../run.ts";

const CALLS = 50_000;
const RATE = 2_000;
const HOLD = 300;
/** Both directions: what browsers begin. */
const TO_IMS = 0.8;
/** Of all calls: so often a browser vanishes in one. */
const VANISHING = 0.01;
/** Seconds: transactions are remembered for 32 s (RFC 3261's timers H and J, 64 × T1), so memory grows for so long at any rate. */
const WARM_UP = 40;
const SAMPLES = 200;
/** Calls that may be refused because something else has the processor. */
const REFUSED = 0.01;
/** The heap after each full collection: a pattern of V8's own. */
const ENGINE = "--trace-gc";

export const run: Run = {
  name: "memory",
  shows:
    `calls through one process (--calls N, ${CALLS}), a hundredth with a browser that vanishes: memory stays flat, and ` +
    `every call is completed`,
  async perform(say, { calls = CALLS, save, where, live }) {
    const collections: Collection[] = [];
    const onLine = (line: string) => {
      const collection = readCollection(line);
      if (collection !== undefined) collections.push(collection);
    };
    const born = performance.now();
    await using relay = await startRelayForCalls([], { engine: ENGINE, onLine });
    const { pid } = relay.target;
    const samples: MemorySample[] = [];
    let [next, told] = [0, 0];
    const progress = (progress: Progress, processors: number) => {
      live?.show(progress, processors);
      const count = progress.completed + progress.failed;
      if (progress.phase === "opening" || progress.phase === "draining" || count < next) return;
      next = count + calls / SAMPLES;
      if (live === undefined && count >= told) {
        told += calls / 10;
        say(`${count} calls`);
      }
      const { rss, pss, anonymous } = memoryOf(pid);
      const phase = progress.phase === "warm-up" ? "warm-up" : "measuring";
      samples.push({ at: performance.now() - born, phase, calls: count, rss, pss, anonymous });
    };
    live?.begin("memory");
    const seconds = calls / (RATE * (1 + VANISHING));
    const load = {
      rate: RATE,
      seconds,
      warmUp: WARM_UP,
      hold: HOLD,
      toIms: TO_IMS,
      vanishing: RATE * VANISHING,
    };
    const trial = await callsThrough(relay, load, { progress });
    live?.clear();
    const flat = flatness({ samples, collections });
    const refused = sum(trial.causes, (cause) => cause.includes("503"));
    const lost = trial.started - trial.completed - refused;
    const heap = flat.isHeapJudged
      ? `in use after full collections ${flat.first.toFixed(1)}, then ${flat.last.toFixed(1)} MiB: ${
        flat.slope.toFixed(1)
      } bytes a call (below ${flat.bound.toFixed(0)} wanted)`
      : `too few full collections (${flat.collections}) to judge the heap by`;
    const process = `resident at most ${flat.firstMost.toFixed(0)} MiB in the first half, ${
      flat.lastMost.toFixed(0)
    } in the second`;
    say(callsFigure(trial));
    const figures = {
      calls: trial.completed,
      refused,
      lost,
      ...flat,
      p99: trial.added.p99 ?? -1,
      perCall: trial.cost.perCall ?? -1,
      others: trial.others,
    };
    if (save) await saveMemory({ samples, collections, figures, where, rate: RATE });
    return {
      kept: flat.isFlat && lost === 0 && refused <= REFUSED * trial.started,
      figure:
        `${trial.completed} of ${trial.started} calls completed, ${refused} refused, ${lost} lost otherwise; ` +
        `${heap}; ${process}`,
      figures,
    };
  },
};

function sum(causes: Readonly<Record<string, number>>, isMeant: (cause: string) => boolean): number {
  return Object.entries(causes).reduce((all, [cause, count]) => isMeant(cause) ? all + count : all, 0);
}
