// The whole test, `deno task test`: what it needs from Debian, the gate, then the suites against real programs. With
// arguments it is only the tests, and `deno test` gets the arguments.

import { gate, namesPath } from "./gate.ts";
import { provide } from "./packages.ts";
import { OF_TESTS } from "./programs.ts";
import { type Finished, perform } from "./step.ts";

const PEERS = "test/peers";

await provide(OF_TESTS, "the suites that need them are skipped");
const finished = [...await gate(Deno.args), ...await peers(Deno.args)];
Deno.exit(report(finished));

/** One suite after the other: they measure time, and the machine may be small. */
async function peers(args: readonly string[]): Promise<Finished[]> {
  // Files that were named have run already.
  if (namesPath(args)) return [];
  const finished: Finished[] = [];
  for (const file of suites()) {
    const options = ["test", "--frozen", "--no-check", "--no-prompt", "-A", ...args];
    console.log(`       ${file}`);
    finished.push(
      await perform({ name: `test ${file}`, args: [...options, file], live: true, limitSeconds: 300 }),
    );
  }
  return finished;
}

function suites(): string[] {
  try {
    return [...Deno.readDirSync(PEERS)].map((entry) => `${PEERS}/${entry.name}`)
      .filter((path) => path.endsWith("_test.ts")).sort();
  } catch {
    return [];
  }
}

function report(finished: readonly Finished[]): number {
  for (const { name, good } of finished) if (!good) console.log(`Failed: ${name}`);
  const skipped = finished.flatMap((step) => step.skipped);
  for (const name of skipped) console.log(`Skipped: ${name}`);
  const passed = finished.reduce((sum, step) => sum + step.passed, 0);
  const failed = finished.reduce((sum, step) => sum + step.failed, 0);
  console.log(
    `${passed} passed, ${failed} failed${skipped.length === 0 ? "" : `, ${skipped.length} skipped`}`,
  );
  return failed === 0 ? 0 : 1;
}
