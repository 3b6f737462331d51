// Makes codecs of the WASM module, in whatever engine: Deno, Node.js, a browser.

import { PAGES } from "./assembly/layout.ts";
import { scalar, simd } from "./binaries.js";
import type { CodecExports } from "./exports.ts";
import { Codec } from "./instance.ts";

/** Where a build of the codec comes from: its bytes, the compiled module, what fetch() answered, or where to fetch it. */
export type Source = BufferSource | WebAssembly.Module | Response | URL;

const pageSize = 65536;

/**
 * Loads the codec and makes one instance of it, with 4 MiB of memory that never grow.
 *
 * Without arguments it takes the builds that come with the library: Deno has them at hand, Node.js reads the files,
 * a browser fetches them. The first is built with SIMD and relaxed SIMD; an engine that refuses it gets the second,
 * which does the same more slowly. `codec.simd` says which one it is.
 *
 * Throws TypeError when a source is no build of this codec or the engine takes neither, and whatever reading or
 * fetching throws.
 *
 * @example
 * ```ts
 * import { loadCodec } from "./mod.ts";
 *
 * const { uri } = await loadCodec();
 * console.log(uri.read("sip:alice@[2001:db8::1]:5070;transport=tcp"), uri.host, uri.port); // 0 2001:db8::1 5070
 * ```
 */
export async function loadCodec(source: Source = simd, fallback: Source = scalar): Promise<Codec> {
  return createCodec(await loadModule(source, fallback));
}

/** Compiles the codec without making an instance: for several of them, or to send it to workers. As loadCodec() otherwise. */
export async function loadModule(
  source: Source = simd,
  fallback: Source = scalar,
): Promise<WebAssembly.Module> {
  return await compile(source) ?? await compile(fallback) ?? refuse("This engine takes neither build");
}

/** Makes one more codec of a compiled module. It shares nothing with the others. Throws TypeError for another module. */
export function createCodec(module: WebAssembly.Module): Codec {
  if (WebAssembly.Module.imports(module).length !== 0) {
    refuse("Not a build of the codec: it imports something");
  }
  const exports = new WebAssembly.Instance(module).exports as unknown as CodecExports;
  if (exports.memory?.buffer.byteLength !== PAGES * pageSize || exports.hasSimd === undefined) {
    refuse("Not a build of the codec of this version");
  }
  return new Codec(exports);
}

/** undefined = the engine does not know its instructions, or they are no WASM. */
async function compile(source: Source): Promise<WebAssembly.Module | undefined> {
  if (source instanceof WebAssembly.Module) return source;
  const bytes = await bytesOf(source);
  return WebAssembly.validate(bytes) ? await WebAssembly.compile(bytes) : undefined;
}

async function bytesOf(source: BufferSource | Response | URL): Promise<BufferSource> {
  if (source instanceof URL) {
    const readFile = source.protocol === "file:" ? fileReader() : undefined;
    return readFile === undefined ? await bytesOf(await fetch(source)) : await readFile(source);
  }
  if (!(source instanceof Response)) return source;
  if (!source.ok) refuse(`Fetching ${source.url} failed: ${source.status}`);
  return await source.arrayBuffer();
}

type FileReader = (path: URL) => Promise<Uint8Array<ArrayBuffer>>;

/** Node.js has no fetch for files. Asked for at run time: an import of node:fs would not load in a browser. */
function fileReader(): FileReader | undefined {
  const { process } = globalThis as unknown as {
    process?: { getBuiltinModule?(name: "node:fs/promises"): { readFile: FileReader } };
  };
  return process?.getBuiltinModule?.("node:fs/promises").readFile;
}

function refuse(message: string): never {
  throw new TypeError(message);
}
