// Builds codec.wasm (SIMD and relaxed SIMD) and codec_scalar.wasm (the same source without it). `--check` builds into memory and compares bytes.

import asc from "assemblyscript/asc";
import { PAGES } from "./assembly/layout.ts";

const folder = new URL("./", import.meta.url);
const entry = "assembly/index.ts";
const targets = [
  { file: "codec.wasm", options: ["--enable", "simd", "--enable", "relaxed-simd"] },
  { file: "codec_scalar.wasm", options: ["--disable", "simd"] },
];
const options = [
  "-O3",
  "--converge",
  "--noAssert",
  "--runtime",
  "stub",
  "--initialMemory",
  `${PAGES}`,
  "--maximumMemory",
  `${PAGES}`,
  "--use",
  "abort=",
];

refuseDecorators();
const check = Deno.args.includes("--check");
let stale = false;
for (const target of targets) {
  const binary = await build(target.options);
  refuseImports(target.file, binary);
  const path = new URL(target.file, folder);
  if (!check) {
    Deno.writeFileSync(path, binary);
    console.log(`${target.file} ${binary.length} bytes`);
  } else if (!same(binary, Deno.readFileSync(path))) {
    stale = true;
    console.error(`${target.file} differs from its source: run deno task wasm`);
  }
}
if (stale) Deno.exit(1);

async function build(features: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(
    [entry, "--outFile", "out.wasm", "--baseDir", ".", ...options, ...features],
    {
      readFile: (name: string) => readSource(name),
      writeFile: (name: string, contents: string | Uint8Array) => {
        if (name.endsWith(".wasm") && typeof contents !== "string") binary = new Uint8Array(contents);
      },
      listFiles: () => [],
    },
  );
  const messages = stderr.toString();
  if (messages !== "") console.error(messages);
  if (error || binary === undefined) Deno.exit(1);
  return binary;
}

/**
 * null tells the compiler that a candidate path does not exist. It adds .ts to every import, also to those that have it
 * because Deno asks for it.
 */
function readSource(name: string): string | null {
  try {
    return Deno.readTextFileSync(new URL(name.replace(/\.ts\.ts$/, ".ts"), folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}

/** A codec that imports something would need a host: an abort handler left in, or a declared function. */
function refuseImports(file: string, binary: Uint8Array<ArrayBuffer>): void {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(binary));
  if (imports.length === 0) return;
  console.error(`${file} imports ${imports.map((one) => `${one.module}.${one.name}`).join(", ")}`);
  Deno.exit(1);
}

/** deno fmt deletes decorators of functions and variables without a word, so none may carry meaning. */
function refuseDecorators(): void {
  for (const { name } of Deno.readDirSync(new URL("assembly/", folder))) {
    const lines = Deno.readTextFileSync(new URL(`assembly/${name}`, folder)).split("\n");
    const line = lines.findIndex((text) => /^\s*@\w+/.test(text));
    if (line < 0) continue;
    console.error(`Decorator in assembly/${name} line ${line + 1}`);
    Deno.exit(1);
  }
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
