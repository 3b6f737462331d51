// `deno task bench [micro] [core] [io]`: how fast the codecs are, how dear a call and a datagram, each level in tables of its own.

import { parseArgs } from "node:util";
import { provide } from "../test/packages.ts";
import { type CoreResult, measureCore, printCore } from "./core/core.ts";
import { type Group, measure, print, type Result } from "./group.ts";
import { measureIo, printIo } from "./io/io.ts";
import { measureWebSockets, printWebSockets } from "./io/web_sockets.ts";
import { full, type Machine, machine } from "./machine.ts";
import { type Growth, measureGrowth, printGrowth } from "./micro/growing.ts";
import { readingGroups } from "./micro/reading.ts";
import { scanningGroups } from "./micro/scanning.ts";
import { translatingGroups } from "./micro/translating.ts";
import { type Io, type Micro, saveCore, saveIo, saveMicro } from "./results.ts";

const USAGE = `Usage: deno task bench [micro] [core] [io] [options]
  micro, core, io   the levels to measure; all when none is named
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

const IO_NOTE =
  `IO: UDP on loopback, processor time of the receiving process, all threads and the kernel's work for it, divided by the datagrams it took.
plain = Deno's sockets, a call for each datagram; batched = recvmmsg and sendmmsg. Ratios to the first line.
WebSockets: deno = Deno.serve with upgradeWebSocket, plain = our own over Deno's sockets, epoll = our own over the C library's.`;

const READERS_IN_C = ["gcc", "libc", "pkg-config", "sofia-sip", "osip"];
const LEVELS: readonly string[] = ["micro", "core", "io"];
const CONFIG = `${import.meta.dirname}/deno.json`;
const PROGRAM = `${import.meta.dirname}/main.ts`;

const QUESTIONS = ["reading", "translating", "scanning", "growing"] as const;
type Question = typeof QUESTIONS[number];

interface Options {
  readonly questions: readonly Question[];
  readonly say: (text: string) => void;
}

async function micro({ questions, say }: Options): Promise<Micro> {
  if (questions.includes("reading") || questions.includes("scanning")) {
    await provide(READERS_IN_C, "the readers in C that need them are left out");
  }
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

async function io(say: (text: string) => void): Promise<Io> {
  const datagrams = await measureIo();
  for (const result of datagrams) say(`\n${printIo(result)}`);
  const webSockets = await measureWebSockets();
  for (const result of webSockets) say(`\n${printWebSockets(result)}`);
  return { datagrams, webSockets };
}

/** Says it on the terminal at once, and keeps it for the file. */
function speaker(
  aloud: boolean,
  { where, note }: { where: Machine; note: string },
): { say: (text: string) => void; told: string[] } {
  const told: string[] = [];
  const say = (text: string) => {
    told.push(text);
    if (aloud) console.log(text);
  };
  say(`${full(where)}\n\n${note}`);
  return { say, told };
}

/**
 * Each level in a process of its own: what the engine learns in one of them is not to help or hinder the other.
 * Answers the first exit code that is not 0.
 */
async function runLevels(
  levels: readonly string[],
  { args, json }: { args: readonly string[]; json: boolean },
): Promise<number> {
  const figures: Record<string, unknown> = {};
  for (const level of levels) {
    if (!json && level !== levels[0]) console.log("");
    const finished = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--v8-flags=--expose-gc", "--config", CONFIG, PROGRAM, level, ...args],
      stdout: json ? "piped" : "inherit",
      stderr: "inherit",
    }).output();
    if (finished.code !== 0) return finished.code;
    if (json) Object.assign(figures, JSON.parse(new TextDecoder().decode(finished.stdout)));
  }
  if (json) console.log(JSON.stringify(figures, null, 2));
  return 0;
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
  const { json, save } = values;
  const only = QUESTIONS.find((question) => question === values.only);
  const calls = Number(values.calls);
  const isKnown = positionals.every((level) => LEVELS.includes(level));
  if (values.help || !isKnown || (values.only !== undefined && only === undefined) || !(calls > 0)) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const levels = positionals.length > 0 ? positionals : only === undefined ? LEVELS : ["micro"];
  if (levels.length > 1) {
    const rest = [...(json ? ["--json"] : []), ...(save ? [] : ["--no-save"]), `--calls=${calls}`];
    return await runLevels(levels, { args: rest, json });
  }
  const where = machine();
  const figures: Record<string, unknown> = { machine: where };
  if (levels.includes("micro")) {
    const { say, told } = speaker(!json, { where, note: MICRO_NOTE });
    const result = await micro({ questions: only === undefined ? QUESTIONS : [only], say });
    if (save && only === undefined) await saveMicro(result, { where, tables: told.join("\n") });
    figures["micro"] = result;
  } else if (levels.includes("io")) {
    const { say, told } = speaker(!json, { where, note: IO_NOTE });
    const result = await io(say);
    if (save) await saveIo(result, { where, tables: told.join("\n") });
    figures["io"] = result;
  } else {
    const { say, told } = speaker(!json, { where, note: CORE_NOTE });
    const result = core(calls, say);
    if (save) await saveCore(result, { where, tables: told.join("\n") });
    figures["core"] = result;
  }
  if (json) console.log(JSON.stringify(figures, null, 2));
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
