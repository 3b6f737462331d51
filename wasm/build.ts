// Builds codec.wasm (SIMD and relaxed SIMD) and codec_scalar.wasm (the same source without it). `--check` builds into memory and compares bytes.
// Either way a build that imports something, has memory that can grow, or is too large is refused.

import asc from "assemblyscript/asc";
import binaryen from "binaryen";
import { PAGES } from "./assembly/layout.ts";

/** The most bytes that a build may have. */
const sizeLimit = 98304;
const pageSize = 65536;
/** In expressions: more than any function has. */
const singleCallerLimit = 5000;
const folder = new URL("./", import.meta.url);
const entry = "assembly/index.ts";
const { Features } = binaryen;
/** What asc takes for granted. */
const basic = Features.MutableGlobals | Features.SignExt | Features.NontrappingFPToInt | Features.BulkMemory |
  Features.BulkMemoryOpt;
const targets = [
  {
    file: "codec.wasm",
    options: ["--enable", "simd", "--enable", "relaxed-simd"],
    features: basic | Features.SIMD128 | Features.RelaxedSIMD,
  },
  { file: "codec_scalar.wasm", options: ["--disable", "simd"], features: basic },
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
  const binary = inlined(await build(target.options), target.features);
  const flaw = flawOf(binary);
  if (flaw !== undefined) fail(`${target.file} ${flaw}`);
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
 * asc leaves a function with a single caller apart when it is large, and its limits are not to be set from outside. Once more with one that takes them
 * all: most readers of header fields are such functions, and a tenth of a message's time went into calling them.
 */
function inlined(binary: Uint8Array<ArrayBuffer>, features: number): Uint8Array<ArrayBuffer> {
  const module = binaryen.readBinary(binary);
  module.setFeatures(features);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setOneCallerInlineMaxSize(singleCallerLimit);
  module.optimize();
  if (module.validate() === 0) fail("Not valid with the features of its build");
  return new Uint8Array(module.emitBinary());
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

/**
 * Why a build cannot go out. Imports would need a host: an abort handler left in, or a declared function. Memory that
 * grows would detach the views over it.
 */
function flawOf(binary: Uint8Array<ArrayBuffer>): string | undefined {
  if (binary.length > sizeLimit) return `has ${binary.length} bytes, ${sizeLimit} are allowed`;
  const module = new WebAssembly.Module(binary);
  const imports = WebAssembly.Module.imports(module);
  if (imports.length !== 0) return `imports ${imports.map((one) => `${one.module}.${one.name}`).join(", ")}`;
  const memory = new WebAssembly.Instance(module).exports["memory"] as WebAssembly.Memory;
  if (memory.buffer.byteLength !== PAGES * pageSize) return `has ${memory.buffer.byteLength} bytes of memory`;
  try {
    memory.grow(1);
  } catch {
    return undefined;
  }
  return "has memory that can grow";
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}

/** deno fmt deletes decorators of functions and variables without a word, so none may carry meaning. */
function refuseDecorators(): void {
  for (const { name } of Deno.readDirSync(new URL("assembly/", folder))) {
    const lines = Deno.readTextFileSync(new URL(`assembly/${name}`, folder)).split("\n");
    const line = lines.findIndex((text) => /^\s*@\w+/.test(text));
    if (line < 0) continue;
    fail(`Decorator in assembly/${name} line ${line + 1}`);
  }
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
