// Pieces of an SVG chart: its page with a title and what it was measured on, texts, and colours for light and dark.

/** What a mark stands for; each has its colour. */
export type Kind = "ropeway" | "plain" | "npm" | "native" | "limit" | "missed";

export interface Page {
  readonly title: string;
  /** Lines below the title. */
  readonly lines: readonly string[];
  /** Commit, machine, date: at the foot. */
  readonly where: string;
  readonly legend: readonly (readonly [Kind, string])[];
}

export const WIDTH = 960;
export const MARGIN = 28;
const HEAD = 60;
const LINE = 18;
const FOOT = 40;
/** Of a letter of 12 pixels' height, roughly. */
const LETTER = 6.6;

const STYLE = `
  .page { fill: #ffffff } text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #24292f }
  .title { font-size: 19px; font-weight: 600 } .panel { font-weight: 600; font-size: 13px } .soft { fill: #57606a }
  .over { stroke: #ffffff; stroke-width: 4; stroke-linejoin: round; paint-order: stroke }
  .own { font-weight: 600 } .grid { stroke: #d8dee4; stroke-width: 1 } .mark { stroke: #cf222e; stroke-dasharray: 4 3; stroke-width: 1.5 }
  .marked { fill: #cf222e } .range { stroke: #24292f; stroke-width: 1.2; opacity: .55 }
  .ropeway { fill: #0969da } .plain { fill: #bf8700 } .npm { fill: #8c959f } .native { fill: #1a7f37 } .limit { fill: #8250df } .missed { fill: #cf222e }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } text { fill: #e6edf3 } .soft { fill: #9198a1 } .grid { stroke: #2b323b } .mark { stroke: #ff7b72 }
    .over { stroke: #0d1117 } .marked { fill: #ff7b72 } .range { stroke: #e6edf3 }
    .ropeway { fill: #4493f8 } .plain { fill: #d29922 } .npm { fill: #6e7681 } .native { fill: #3fb950 } .limit { fill: #a371f7 } .missed { fill: #ff7b72 }
  }`;

/** Where the content of a page begins. */
export function top({ lines, legend }: Page): number {
  return HEAD + LINE * lines.length + (legend.length > 0 ? 26 : 0);
}

/** A whole chart; `content` ends at `bottom`. */
export function page(
  page: Page,
  { content, bottom }: { content: string; bottom: number },
): string {
  const height = bottom + FOOT;
  const { title, lines, where } = page;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${
    escaped(title)
  }">
<style>${STYLE}
</style>
<rect class="page" width="${WIDTH}" height="${height}" rx="8"/>
${text(title, { x: MARGIN, y: 38, style: "title" })}
${lines.map((line, at) => text(line, { x: MARGIN, y: HEAD + LINE * at, style: "soft" })).join("\n")}
${legendOf(page)}
${content}
${text(where, { x: MARGIN, y: height - 14, style: "soft" })}
</svg>
`;
}

export interface TextStyle {
  readonly x: number;
  readonly y: number;
  readonly style?: string;
  readonly anchor?: "start" | "middle" | "end";
}

export function text(
  content: string,
  { x, y, style = "", anchor = "start" }: TextStyle,
): string {
  return `<text x="${rounded(x)}" y="${rounded(y)}" class="${style}" text-anchor="${anchor}">${
    escaped(content)
  }</text>`;
}

export function line(
  from: readonly [number, number],
  to: readonly [number, number],
  style: string,
): string {
  return `<line x1="${rounded(from[0])}" y1="${rounded(from[1])}" x2="${rounded(to[0])}" y2="${
    rounded(to[1])
  }" class="${style}"/>`;
}

export function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function legendOf(page: Page): string {
  let x = MARGIN;
  const y = HEAD + LINE * page.lines.length + 6;
  return page.legend.map(([kind, name]) => {
    const entry = `<rect x="${x}" y="${y - 9}" width="10" height="10" rx="2" class="${kind}"/>${
      text(name, { x: x + 15, y })
    }`;
    x += 34 + Math.round(name.length * LETTER);
    return entry;
  }).join("\n");
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(
    ">",
    "&gt;",
  ).replaceAll(
    '"',
    "&quot;",
  );
}
