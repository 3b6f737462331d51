// The gate, `deno task ok`: format, lint, types, the built WASM and every test that needs no other program. With
// arguments it is only the tests, and `deno test` gets the arguments.

import { type Finished, perform, type Step } from "./step.ts";

const FROZEN = "--frozen";
const LOOPBACK = "--allow-net=127.0.0.1,[::1],localhost";

/** What the tests of a folder may do. core and wasm are pure: nothing. */
const SUITES: readonly (readonly [folder: string, ...permissions: string[]])[] = [
  ["core"],
  ["wasm"],
  ["runtime", LOOPBACK, "--allow-read", "--allow-env", "--allow-sys", "--allow-run", "--allow-write"],
  ["test/properties", "--allow-read=."],
  ["test/models"],
  ["test/scenarios", "--allow-read=."],
  ["test/house", "--allow-read=."],
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

async function checks(): Promise<Step[]> {
  const steps: Step[] = [
    { name: "types", args: ["check", FROZEN, ...await sources(".")] },
    { name: "lint", args: ["lint", "--quiet"] },
    { name: "format", args: ["fmt", "--check", "--quiet"] },
  ];
  if (exists("wasm/build.ts")) {
    steps.unshift({ name: "codec.wasm", args: ["run", "-A", FROZEN, "wasm/build.ts", "--check"] });
  }
  return steps;
}

function suites(args: readonly string[]): Step[] {
  const named = args.some((arg) => exists(arg));
  return SUITES.filter(([folder]) => exists(folder) && !named).map(([folder, ...permissions]): Step => ({
    name: `test ${folder}`,
    args: [
      "test",
      FROZEN,
      "--no-check",
      "--no-prompt",
      "--permit-no-files",
      "--parallel",
      ...permissions,
      ...args,
      folder,
    ],
  })).concat(named ? [{ name: "test", args: ["test", FROZEN, "-A", ...args] }] : []);
}

/** Every TypeScript file but AssemblyScript's, whose types are another language's. */
async function sources(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = folder === "." ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith(".") || entry.name === "node_modules" || path === "wasm/assembly") continue;
    if (entry.isDirectory) found.push(...await sources(path));
    else if (/\.tsx?$/.test(entry.name)) found.push(path);
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
  const finished = await gate(Deno.args);
  const failed = finished.filter((step) => !step.good);
  console.log(failed.length === 0 ? "ok" : `not ok: ${failed.map((step) => step.name).join(", ")}`);
  Deno.exit(failed.length === 0 ? 0 : 1);
}
