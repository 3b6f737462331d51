// Results as files: figures, tables and charts of one level, in the place of those of the run before.

import { type Bar, barChart, type Panel } from "./chart/bars.ts";
import { ratioChart } from "./chart/ratios.ts";
import type { Kind, Page } from "./chart/svg.ts";
import type { CoreResult } from "./core/core.ts";
import type { Result } from "./group.ts";
import type { IoResult } from "./io/io.ts";
import type { WebSocketResult } from "./io/web_sockets.ts";
import { brief, type Machine } from "./machine.ts";
import { type Growth, MOST } from "./micro/growing.ts";

export interface Micro {
  readonly reading: readonly Result[];
  readonly translating: readonly Result[];
  readonly scanning: readonly Result[];
  readonly growing: readonly Growth[];
}

const FOLDER = new URL("./results/", import.meta.url);
const KINDS: Readonly<Record<string, Kind>> = {
  "Ropeway": "ropeway",
  "JavaScript alone": "plain",
  "drachtio-sip": "npm",
  "npm sip": "npm",
  "JsSIP": "npm",
  "SIP.js": "npm",
  "JSON.parse and JSON.stringify": "npm",
  "sofia-sip (C)": "native",
  "osip2 (C)": "native",
};
const OWN = ["ropeway", "Ropeway"] as const;
const PLAIN = ["plain", "JavaScript alone"] as const;
const SCALE = "Medians of rounds in turn, thin lines from quartile to quartile.";

export async function saveMicro(
  micro: Micro,
  { where, tables }: { where: Machine; tables: string },
): Promise<void> {
  const { reading, translating, scanning, growing } = micro;
  const foot = { where: brief(where) };
  await save({ level: "micro", figures: { machine: where, ...micro }, tables });
  await write(
    "reading.svg",
    barChart({
      ...foot,
      title: "Reading one SIP message",
      lines: [`${SCALE} Logarithmic scale. All deliver the same fields.`],
      legend: [OWN, PLAIN, ["npm", "parsers of npm"], [
        "native",
        "parsers in C",
      ]],
    }, { panels: reading.map(panel), scale: "log" }),
  );
  await write(
    "translating.svg",
    barChart({
      ...foot,
      title: "ROAP ⇄ SIP",
      lines: [`${SCALE} All write the same bytes.`],
      legend: [OWN, PLAIN, ["npm", "the engine's JSON, in and out"]],
    }, { panels: translating.map(panel), scale: "linear" }),
  );
  await write(
    "scanning.svg",
    barChart({
      ...foot,
      title: "Reading next to looking at every byte once",
      lines: [`${SCALE} Logarithmic scale.`],
      legend: [OWN, ["limit", "one look at every byte"]],
    }, { panels: scanning.map(panel), scale: "log" }),
  );
  const head: Page = {
    ...foot,
    title: "Twice the field, how many times the time?",
    lines: [
      "2 × is linear; less where a part does not grow or the message is refused. The dashed line may not be passed.",
    ],
    legend: [],
  };
  await write(
    "growing.svg",
    ratioChart(head, { dots: growing, linear: 2, most: MOST }),
  );
}

export async function saveCore(
  results: readonly CoreResult[],
  { where, tables }: { where: Machine; tables: string },
): Promise<void> {
  await save({
    level: "core",
    figures: { machine: where, calls: results },
    tables,
  });
  const panels = results.map((
    { name, figures, total, yardstick, budget },
  ): Panel => ({
    title: `A call, ${name}`,
    bars: [
      ...figures.map((figure) => bar(figure, "ropeway")),
      bar(total, "ropeway"),
      bar({ ...yardstick, name: "JSON of the OFFER" }, "npm"),
    ],
    most: { value: budget.most * 1e3, name: "budget of a call" },
  }));
  await write(
    "core.svg",
    barChart({
      where: brief(where),
      title: "A whole call through core and codec, without input and output",
      lines: [
        "Processor time of a call, all threads; medians of waves of 500 calls at once, thin lines from quartile to quartile.",
      ],
      legend: [OWN, [
        "npm",
        "yardstick: JSON.parse and JSON.stringify of the OFFER",
      ]],
    }, { panels, scale: "linear" }),
  );
}

export interface Io {
  readonly datagrams: readonly IoResult[];
  readonly webSockets: readonly WebSocketResult[];
}

export async function saveIo(
  { datagrams, webSockets }: Io,
  { where, tables }: { where: Machine; tables: string },
): Promise<void> {
  await save({ level: "io", figures: { machine: where, datagrams, webSockets }, tables });
  const panels = datagrams.map(({ name, figures }): Panel => ({
    title: name,
    bars: figures.map((figure) => ({
      ...figure,
      name: figure.kind,
      kind: figure.kind === "batched" ? "ropeway" : "plain",
    })),
  }));
  await write(
    "io.svg",
    barChart({
      where: brief(where),
      title: "What a datagram costs the process that takes it",
      lines: [
        "Processor time, with the kernel's; medians of rounds in turn, thin lines from quartile to quartile.",
      ],
      legend: [["ropeway", "batched"], ["plain", "plain"]],
    }, { panels, scale: "linear" }),
  );
}

function bar(
  figure: {
    name: string;
    median: number;
    lowerQuartile: number;
    upperQuartile: number;
  },
  kind: Kind,
): Bar {
  return {
    name: figure.name,
    kind,
    median: figure.median * 1e3,
    lowerQuartile: figure.lowerQuartile * 1e3,
    upperQuartile: figure.upperQuartile * 1e3,
  };
}

function panel({ name, bytes, timings }: Result): Panel {
  return {
    title: `${name}, ${bytes} bytes`,
    bars: timings.map((timing) => ({
      ...timing,
      name: shortened(timing.name),
      kind: kindOf(timing.name),
    })),
  };
}

function kindOf(name: string): Kind {
  return KINDS[name.replace(/, .*/, "")] ?? "limit";
}

function shortened(name: string): string {
  return name.replace("JSON.parse and JSON.stringify", "JSON.parse, stringify")
    .replace("copied in first", "copied in");
}

async function save(
  { level, figures, tables }: {
    level: string;
    figures: unknown;
    tables: string;
  },
): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  await write(`${level}.json`, JSON.stringify(figures, null, 2) + "\n");
  await write(`${level}.txt`, tables + "\n");
}

async function write(name: string, content: string): Promise<void> {
  await Deno.writeTextFile(new URL(name, FOLDER), content);
}
