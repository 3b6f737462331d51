// Lines over a common horizontal axis, in panels of one row each.

import { type Kind, line, MARGIN, type Page, page, rounded, text, top, WIDTH } from "./svg.ts";

export interface Curve {
  readonly name: string;
  readonly kind: Kind;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** False: there are so many points that a line says more. */
  readonly dots?: boolean;
}

export interface CurvePanel {
  readonly title: string;
  readonly curves: readonly Curve[];
  /** What the vertical axis is marked with. */
  readonly unit: (value: number) => string;
  readonly scale: "linear" | "log";
  /** The highest value that is shown; what is above it stands at the edge. */
  readonly most?: number;
  /** A line that is to be kept to. */
  readonly limit?: { readonly value: number; readonly name: string };
}

/** A vertical line through all panels. */
export interface Mark {
  readonly x: number;
  readonly name: string;
  readonly kind: Kind;
}

const AXIS = 74;
const HEIGHT = 170;
const GAP = 66;
const LEFT = MARGIN + AXIS;
const PLOT = WIDTH - MARGIN - LEFT - 20;
const COLOURS: Readonly<Record<string, string>> = {
  ropeway: "#0969da",
  native: "#1a7f37",
  npm: "#8c959f",
  limit: "#8250df",
};

export function curveChart(
  head: Page,
  { panels, marks, axis }: { panels: readonly CurvePanel[]; marks: readonly Mark[]; axis: string },
): string {
  const xs = [
    ...panels.flatMap(({ curves }) => curves.flatMap(({ points }) => points.map(([x]) => x))),
    ...marks.map(({ x }) => x),
  ];
  const most = Math.max(...xs, 1);
  const step = niceStep(most / 8);
  const end = Math.ceil(most / step) * step;
  const across = (x: number) => LEFT + PLOT * x / end;
  let y = top(head) + 10;
  const rows = panels.map((panel) => {
    const row = panelAt(panel, { y, across, ticks: ticksTo(end, step), marks });
    y += HEIGHT + GAP;
    return row;
  });
  rows.push(text(axis, { x: LEFT + PLOT / 2, y: y - 10, style: "soft", anchor: "middle" }));
  return page(head, { content: rows.join("\n"), bottom: y });
}

function panelAt(
  { title, curves, unit, scale, limit, most = Infinity }: CurvePanel,
  { y, across, ticks, marks }: {
    y: number;
    across: (x: number) => number;
    ticks: readonly number[];
    marks: readonly Mark[];
  },
): string {
  const begin = y + 22;
  const values = [
    ...curves.flatMap(({ points }) => points.map(([, value]) => Math.min(value, most))),
    ...(limit === undefined ? [] : [limit.value]),
  ]
    .filter((value) => value > 0);
  const { place, levels } = scale === "log" ? logarithmic(values) : linear(values);
  const down = (value: number) =>
    begin + HEIGHT * (1 - Math.min(Math.max(place(Math.min(value, most)), 0), 1));
  const grid = [
    ...levels.map((level) =>
      line([LEFT, down(level)], [LEFT + PLOT, down(level)], "grid") +
      text(unit(level), { x: LEFT - 8, y: down(level) + 4, style: "soft", anchor: "end" })
    ),
    ...ticks.map((tick) =>
      line([across(tick), begin], [across(tick), begin + HEIGHT], "grid") +
      text(String(tick), { x: across(tick), y: begin + HEIGHT + 16, style: "soft", anchor: "middle" })
    ),
  ];
  const bound = limit === undefined
    ? ""
    : line([LEFT, down(limit.value)], [LEFT + PLOT, down(limit.value)], "mark") +
      text(limit.name, { x: LEFT + 6, y: down(limit.value) - 5, style: "marked" });
  const knees = marks.map(({ x, kind }) =>
    `<line x1="${rounded(across(x))}" y1="${begin}" x2="${rounded(across(x))}" y2="${
      begin + HEIGHT
    }" stroke="${COLOURS[kind] ?? "#57606a"}" stroke-dasharray="2 3"/>`
  );
  const names = marks.map(({ x, name }, at) =>
    text(name, { x: across(x) + 4, y: begin + 12 + 14 * at, style: "soft over" })
  );
  const drawn = curves.map(({ points, kind, dots: isDotted = true }) => {
    const sorted = [...points].sort(([one], [other]) => one - other);
    const path = middles(sorted).map(([x, value]) => `${rounded(across(x))},${rounded(down(value))}`).join(
      " ",
    );
    const dots = (isDotted ? sorted : []).map(([x, value]) =>
      `<circle cx="${rounded(across(x))}" cy="${rounded(down(value))}" r="3.5" class="${kind}"/>`
    );
    return `<polyline points="${path}" fill="none" stroke="${COLOURS[kind] ?? "#57606a"}" stroke-width="2"/>${
      dots.join("")
    }`;
  });
  return [text(title, { x: MARGIN, y: y + 10, style: "panel" }), ...grid, bound, ...knees, ...drawn, ...names]
    .join("\n");
}

/** A line goes through the middle of what was found at each place. */
function middles(sorted: readonly (readonly [x: number, y: number])[]): [number, number][] {
  const places = Map.groupBy(sorted, ([x]) => x);
  return [...places].map(([x, points]) => {
    const values = points.map(([, y]) => y).sort((one, other) => one - other);
    return [x, values[(values.length - 1) >> 1] ?? 0];
  });
}

interface Scaled {
  /** From 0, the bottom, to 1. */
  readonly place: (value: number) => number;
  readonly levels: readonly number[];
}

function linear(values: readonly number[]): Scaled {
  const most = Math.max(...values, Number.MIN_VALUE);
  const step = niceStep(most / 4);
  const end = Math.ceil(most / step) * step;
  return { place: (value) => value / end, levels: ticksTo(end, step) };
}

function logarithmic(values: readonly number[]): Scaled {
  const first = Math.floor(Math.log10(Math.min(...values, 1)));
  const last = Math.max(Math.ceil(Math.log10(Math.max(...values, 1))), first + 1);
  return {
    place: (value) => (Math.log10(Math.max(value, Number.MIN_VALUE)) - first) / (last - first),
    levels: Array.from({ length: last - first + 1 }, (_, at) => 10 ** (first + at)),
  };
}

function ticksTo(end: number, step: number): number[] {
  return Array.from({ length: Math.round(end / step) + 1 }, (_, at) => Math.round(at * step * 1e6) / 1e6);
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * (rough / power > 5 ? 10 : rough / power > 2 ? 5 : rough / power > 1 ? 2 : 1);
}
