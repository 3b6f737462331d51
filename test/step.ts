// One step of the gate or of the whole test: a run of `deno` with what it came to.

export interface Step {
  readonly name: string;
  readonly args: readonly string[];
  /** Prints each test as it ends: for steps that take minutes. */
  readonly live?: boolean;
  /** When it is taken for hung. */
  readonly limitSeconds?: number;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Names of the tests that were not run: each says why. */
  readonly skipped: readonly string[];
}

export interface Finished extends Counts {
  readonly name: string;
  readonly good: boolean;
}

/** Runs a step, prints one line about it, and its whole output when it failed. */
export async function perform({ name, args, live = false, limitSeconds = 180 }: Step): Promise<Finished> {
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  let hung = false;
  const limit = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, limitSeconds * 1_000);
  const say = (line: string) => {
    if (live && TEST_LINE.test(line)) console.log(`       ${line}`);
  };
  const [{ success }, out, err] = await Promise.all([
    child.status,
    linesOf(child.stdout, say),
    linesOf(child.stderr),
  ]);
  clearTimeout(limit);
  if (hung) err.push(`Stopped after ${limitSeconds} s`);
  const finished = { name, good: success, ...counted(out, success) };
  console.log(
    summary(finished, { seconds: (performance.now() - start) / 1_000, isTest: args[0] === "test" }),
  );
  if (!success) console.log([...out, ...err].join("\n").trimEnd());
  return finished;
}

const TEST_LINE = /^(.*) \.\.\. (?:ok|FAILED|ignored) \(.*\)$/;

/** Reads the counts off the output of `deno test`; a run of anything else counts as a single test. */
export function counted(lines: readonly string[], success: boolean): Counts {
  const summary = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/;
  const found = lines.map((line) => summary.exec(line)).findLast((match) => match !== null);
  if (found === undefined || found === null) {
    return { passed: success ? 1 : 0, failed: success ? 0 : 1, skipped: [] };
  }
  const skipped = lines.filter((line) => / \.\.\. ignored \(.*\)$/.test(line))
    .map((line) => (TEST_LINE.exec(line)?.[1] ?? line).replace(/^.* => /, ""));
  const failed = Number(found[2]);
  // A run that failed outside of its tests (a leak, a module that does not load) is a failure too.
  return { passed: Number(found[1]), failed: success ? failed : Math.max(failed, 1), skipped };
}

function summary(finished: Finished, { seconds, isTest }: { seconds: number; isTest: boolean }): string {
  const { name, good, passed, failed, skipped } = finished;
  const counts = [
    isTest ? `${passed} passed` : "",
    failed > 0 && isTest ? `${failed} failed` : "",
    skipped.length > 0 ? `${skipped.length} skipped` : "",
    `${seconds.toFixed(1)} s`,
  ];
  return `${good ? "ok    " : "FAILED"} ${name}: ${counts.filter((count) => count !== "").join(", ")}`;
}

async function linesOf(stream: ReadableStream<BufferSource>, say = (_line: string) => {}): Promise<string[]> {
  const lines: string[] = [];
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const whole = (rest + text).split("\n");
    rest = whole.pop() ?? "";
    whole.forEach(say);
    lines.push(...whole);
  }
  return rest === "" ? lines : [...lines, rest];
}
