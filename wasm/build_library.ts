// Makes the library for Node.js and browsers: `deno task lib [FOLDER]`, into dist/ when no folder is named. A JavaScript
// file and its types for each source, and the two builds of the codec. Compiled, not bundled: there are no libraries in
// it to bundle, types come from the same run, and whoever bundles a page does so with what is theirs.

import { fileURLToPath } from "node:url";
import ts from "typescript";

const room = new URL("./", import.meta.url);
const entries = ["mod.ts", "fetched_binaries.ts"];
const copies = ["codec.wasm", "codec_scalar.wasm", "binaries.d.ts", "../LICENSE"];
const manifest = {
  name: "ropeway-codec",
  private: true,
  license: "MIT",
  type: "module",
  exports: { ".": { types: "./mod.d.ts", default: "./mod.js" }, "./*": "./*" },
  sideEffects: false,
};

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ES2022,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  types: [],
  declaration: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  rewriteRelativeImportExtensions: true,
};

/** Writes the library into a folder, which is made when it lacks. Throws when the compiler finds something wrong. */
export function buildLibrary(folder: string): void {
  Deno.mkdirSync(`${folder}/assembly`, { recursive: true });
  const program = ts.createProgram(entries.map((name) => fileURLToPath(new URL(name, room))), {
    ...options,
    rootDir: fileURLToPath(room),
    outDir: folder,
  });
  const { diagnostics } = program.emit();
  refuse([...ts.getPreEmitDiagnostics(program), ...diagnostics]);
  // What Deno hands out is fetched elsewhere.
  Deno.renameSync(`${folder}/fetched_binaries.js`, `${folder}/binaries.js`);
  Deno.removeSync(`${folder}/fetched_binaries.d.ts`);
  for (const name of copies) {
    Deno.copyFileSync(new URL(name, room), `${folder}/${name.slice(name.lastIndexOf("/") + 1)}`);
  }
  const readme = Deno.readTextFileSync(new URL("README.md", room));
  Deno.writeTextFileSync(`${folder}/README.md`, readme.replaceAll('from "./mod.ts"', 'from "./mod.js"'));
  Deno.writeTextFileSync(`${folder}/package.json`, JSON.stringify(manifest, null, 2) + "\n");
}

function refuse(diagnostics: readonly ts.Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  throw new Error(ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => fileURLToPath(room),
    getNewLine: () => "\n",
  }));
}

if (import.meta.main) buildLibrary(Deno.args[0] ?? fileURLToPath(new URL("../dist", room)));
