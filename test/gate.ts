// The gate, `deno task ok`: format, lint, types, the built WASM and every test that needs no other program. With
// arguments it is only the tests, and `deno test` gets the arguments.

import { type Finished, perform, type Step } from "./step.ts";

const FROZEN = "--frozen";
/** What runs in browsers has libraries and a configuration of its own; what serves it is checked with the tests that do. */
const PAGES = "test/peers/browser";
// Loopback, and the wildcards that a listener may stand on.
const LOCAL = "--allow-net=127.0.0.1,[::1],localhost,0.0.0.0,[::]";

/** What the tests of a folder may do. core and wasm are pure: nothing. */
const SUITES: readonly (readonly [path: string, ...permissions: string[]])[] = [
  [
    "runtime",
    "--ignore=runtime/shards",
    LOCAL,
    "--allow-ffi",
    "--allow-read",
    "--allow-env",
    "--allow-run",
    "--allow-sys=hostname,networkInterfaces",
  ],
  // a Unix socket would have to be named by its path
  ["runtime/shards", "--allow-net", "--allow-read", "--allow-write=/tmp", "--allow-env=NODE_V8_COVERAGE"],
  ["core"],
  // with the examples of its documents
  ["wasm", "--doc"],
  ["test/conformance", "--allow-read=."],
  ["test/properties", "--allow-read=."],
  ["test/models"],
  ["test/scenarios", "--allow-read=."],
  ["test/house", "--allow-read=."],
  ["test/peers/ims"],
  ["bench/load"],
  ["test/fuzz", "--allow-read", "--allow-write"],
  ["test/reliability"],
  ["test/step_test.ts"],
];

/** Runs the gate. Resolves to what each of its steps came to. */
export async function gate(args: readonly string[]): Promise<Finished[]> {
  const steps = args.length === 0 ? [...await checks(), ...suites([])] : suites(args);
  const queue = [...steps];
  const finished: Finished[] = [];
  const work = async () => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
      finished.push(await perform(step));
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, navigator.hardwareConcurrency) }, work));
  return finished;
}

/** Whether the arguments say which files to test. */
export function namesPath(args: readonly string[]): boolean {
  return args.some(exists);
}

async function checks(): Promise<Step[]> {
  const steps: Step[] = [
    { name: "types", args: ["check", FROZEN, "--quiet", ...await sources(".", ["bench", PAGES])] },
    // its own configuration: an operator who starts the relay need not download the programs it is measured against
    {
      name: "types of bench",
      args: ["check", FROZEN, "--quiet", "--config", "bench/deno.json", ...await sources("bench")],
    },
    { name: "lint", args: ["lint", "--quiet"] },
    { name: "format", args: ["fmt", "--check", "--quiet"] },
  ];
  if (exists("wasm/build.ts")) {
    steps.unshift({ name: "codec.wasm", args: ["run", "-A", FROZEN, "wasm/build.ts", "--check"] });
  }
  return steps;
}

function suites(args: readonly string[]): Step[] {
  const options = ["test", FROZEN, "--no-check", "--no-prompt"];
  if (namesPath(args)) return [{ name: "test", args: [...options, "-A", ...args], live: true }];
  return SUITES.filter(([path]) => exists(path)).map(([path, ...permissions]) => ({
    name: `test ${path}`,
    args: [...options, "--permit-no-files", "--parallel", ...permissions, ...args, path],
  }));
}

/** Every TypeScript file but AssemblyScript's, whose types are another language's. */
async function sources(folder: string, without: readonly string[] = []): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = folder === "." ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith(".") || ["node_modules", "dist", "wasm/assembly"].includes(path)) continue;
    if (without.includes(path)) continue;
    if (entry.isDirectory) found.push(...await sources(path, without));
    else if (/\.[jt]s$/.test(entry.name)) found.push(path);
  }
  return found.sort();
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const start = performance.now();
  const finished = await gate(Deno.args);
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  const failed = finished.filter((step) => !step.good);
  const names = failed.map(({ name }) => name).join(", ");
  console.log(failed.length === 0 ? `ok: everything in ${seconds} s` : `not ok: ${names}`);
  Deno.exit(failed.length === 0 ? 0 : 1);
}
