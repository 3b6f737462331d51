// Many calls through one process, some of whose browsers vanish: whether its memory grows.

import type { Progress } from "../../../bench/load/generator/options.ts";
import { memoryOf } from "../../../bench/load/process_figures.ts";
import { callsFigure, callsThrough, percent, startRelayForCalls } from "../calls.ts";
import { type Collection, readCollection } from "../collections.ts";
import { type MemorySample, saveMemory } from "../memory_chart.ts";
import type { Run } from "../run.ts";
import { ends, type Point, slope } from "../trend.ts";

const CALLS = 50_000;
const RATE = 1_000;
const HOLD = 300;
/** Both directions: what browsers begin. */
const TO_IMS = 0.8;
/** Of all calls: so often a browser vanishes in one. */
const VANISHING = 0.01;
/** Seconds: transactions are remembered for 32 s (RFC 3261's timers H and J, 64 × T1), so memory grows for so long at any rate. */
const WARM_UP = 40;
const SAMPLES = 200;
/** Bytes a call, by regression; and MiB in all, below which few calls tell nothing. */
const SLOPE = 8;
const NOISE = 4;
/** The last tenth against the first. */
const GROWTH = 1.05;
/** Calls that may be refused because something else has the processor. */
const REFUSED = 0.01;
const MIB = 1024 * 1024;
/** The heap after each full collection: a pattern of V8's own. */
const ENGINE = "--trace-gc";

export const run: Run = {
  name: "memory",
  shows:
    `calls through one process (--calls N, ${CALLS}), a hundredth with a browser that vanishes: memory grows by less than ` +
    `${SLOPE} bytes a call, and every call is completed`,
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
    const measured = samples.filter(({ phase }) => phase === "measuring");
    const points = (value: (sample: MemorySample) => number) =>
      measured.map((sample): Point => [sample.calls, value(sample)]);
    const own = judged(points(({ anonymous }) => anonymous));
    const resident = judged(points(({ rss }) => rss));
    const bound = Math.max(SLOPE, NOISE * MIB / calls);
    const refused = sum(trial.causes, (cause) => cause.includes("503"));
    const lost = trial.started - trial.completed - refused;
    const full = collections.filter(({ kind }) => kind === "full");
    say(callsFigure(trial));
    say(
      `resident ${resident.text}; anonymous ${own.text}; ${full.length} full collections, ${collections.length} in all`,
    );
    const { perCall } = trial.cost;
    const figures = {
      calls: trial.completed,
      refused,
      lost,
      slope: own.slope,
      residentSlope: resident.slope,
      first: own.first,
      last: own.last,
      residentFirst: resident.first,
      residentLast: resident.last,
      heapFirst: full[0]?.after ?? -1,
      heapLast: full.at(-1)?.after ?? -1,
      p99: trial.added.p99 ?? -1,
      perCall: perCall ?? -1,
    };
    if (save) await saveMemory({ samples, collections, figures, where, rate: RATE });
    const isFlat = own.slope < bound && own.last <= GROWTH * own.first &&
      resident.last <= GROWTH * resident.first;
    return {
      kept: isFlat && lost === 0 && refused <= REFUSED * trial.started,
      figure:
        `${trial.completed} of ${trial.started} calls completed, ${refused} refused, ${lost} lost otherwise; ` +
        `${own.slope.toFixed(1)} bytes a call (below ${bound.toFixed(0)} wanted); the last tenth at ${
          own.last.toFixed(1)
        } MiB, ${percent(own.last, own.first)} of the first`,
      figures,
    };
  },
};

function judged(points: readonly Point[]) {
  const { first, last } = ends(points);
  const perCall = slope(points) * MIB;
  const text = `${first.toFixed(1)} to ${last.toFixed(1)} MiB, ${perCall.toFixed(1)} bytes a call`;
  return { slope: perCall, first, last, text };
}

function sum(causes: Readonly<Record<string, number>>, isMeant: (cause: string) => boolean): number {
  return Object.entries(causes).reduce((all, [cause, count]) => isMeant(cause) ? all + count : all, 0);
}
