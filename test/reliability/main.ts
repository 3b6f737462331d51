// `deno task reliability [NAME…] [--calls N] [--save] [--json]`: the runs of this folder, one after the other, as a table. Each file in runs/ is one.

import { parseArgs } from "node:util";
import { brief, machine } from "../../bench/machine.ts";
import { openLibc, raiseFileLimit } from "../../bench/load/generator/libc.ts";
import { terminalLive } from "../../bench/load/live.ts";
import type { Outcome, Run } from "./run.ts";

const RUNS = new URL("./runs/", import.meta.url);

if (import.meta.main) Deno.exit(await main(Deno.args));

/** Answers the exit code: 1 when a promise was not kept. */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      calls: { type: "string" },
      save: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const calls = values.calls === undefined ? undefined : Number(values.calls);
  if (calls !== undefined && !(Number.isInteger(calls) && calls > 0)) {
    console.error(`--calls ${values.calls} is not a number from 1 up`);
    return 2;
  }
  const all = await runs();
  const unknown = positionals.find((name) => !all.some((run) => run.name === name));
  if (unknown !== undefined) {
    console.error(`No run ${unknown}. There are: ${all.map(({ name }) => name).join(", ")}`);
    return 2;
  }
  raiseFileLimit(openLibc()); // the relay and the generators have it from us
  const where = machine();
  const say = (text: string) => values.json || console.log(text);
  say(brief(where));
  const live = values.json ? undefined : terminalLive();
  const options = { calls, save: values.save, where: brief(where), live };
  const outcomes: Record<string, Outcome> = {};
  for (const run of all) {
    if (positionals.length > 0 && !positionals.includes(run.name)) continue;
    say(`\n${run.name}: ${run.shows}`);
    const outcome = await run.perform((text) => say(`  ${text}`), options);
    outcomes[run.name] = outcome;
    say(`  ${outcome.kept ? "kept" : "MISSED"}: ${outcome.figure}`);
  }
  if (values.json) console.log(JSON.stringify({ machine: where, runs: outcomes }, null, 2));
  return Object.values(outcomes).every(({ kept }) => kept) ? 0 : 1;
}

async function runs(): Promise<Run[]> {
  const names = [...Deno.readDirSync(RUNS)].map(({ name }) => name).filter((name) => name.endsWith(".ts"));
  return await Promise.all(
    names.sort().map(async (name): Promise<Run> => {
      const { run } = await import(new URL(name, RUNS).href);
      return run;
    }),
  );
}
