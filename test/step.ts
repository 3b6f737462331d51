// One step of the gate or of the whole test: a run of `deno` with what it came to.

export interface Step {
  readonly name: string;
  readonly args: readonly string[];
}

export interface Finished {
  readonly name: string;
  readonly good: boolean;
  /** Tests, where the step is a run of tests; otherwise the step itself counts as one. */
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs a step, prints one line about it, and its whole output when it failed. */
export async function perform(step: Step): Promise<Finished> {
  const start = performance.now();
  const command = new Deno.Command(Deno.execPath(), {
    args: [...step.args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  const counts = counted(text, success);
  const finished = { name: step.name, good: success, ...counts };
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const tests = step.args[0] === "test" ? `, ${counts.passed} passed` : "";
  const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
  const failed = counts.failed === 0 ? "" : `, ${counts.failed} failed`;
  console.log(`${success ? "ok    " : "FAILED"} ${step.name} (${seconds} s${tests}${skipped}${failed})`);
  if (!success) console.log(text.trimEnd());
  return finished;
}

/** Reads the counts off the summary of `deno test`; a run without one counts as a single test. */
export function counted(text: string, success: boolean): { passed: number; failed: number; skipped: number } {
  const [summary] = [
    ...text.matchAll(/^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed(?:.*? \| (\d+) ignored)?/gm),
  ]
    .slice(-1);
  if (summary === undefined) return { passed: success ? 1 : 0, failed: success ? 0 : 1, skipped: 0 };
  const failed = Number(summary[2]);
  // A run that failed outside of its tests (a leak, a module that does not load) is a failure too.
  return {
    passed: Number(summary[1]),
    failed: success ? failed : Math.max(failed, 1),
    skipped: Number(summary[3] ?? 0),
  };
}
