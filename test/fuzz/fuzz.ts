// `deno task fuzz`: runs the targets, saves what they find, replays a find. README.md says how.

import { makeBuilds } from "./builds.ts";
import { type Campaign, runCampaign } from "./campaign.ts";
import { execute } from "./execution.ts";
import { findName, findRecord, readFind, saveFind } from "./find.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { ProgressLine } from "./progress.ts";
import { corpusFiles, seedBlocks, seedsFor } from "./seeds.ts";
import { makeTarget } from "./targets/all.ts";
import { loadPeers } from "./targets/peers.ts";
import { type TargetName, TARGETS } from "./targets/target.ts";

const FINDS = new URL("finds", import.meta.url).pathname;

/** Runs what the arguments say. Resolves to the exit code. */
export async function fuzz(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(USAGE);
    return 2;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  return options.replay === undefined ? await run(options) : await replay(options.replay, options);
}

async function run(options: Options): Promise<number> {
  const { simd, scalar } = makeBuilds();
  const peers = options.targets.includes("differential") ? await loadPeers() : [];
  const blocks = await seedBlocks();
  const campaigns: Campaign[] = [];
  const saved: string[] = [];
  for (const name of options.targets) {
    const target = makeTarget(name, { simd, scalar }, peers);
    const folder = options.corpus === undefined ? undefined : `${options.corpus}/${name}`;
    const seeds = [...seedsFor(target, blocks), ...(folder === undefined ? [] : await corpusFiles(folder))];
    if (folder !== undefined) await Deno.mkdir(folder, { recursive: true });
    const line = new ProgressLine();
    const paths: string[] = [];
    const finds = options.corpus === undefined ? FINDS : `${options.corpus}/finds`;
    const campaign = runCampaign({
      name,
      target,
      seeds,
      seed: options.seed,
      seconds: options.seconds,
      executions: options.executions,
      guided: !options.blind,
      onProgress: (state) => line.show(state),
      onFind: (find) => void paths.push(saveFind(finds, find)),
      ...(folder === undefined ? {} : { onFresh: (message) => keep(folder, message) }),
    });
    line.end(campaign);
    campaigns.push(campaign);
    saved.push(...paths);
    for (const [at, find] of campaign.found.entries()) {
      console.error(
        `${find.claim.kind}: ${find.claim.text}${find.claim.detail === "" ? "" : ` (${find.claim.detail})`}`,
      );
      console.error(`  deno task fuzz --replay ${paths[at]}`);
    }
  }
  if (options.json) {
    console.log(JSON.stringify({ seed: options.seed, targets: campaigns.map(summary), saved }));
  }
  return saved.length === 0 ? 0 : 1;
}

function summary({ found, ...state }: Campaign): Readonly<Record<string, unknown>> {
  return { ...state, found: found.map(findRecord) };
}

/** Two messages of the same bytes are the same file. */
function keep(folder: string, message: Uint8Array): void {
  let hash = 0xcbf29ce484222325n;
  for (const byte of message) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  Deno.writeFileSync(`${folder}/${hash.toString(16).padStart(16, "0")}`, message);
}

async function replay(path: string, { targets, json }: Options): Promise<number> {
  const given = targets.length === TARGETS.length ? undefined : targets[0];
  const { target: name, message } = await toReplay(path, given);
  const target = makeTarget(name, makeBuilds(), await loadPeers());
  const { claim, steps } = execute(target, message, true);
  if (json) console.log(JSON.stringify({ target: name, bytes: message.length, steps, claim: claim ?? null }));
  else if (claim === undefined) {
    console.log(`${name}: nothing wrong with these ${message.length} bytes, ${steps} steps`);
  } else {console.log(
      `${name}: ${claim.kind}: ${claim.text}\n${claim.detail}\n${findName({ target: name, claim })}`,
    );}
  return claim === undefined ? 0 : 1;
}

/** A find, or with a target any file as it is. */
async function toReplay(
  path: string,
  given: TargetName | undefined,
): Promise<{ readonly target: TargetName; readonly message: Uint8Array }> {
  if (path.endsWith(".json")) {
    const find = await readFind(path).catch(() => undefined);
    if (find !== undefined) return { target: given ?? find.target, message: find.message };
  }
  if (given === undefined) throw new TypeError(`${path} is no find: say its --target`);
  return { target: given, message: await Deno.readFile(path) };
}

if (import.meta.main) Deno.exit(await fuzz(Deno.args));
