// Whether the memory of a process stays flat over its calls.
//
// What is in use is seen right after a full collection alone: between two of them garbage piles up, and the system keeps what it once gave. So the heap
// after full collections is held to bytes a call; the process as a whole to its highest mark, which the first half of the calls has seen.

import { type Collection, overCalls } from "./collections.ts";
import type { MemorySample } from "./memory_chart.ts";
import { ends, type Point, slope } from "./trend.ts";

const MIB = 1024 * 1024;
/** Bytes a call by regression, and MiB in all below which few calls tell nothing. */
const SLOPE = 8;
const NOISE = 4;
/** The last tenth of the collections against the first; the highest mark of the second half against that of the first. */
const GROWTH = 1.05;
/** Full collections from which on a line says something. */
const COLLECTIONS = 8;

export interface Flatness {
  readonly isFlat: boolean;
  /** False: there were too few full collections, so that only the process as a whole was judged. */
  readonly isHeapJudged: boolean;
  /** Bytes a call, and what is allowed. */
  readonly slope: number;
  readonly bound: number;
  /** MiB of the heap in use: medians of the first and of the last tenth of the full collections. */
  readonly first: number;
  readonly last: number;
  readonly collections: number;
  /** The most resident memory in either half, MiB. */
  readonly firstMost: number;
  readonly lastMost: number;
}

/** The samples and collections of all time; those of the warm-up do not count. */
export function flatness(
  { samples, collections }: { samples: readonly MemorySample[]; collections: readonly Collection[] },
): Flatness {
  const measured = samples.filter(({ phase }) => phase === "measuring");
  const [begin, end] = [measured[0]?.calls ?? 0, measured.at(-1)?.calls ?? 0];
  const full = overCalls({ samples, collections })
    .filter(({ kind, calls }) => kind === "full" && calls >= begin)
    .map(({ calls, after }): Point => [calls, after]);
  const most = (samples: readonly MemorySample[]) => Math.max(...samples.map(({ rss }) => rss));
  const middle = (begin + end) / 2;
  const bound = Math.max(SLOPE, NOISE * MIB / Math.max(end - begin, 1));
  const isHeapJudged = full.length >= COLLECTIONS;
  const { first, last } = full.length === 0 ? { first: 0, last: 0 } : ends(full);
  const perCall = isHeapJudged ? slope(full) * MIB : 0;
  const firstMost = most(measured.filter(({ calls }) => calls <= middle));
  const lastMost = most(measured.filter(({ calls }) => calls > middle));
  const isHeapFlat = !isHeapJudged || perCall < bound && last <= GROWTH * first;
  return {
    isFlat: isHeapFlat && lastMost <= GROWTH * firstMost,
    isHeapJudged,
    slope: perCall,
    bound,
    first,
    last,
    collections: full.length,
    firstMost,
    lastMost,
  };
}
