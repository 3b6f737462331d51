// A relay of two shards in real processes: which one a browser is at, how one is killed, and how one hangs. The log says what nobody else can know.

import { type LiveBrowser, type LiveOptions, openBrowser } from "./live_browser.ts";
import { until } from "./ports.ts";
import { type Relay, startRelay } from "./relay.ts";

const PATIENCE_MS = 20_000;
/** Connections until one has come to the wanted shard: the system chooses by chance. */
const TRIES = 100;

interface LogLine {
  readonly text: string;
  readonly shard?: number;
  readonly pid?: number;
  readonly user?: string;
  readonly sibling?: number;
  readonly count?: number;
}

export async function startShards(args: readonly string[] = []): Promise<Relay> {
  return await startRelay(["--shards", "2", "--log", "debug", ...args]);
}

/** A browser whose WebSocket has come to a certain shard, and of whom the other one knows. */
export async function openBrowserAt(
  relay: Relay,
  shard: number,
  { name, ...options }: LiveOptions & { readonly name: string },
): Promise<LiveBrowser> {
  for (let tries = 0; tries < TRIES; tries++) {
    const before = linesOf(relay, "Browser is logged in", name).length;
    const told = newsOf(relay, name, shard).length;
    const browser = await openBrowser(relay, name, options);
    if (await shardOf(relay, { text: "Browser is logged in", user: name, before }) === shard) {
      await isTold(relay, { user: name, shard, before: told });
      return browser;
    }
    browser.leave();
    await browser.closes();
  }
  throw new Error(`No WebSocket came to shard ${shard}`);
}

/** Resolves when the other shard has heard something new of a user of this one: that he is there. */
export async function isTold(
  relay: Relay,
  { user, shard, before = 0 }: { user: string; shard: number; before?: number },
): Promise<void> {
  const last = () => newsOf(relay, user, shard).slice(before).at(-1);
  await until(() => last() !== undefined && last()?.count !== 0, {
    within: PATIENCE_MS,
    failing: () => `Nobody was told of ${user}\n${relay.errors.join("\n")}`,
  });
}

function newsOf(relay: Relay, user: string, shard: number): LogLine[] {
  return linesOf(relay, "Sibling tells of a user", user).filter(({ sibling }) => sibling === shard);
}

/** The shard whose log has one line more than `before` about a user. */
export async function shardOf(
  relay: Relay,
  { text, user, before }: { text: string; user: string; before: number },
): Promise<number> {
  return await until(() => linesOf(relay, text, user)[before], {
    within: PATIENCE_MS,
    failing: () => `Nobody said: ${text}, ${user}\n${relay.errors.join("\n")}`,
  }).then(({ shard }) => shard!);
}

/** Ends a shard's process as a crash would, and resolves when another is ready in its place. */
export function killShard(relay: Relay, shard: number): Promise<void> {
  return strikeShard(relay, { shard, signal: "SIGKILL", within: PATIENCE_MS });
}

/** The same for one that hangs: it is no more heard of, and has to be found. */
export function hangShard(relay: Relay, shard: number): Promise<void> {
  return strikeShard(relay, { shard, signal: "SIGSTOP", within: 3 * PATIENCE_MS });
}

async function strikeShard(
  relay: Relay,
  { shard, signal, within }: { shard: number; signal: Deno.Signal; within: number },
): Promise<void> {
  const ready = () => linesOf(relay, "Shard is ready").filter((line) => line.shard === shard).length;
  const before = ready();
  Deno.kill(pidOf(relay, shard), signal);
  await until(() => ready() > before, {
    within,
    failing: () => `Shard ${shard} does not come back\n${relay.errors.join("\n")}`,
  });
}

export function pidOf(relay: Relay, shard: number): number {
  return linesOf(relay, "Shard is starting").findLast((line) => line.shard === shard)!.pid!;
}

/** The directory of this relay's sockets, out of what its shards may write. */
export function meetingOf(relay: Relay): string {
  const words = Deno.readTextFileSync(`/proc/${pidOf(relay, 0)}/cmdline`).split("\0");
  return words.find((word) => word.startsWith("--allow-write="))!.slice("--allow-write=".length);
}

export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

export function linesOf(relay: Relay, text: string, user?: string): LogLine[] {
  return relay.errors.filter((line) => line.startsWith("{")).map((line): LogLine => JSON.parse(line))
    .filter((line) => line.text === text && (user === undefined || line.user === user));
}
