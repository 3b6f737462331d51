// The words of the command line.

import { parseArgs } from "node:util";
import { isTarget } from "./find.ts";
import { type TargetName, TARGETS } from "./targets/target.ts";

export interface Options {
  readonly targets: readonly TargetName[];
  /** For each target. */
  readonly seconds: number;
  /** For each target. */
  readonly executions: number;
  readonly seed: number;
  readonly corpus: string | undefined;
  readonly json: boolean;
  readonly blind: boolean;
  readonly replay: string | undefined;
  readonly help: boolean;
}

export const USAGE = `deno task fuzz [options]

  --target NAME      ${TARGETS.join(" | ")}; all of them in turn when left out
  --seconds N        for each target, 60 when left out
  --executions N     for each target: the same seed and number give the same run, whatever the machine
  --seed S           a whole number, 1 when left out
  --corpus DIR       read messages from DIR/TARGET and write those there that reach something new; finds go to DIR/finds
  --blind            no guidance: only the seeds are mutated
  --json             one line of JSON at the end, nothing else on standard output
  --replay FILE      try a find again, or with --target any file

Ends with 0 when nothing was found, 1 when something was, 2 when it was called wrongly.`;

/** Throws TypeError for what it does not understand. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: "string" },
      seconds: { type: "string" },
      executions: { type: "string" },
      seed: { type: "string" },
      corpus: { type: "string" },
      replay: { type: "string" },
      json: { type: "boolean" },
      blind: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  const executions = number("executions", values.executions) ?? Infinity;
  return {
    targets: values.target === undefined ? TARGETS : [targetOf(values.target)],
    seconds: number("seconds", values.seconds) ?? (executions === Infinity ? 60 : Infinity),
    executions,
    seed: number("seed", values.seed) ?? 1,
    corpus: values.corpus,
    json: values.json ?? false,
    blind: values.blind ?? false,
    replay: values.replay,
    help: values.help ?? false,
  };
}

function targetOf(name: string): TargetName {
  if (isTarget(name)) return name;
  throw new TypeError(`Target ${name} is none of ${TARGETS.join(", ")}`);
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() === "" || !(number >= 0)) throw new TypeError(`--${name} ${text} is no number`);
  return number;
}
