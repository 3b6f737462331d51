// The whole test, `deno task test`: what it needs from Debian, the gate, then the suites against real programs. With
// arguments it is only the tests, and `deno test` gets the arguments.

import { gate, namesPath } from "./gate.ts";
import { missing } from "./programs.ts";
import { type Finished, perform } from "./step.ts";

const PEERS = "test/peers";

await provide();
const finished = [...await gate(Deno.args), ...await peers(Deno.args)];
Deno.exit(report(finished));

/** Installs the missing programs where it may; otherwise says what to install. Their suites are skipped then. */
async function provide(): Promise<void> {
  const packages = missing();
  if (packages.length === 0) return;
  const install = `apt-get install -y --no-install-recommends ${packages.join(" ")}`;
  if (Deno.uid() !== 0) {
    console.log(`Not installed: ${packages.join(", ")}. As root: ${install}`);
    return;
  }
  console.log(install);
  const good = await run("apt-get", ["update", "-qq"]) && await run("apt-get", install.split(" ").slice(1));
  if (!good) console.log(`Could not install ${packages.join(", ")}: the suites that need them are skipped`);
}

async function run(program: string, args: string[]): Promise<boolean> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  try {
    const command = new Deno.Command(program, {
      args,
      env,
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    });
    return (await command.output()).success;
  } catch {
    return false;
  }
}

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
