// Times as bars, in panels of two columns with one scale for all of them.

import { duration } from "../table.ts";
import { type Kind, line, MARGIN, type Page, page, rounded, text, top, WIDTH } from "./svg.ts";

export interface Bar {
  readonly name: string;
  readonly kind: Kind;
  /** Nanoseconds. */
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

export interface Panel {
  readonly title: string;
  readonly bars: readonly Bar[];
  /** A line that the bars are to stay below, in nanoseconds. */
  readonly most?: { readonly value: number; readonly name: string };
}

export type Scale = "linear" | "log";

const GAP = 32;
const COLUMN = (WIDTH - 2 * MARGIN - GAP) / 2;
const NAMES = 178;
const VALUES = 62;
const ROW = 21;
const BAR = 13;
const PLOT = COLUMN - NAMES - VALUES;

export function barChart(
  head: Page,
  { panels, scale }: { panels: readonly Panel[]; scale: Scale },
): string {
  const values = panels.flatMap(({ bars, most }) => [
    ...bars.flatMap((bar) => [bar.median, bar.upperQuartile]),
    ...(most === undefined ? [] : [most.value]),
  ]);
  const place = scaleOf(scale, values);
  let y = top(head);
  const rows: string[] = [];
  for (let at = 0; at < panels.length; at += 2) {
    const pair = panels.slice(at, at + 2);
    pair.forEach((panel, side) => rows.push(panelAt(panel, { x: MARGIN + side * (COLUMN + GAP), y, place })));
    y += Math.max(...pair.map(heightOf));
  }
  return page(head, { content: rows.join("\n"), bottom: y });
}

interface Scaled {
  /** Pixels from the left end of the plot. */
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

function scaleOf(scale: Scale, values: readonly number[]): Scaled {
  const most = Math.max(...values);
  if (scale === "linear") {
    const step = niceStep(most / 4);
    const end = Math.ceil(most / step) * step;
    const ticks = Array.from(
      { length: Math.round(end / step) + 1 },
      (_, at) => at * step,
    );
    return { at: (value) => PLOT * value / end, ticks };
  }
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.ceil(Math.log10(most));
  const ticks = Array.from(
    { length: last - first + 1 },
    (_, at) => 10 ** (first + at),
  );
  return {
    at: (value) => Math.max(0, PLOT * (Math.log10(value) - first) / (last - first)),
    ticks,
  };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power *
    (rough / power > 5 ? 10 : rough / power > 2 ? 5 : rough / power > 1 ? 2 : 1);
}

function heightOf({ bars }: Panel): number {
  return 74 + ROW * bars.length;
}

function panelAt(
  { title, bars, most }: Panel,
  { x, y, place }: { x: number; y: number; place: Scaled },
): string {
  const left = x + NAMES;
  const begin = y + 26;
  const end = begin + ROW * bars.length + 2;
  const grid = place.ticks.map((tick) => {
    const at = left + place.at(tick);
    const name = text(tick === 0 ? "0" : short(tick), {
      x: at,
      y: end + 15,
      style: "soft",
      anchor: "middle",
    });
    return line([at, begin], [at, end], "grid") + name;
  });
  const limit = most === undefined ? "" : line(
    [left + place.at(most.value), begin - 3],
    [left + place.at(most.value), end],
    "mark",
  ) +
    text(most.name, {
      x: left + place.at(most.value) + 4,
      y: begin + 3,
      style: "marked",
    });
  const rows = bars.map((bar, row) => barAt(bar, { left, y: begin + 6 + ROW * row, place }));
  return [
    text(title, { x, y: y + 14, style: "panel" }),
    ...grid,
    ...rows,
    limit,
  ].join("\n");
}

function barAt(
  bar: Bar,
  { left, y, place }: { left: number; y: number; place: Scaled },
): string {
  const { name, kind, median, lowerQuartile, upperQuartile } = bar;
  const middle = y + BAR / 2;
  const style = kind === "ropeway" ? "own" : "";
  const end = left + place.at(Math.max(median, upperQuartile));
  return [
    text(name, { x: left - 8, y: y + 11, style, anchor: "end" }),
    `<rect x="${rounded(left)}" y="${rounded(y)}" width="${
      rounded(Math.max(1, place.at(median)))
    }" height="${BAR}" rx="2" class="${kind}"/>`,
    line([left + place.at(lowerQuartile), middle], [
      left + place.at(upperQuartile),
      middle,
    ], "range"),
    text(duration(median), { x: end + 6, y: y + 11, style }),
  ].join("");
}

/** `100 ns`, `1 µs`: a power of ten, or a round number. */
function short(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${nanoseconds} ns`;
  return nanoseconds < 1e6 ? `${nanoseconds / 1e3} µs` : `${nanoseconds / 1e6} ms`;
}
