// What a run starts from: our own seeds, the messages of the conformance cases, and the files of a folder.

import { type Block, blocksOf } from "./blocks.ts";
import type { Target } from "./targets/target.ts";

const own = new URL("seeds.md", import.meta.url);
const conformance = new URL("../conformance/", import.meta.url);
const regressions = new URL("regressions/", import.meta.url);
/** Messages longer than this teach nothing that a shorter one does not, and cost time at each pick. */
const LONGEST = 8_192;

/** Every block that there is, in the same order each time. */
export async function seedBlocks(): Promise<Block[]> {
  const files = [own, ...await markdownIn(conformance), ...await markdownIn(regressions)];
  const blocks: Block[] = [];
  for (const file of files) blocks.push(...blocksOf(await Deno.readTextFile(file)));
  return blocks.filter(({ bytes }) => bytes.length <= LONGEST);
}

/** Those that a target asks for. */
export function seedsFor(target: Target, blocks: readonly Block[]): Uint8Array<ArrayBuffer>[] {
  return blocks.filter(({ kind }) => target.seeds.includes(kind)).map(({ bytes }) => bytes);
}

/** The files of a corpus folder in the order of their names; none when it is not there. */
export async function corpusFiles(folder: string): Promise<Uint8Array<ArrayBuffer>[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) if (isFile) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return await Promise.all(names.sort().map((name) => Deno.readFile(`${folder}/${name}`)));
}

async function markdownIn(folder: URL): Promise<URL[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith(".md") && name !== "README.md") names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort().map((name) => new URL(name, folder));
}
