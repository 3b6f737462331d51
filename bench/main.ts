// `deno task bench [micro] [core]`: how fast the codecs are and how dear a call is, each level in tables of its own.

import { parseArgs } from "node:util";
import { type CoreResult, measureCore, printCore } from "./core/core.ts";
import { type Group, measure, print, type Result } from "./group.ts";
import { full, type Machine, machine } from "./machine.ts";
import { type Growth, measureGrowth, printGrowth } from "./micro/growing.ts";
import { readingGroups } from "./micro/reading.ts";
import { scanningGroups } from "./micro/scanning.ts";
import { translatingGroups } from "./micro/translating.ts";
import { type Micro, saveCore, saveMicro } from "./results.ts";

const USAGE = `Usage: deno task bench [micro] [core] [options]
  micro, core       the levels to measure; both when none is named
  --only QUESTION   of micro: reading, translating, scanning or growing; nothing is saved
  --calls N         of core: calls of each size (50000)
  --json            figures instead of tables
  --no-save         leave bench/results as it is`;

const MICRO_NOTE =
  `MICRO: one message at a time, in nanoseconds of the monotonic clock. Medians of rounds in turn; ratios to the first line.
All targets deliver the same fields or write the same bytes, compared before anything is timed. Spans are places in memory, the others make texts.
Ropeway, JsSIP, SIP.js, sofia-sip and osip2 check the grammar of what they decode, the others hardly.`;
const CORE_NOTE =
  "CORE: whole calls through core and codec, without input and output, in microseconds of processor time, all threads.";

const QUESTIONS = ["reading", "translating", "scanning", "growing"] as const;
type Question = typeof QUESTIONS[number];

interface Options {
  readonly questions: readonly Question[];
  readonly say: (text: string) => void;
}

async function micro({ questions, say }: Options): Promise<Micro> {
  const into = await Deno.makeTempDir({ prefix: "ropeway_bench_" });
  try {
    await using stack = new AsyncDisposableStack();
    const ask = async (
      question: Question,
      groups: () => Group[] | Promise<Group[]>,
    ): Promise<Result[]> => {
      const results: Result[] = [];
      if (!questions.includes(question)) return results;
      for (const group of await groups()) {
        const result = await measure(group);
        results.push(result);
        say(`\n${print(result)}`);
      }
      return results;
    };
    const reading = await ask("reading", () => readingGroups(stack, into));
    const translating = await ask("translating", translatingGroups);
    const scanning = await ask("scanning", () => scanningGroups(stack, into));
    const growing: Growth[] = questions.includes("growing") ? await measureGrowth() : [];
    if (growing.length > 0) say(`\n${printGrowth(growing)}`);
    return { reading, translating, scanning, growing };
  } finally {
    await Deno.remove(into, { recursive: true });
  }
}

function core(calls: number, say: (text: string) => void): CoreResult[] {
  const results = measureCore({ calls });
  for (const result of results) say(`\n${printCore(result)}`);
  return results;
}

/** Says it on the terminal at once, and keeps it for the file. */
function speaker(
  aloud: boolean,
  where: Machine,
  note: string,
): { say: (text: string) => void; told: string[] } {
  const told: string[] = [];
  const say = (text: string) => {
    told.push(text);
    if (aloud) console.log(text);
  };
  say(`${full(where)}\n\n${note}`);
  return { say, told };
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    allowNegative: true,
    options: {
      only: { type: "string" },
      calls: { type: "string", default: "50000" },
      json: { type: "boolean", default: false },
      save: { type: "boolean", default: true },
      help: { type: "boolean", default: false },
    },
  });
  const only = QUESTIONS.find((question) => question === values.only);
  const calls = Number(values.calls);
  const isKnown = positionals.every((level) => level === "micro" || level === "core");
  if (
    values.help || !isKnown ||
    (values.only !== undefined && only === undefined) || !(calls > 0)
  ) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const wants = (level: string) => positionals.length === 0 || positionals.some((named) => named === level);
  const where = machine();
  const figures: Record<string, unknown> = { machine: where };
  if (wants("micro")) {
    const { say, told } = speaker(!values.json, where, MICRO_NOTE);
    const result = await micro({
      questions: only === undefined ? QUESTIONS : [only],
      say,
    });
    if (values.save && only === undefined) {
      await saveMicro(result, { where, tables: told.join("\n") });
    }
    figures["micro"] = result;
  }
  if (wants("core") && only === undefined) {
    if (!values.json && wants("micro")) console.log("");
    const { say, told } = speaker(!values.json, where, CORE_NOTE);
    const result = core(calls, say);
    if (values.save) await saveCore(result, { where, tables: told.join("\n") });
    figures["core"] = result;
  }
  if (values.json) console.log(JSON.stringify(figures, null, 2));
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
