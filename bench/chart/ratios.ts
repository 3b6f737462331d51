// How much longer twice the field takes: a dot a field, in two columns, with the line that none may pass.

import { line, MARGIN, type Page, page, rounded, text, top, WIDTH } from "./svg.ts";

export interface Dot {
  readonly name: string;
  readonly ratio: number;
  readonly kept: boolean;
}

const GAP = 32;
const COLUMN = (WIDTH - 2 * MARGIN - GAP) / 2;
const NAMES = 268;
const VALUES = 34;
const PLOT = COLUMN - NAMES - VALUES;
const ROW = 18;
const HIGHEST = 4;

export function ratioChart(
  head: Page,
  { dots, linear, most }: {
    dots: readonly Dot[];
    linear: number;
    most: number;
  },
): string {
  const half = Math.ceil(dots.length / 2);
  const y = top(head) + 20;
  const columns = [dots.slice(0, half), dots.slice(half)].map((column, side) =>
    columnAt(column, { x: MARGIN + side * (COLUMN + GAP), y, linear, most })
  );
  return page(head, {
    content: columns.join("\n"),
    bottom: y + ROW * half + 10,
  });
}

function columnAt(
  dots: readonly Dot[],
  { x, y, linear, most }: {
    x: number;
    y: number;
    linear: number;
    most: number;
  },
): string {
  const left = x + NAMES;
  const at = (ratio: number) => left + PLOT * Math.min(Math.max(ratio, 0), HIGHEST) / HIGHEST;
  const end = y + ROW * dots.length;
  const ruler = (ratio: number, style: string) => line([at(ratio), y - 4], [at(ratio), end], style);
  const named = (ratio: number, name: string) =>
    text(name, { x: at(ratio), y: y - 9, style: "soft", anchor: "middle" });
  return [
    ...[0, 1, linear, 3, 4].map((ratio) => ruler(ratio, "grid") + named(ratio, `${ratio} ×`)),
    ruler(most, "mark"),
    ...dots.map(({ name, ratio, kept }, row) => {
      const middle = y + ROW * row + ROW / 2;
      const kind = kept ? "ropeway" : "missed";
      return text(name, {
        x: left - 10,
        y: middle + 4,
        style: kept ? "" : "marked",
        anchor: "end",
      }) +
        `<circle cx="${rounded(at(ratio))}" cy="${rounded(middle)}" r="4" class="${kind}"/>` +
        text(ratio.toFixed(2), {
          x: x + COLUMN,
          y: middle + 4,
          style: kept ? "soft" : "marked",
          anchor: "end",
        });
    }),
  ].join("\n");
}
