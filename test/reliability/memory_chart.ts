// The memory of one process over its calls, as a picture and as figures in bench/results.

import { curveChart } from "../../bench/chart/curves.ts";
import { type Collection, overCalls } from "./collections.ts";
import type { Outcome } from "./run.ts";

export interface MemorySample {
  /** Milliseconds since the relay was started. */
  readonly at: number;
  readonly phase: "warm-up" | "measuring";
  /** Calls that were over by then. */
  readonly calls: number;
  /** MiB. */
  readonly rss: number;
  readonly pss: number;
  readonly anonymous: number;
}

export interface MemoryFigures {
  readonly samples: readonly MemorySample[];
  readonly collections: readonly Collection[];
  readonly figures: Outcome["figures"];
  readonly where: string;
  /** Calls a second. */
  readonly rate: number;
}

const RESULTS = new URL("../../bench/results/", import.meta.url);
/** Points of a curve: more are not seen. */
const POINTS = 250;

export async function saveMemory(memory: MemoryFigures): Promise<void> {
  const { samples, figures, where, rate } = memory;
  await Deno.mkdir(RESULTS, { recursive: true });
  await Deno.writeTextFile(new URL("memory.svg", RESULTS), memoryChart(memory));
  const all = overCalls(memory);
  const heap = [
    ...all.filter(({ kind }) => kind === "full"),
    ...thinned(all.filter(({ kind }) => kind === "young")),
  ];
  const text = JSON.stringify({ where, rate, figures, samples, heap }, null, 1) + "\n";
  await Deno.writeTextFile(new URL("memory.json", RESULTS), text);
}

function memoryChart(memory: MemoryFigures): string {
  const { samples, where, rate } = memory;
  const curve = (value: (sample: MemorySample) => number) =>
    thinned(samples).map((sample) => [sample.calls / 1e3, value(sample)] as const);
  const heap = overCalls(memory);
  const heapCurve = (kind: Collection["kind"]) =>
    thinned(heap.filter((point) => point.kind === kind)).map(({ calls, after }) =>
      [calls / 1e3, after] as const
    );
  const measured = samples.find(({ phase }) => phase === "measuring")?.calls ?? 0;
  const unit = (value: number) => `${value} MiB`;
  return curveChart({
    where,
    title: "Memory of one process over its calls",
    lines: [
      `${rate} calls a second in both directions, a hundredth more with a browser that vanishes while it rings or talks.`,
      "Until the dotted line it warms up: transactions are remembered for 32 s.",
    ],
    legend: [
      ["native", "resident"],
      ["ropeway", "anonymous: of no file, shared with nobody"],
      ["npm", "heap after a young collection"],
      ["limit", "after a full one"],
    ],
  }, {
    axis: "calls that are over, in thousands",
    marks: [{ x: measured / 1e3, name: "measured from here", kind: "native" }],
    panels: [
      {
        title: "What the operating system counts",
        curves: [
          { name: "resident", kind: "native", points: curve(({ rss }) => rss), dots: false },
          { name: "anonymous", kind: "ropeway", points: curve(({ anonymous }) => anonymous), dots: false },
        ],
        unit,
        scale: "linear",
      },
      {
        title: "JavaScript's heap",
        curves: [
          { name: "young", kind: "npm", points: heapCurve("young"), dots: false },
          { name: "full", kind: "limit", points: heapCurve("full") },
        ],
        unit,
        scale: "linear",
      },
    ],
  });
}

function thinned<Value>(values: readonly Value[]): readonly Value[] {
  const step = Math.ceil(values.length / POINTS);
  return values.filter((_, at) => at % step === 0);
}
