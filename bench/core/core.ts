// A whole call through core and codec, without input and output: its processor time, step by step, and whether anything of it stays.

import type { Transport } from "../../core/hop.ts";
import { BROWSER_SDP, PHONE_SDP } from "../sdp.ts";
import { quartiles } from "../rounds.ts";
import { table } from "../table.ts";
import { REFUSALS, Refusing } from "./refusing.ts";
import { STEPS } from "./steps.ts";
import { heapGrowth, processorTime, Waves } from "./wave.ts";

/** Microseconds of processor time for one call. */
export interface Figure {
  readonly name: string;
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

export interface Memory {
  /** Calls that were over, and bytes of heap after a collection, with nothing under way. */
  readonly points: readonly { readonly calls: number; readonly bytes: number }[];
  readonly bytesPerCall: number;
  readonly kept: boolean;
}

export interface CoreResult {
  readonly name: string;
  readonly transport: Transport;
  readonly calls: number;
  readonly atOnce: number;
  readonly figures: readonly Figure[];
  readonly total: Figure;
  /** JSON.parse and JSON.stringify of the call's OFFER, in the same rounds. */
  readonly yardstick: Figure;
  /** Times that the yardstick goes into the call. */
  readonly ratio: number;
  /** Calls that overload control turns away, in the same rounds, and what that is of a whole call. */
  readonly refusals: readonly (Figure & { readonly share: number })[];
  readonly refusalBudget: { readonly most: number; readonly kept: boolean };
  readonly budget: { readonly most: number; readonly kept: boolean };
  readonly memory: Memory;
  /** Bytes that a call makes for the collector, what it hands out included: medians of the steps, added up. */
  readonly garbage: number;
}

const BUDGET_MICROS = 40;
/** At three times what can be done, two refusals go with each call: with a tenth of its cost each, four fifths of the calls are left. */
const REFUSAL_SHARE = 0.1;
/** A leak of one word a call would be eight bytes; what is less is the collector's and the compiler's own. */
const GROWTH_LIMIT = 4;
const AT_ONCE = 500;
const MEMORY_POINTS = 5;
const WARM_UP_WAVES = 24;
const GARBAGE_WAVES = 21;

declare const gc: (() => void) | undefined;

const SIZES = [
  { name: "browser's SDP", offer: BROWSER_SDP },
  { name: "short SDP", offer: PHONE_SDP },
];

/** @param calls of each size */
export function measureCore({ calls }: { calls: number }): CoreResult[] {
  return SIZES.map(({ name, offer }) =>
    measure({ name, offer: lines(offer), waves: Math.max(MEMORY_POINTS, Math.ceil(calls / AT_ONCE)) })
  );
}

function measure({ name, offer, waves }: { name: string; offer: string; waves: number }): CoreResult {
  const run = new Waves({ calls: AT_ONCE, bodies: { offer, answer: lines(PHONE_SDP) } });
  const refusing = new Refusing({ calls: AT_ONCE, offer });
  const text = JSON.stringify({ messageType: "OFFER", offererSessionId: "c1", sdp: offer, seq: 1 });
  let kept = 0;
  const yardstick = () => {
    for (let i = 0; i < AT_ONCE; i++) kept += JSON.stringify(JSON.parse(text)).length;
  };
  for (let wave = 0; wave < WARM_UP_WAVES; wave++) {
    run.run();
    refusing.run();
    yardstick();
  }
  // Made before the first look at the memory: they would grow with the calls.
  const samples = [...STEPS, "timers"].map(() => new Float64Array(waves));
  const totals = new Float64Array(waves);
  const refused = REFUSALS.map(() => new Float64Array(waves));
  const yardsticks = new Float64Array(waves);
  const points = [{ calls: 0, bytes: heap(run) }];
  for (let wave = 0; wave < waves; wave++) {
    const { steps, timers } = run.run();
    const times = [...steps, timers].map((micros) => micros / AT_ONCE);
    times.forEach((micros, at) => samples[at]?.fill(micros, wave, wave + 1));
    totals[wave] = times.reduce((sum, micros) => sum + micros);
    refusing.run().forEach((micros, at) => refused[at]?.fill(micros / AT_ONCE, wave, wave + 1));
    yardsticks[wave] = processorTime(yardstick) / AT_ONCE;
    const done = wave + 1;
    if (done % Math.ceil(waves / MEMORY_POINTS) === 0 || done === waves) {
      points.push({ calls: done * AT_ONCE, bytes: heap(run) });
    }
  }
  if (kept === 0) throw new Error("The yardstick did nothing");
  const total = { name: "whole call", ...quartiles(totals) };
  const yard = { name: "JSON.parse and JSON.stringify of the OFFER", ...quartiles(yardsticks) };
  const refusals = refused.map((micros, at) => {
    const figure = { name: REFUSALS[at] ?? "", ...quartiles(micros) };
    return { ...figure, share: figure.median / total.median };
  });
  return {
    name,
    transport: run.transport,
    calls: waves * AT_ONCE,
    atOnce: AT_ONCE,
    figures: samples.map((micros, at) => ({ name: STEPS[at]?.name ?? "timers", ...quartiles(micros) })),
    total,
    yardstick: yard,
    ratio: total.median / yard.median,
    refusals,
    refusalBudget: { most: REFUSAL_SHARE, kept: refusals.every(({ share }) => share <= REFUSAL_SHARE) },
    budget: { most: BUDGET_MICROS, kept: total.median < BUDGET_MICROS },
    memory: growth(points),
    garbage: garbage(run),
  };
}

/** The median passes over the steps in which there was a collection. */
function garbage(run: Waves): number {
  const waves = Array.from({ length: GARBAGE_WAVES }, () => run.run(heapGrowth).steps);
  const medians = STEPS.map((_, at) => quartiles(waves.map((steps) => steps[at] ?? NaN)).median);
  return medians.reduce((sum, bytes) => sum + bytes) / AT_ONCE;
}

/** Slope from the second point on: the first collections still throw out code and shapes of the warm-up. */
function growth(points: readonly { calls: number; bytes: number }[]): Memory {
  const [, first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || last.calls === first.calls) {
    throw new RangeError("Too few calls to tell growth");
  }
  const bytesPerCall = (last.bytes - first.bytes) / (last.calls - first.calls);
  return { points, bytesPerCall, kept: bytesPerCall <= GROWTH_LIMIT };
}

/** Bytes of heap with nothing under way. */
function heap(run: Waves): number {
  run.settle();
  if (typeof gc !== "function") throw new Error("Memory cannot be told without --v8-flags=--expose-gc");
  gc();
  gc();
  return Deno.memoryUsage().heapUsed;
}

export function printCore(result: CoreResult): string {
  const { refusals, refusalBudget } = result;
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const { name, transport, calls, atOnce, figures, total, yardstick, ratio, budget, memory, garbage } =
    result;
  const head = [`call, ${name}, INVITE over ${transport}`, "median", "quartiles", "share"];
  const row = ({ name, median, lowerQuartile, upperQuartile }: Figure, share: string) => [
    name,
    `${median.toFixed(2)} µs`,
    `${lowerQuartile.toFixed(2)} – ${upperQuartile.toFixed(2)} µs`,
    share,
  ];
  const rows = figures.map((figure) => row(figure, percent(figure.median / total.median)));
  const refusalRows = refusals.map((figure) => row(figure, percent(figure.share)));
  return [
    table([head, ...rows, row(total, ""), ...refusalRows, row(yardstick, "")]),
    `  ${calls} calls, ${atOnce} at once. A call takes ${
      ratio.toFixed(1)
    } times the yardstick, its last line`,
    `  budget: ${total.median.toFixed(1)} µs a call, less than ${budget.most} µs wanted: ${
      verdict(budget.kept)
    }`,
    `  budget: a refusal at most ${percent(refusalBudget.most)} of a call wanted: ${
      verdict(refusalBudget.kept)
    }`,
    `  garbage: ${Math.round(garbage)} bytes of heap a call`,
    `  memory: ${memory.points.map(({ bytes }) => (bytes / 2 ** 20).toFixed(2)).join(", ")} MiB, ${
      memory.bytesPerCall.toFixed(2)
    } bytes a call, at most ${GROWTH_LIMIT} wanted: ${verdict(memory.kept)}`,
  ].join("\n");
}

function verdict(kept: boolean): string {
  return kept ? "kept" : "MISSED";
}

function lines(sdp: readonly string[]): string {
  return sdp.join("\r\n") + "\r\n";
}
