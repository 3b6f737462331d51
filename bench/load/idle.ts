// What a browser costs that is logged in and idle: the server's memory before and after many logins, and the kernel's for their connections.

import type { Progress } from "./generator/options.ts";
import { type Memory, memoryOf } from "./process_figures.ts";
import { startRopeway } from "./targets/ropeway.ts";
import { tryOut } from "./trial.ts";

const KB = 1.024;
const BROWSERS = 10_000;
/** Nobody calls: only the logins matter. */
const ONLY_LOGINS = {
  rate: 0,
  toIms: 1,
  arrivals: "constant",
  // long enough to be told once
  duration: 600,
  warmUp: 0,
  hold: 0,
  answerDelay: 0,
  patience: 0,
  browsers: 0,
  logins: 0,
  vanishing: 0,
  phones: 0,
  password: "",
  refresh: 60_000,
} as const;

/** A look at the server and at the kernel's own memory. */
export interface IdleLook {
  readonly memory: Memory;
  /** KiB of all kernel objects. */
  readonly slab: number;
}

/** KiB for each browser. */
export interface IdleCost {
  readonly browsers: number;
  /** By the share of pages that are shared, and of pages of no file alone. */
  readonly pss: number;
  readonly anonymous: number;
  readonly rss: number;
  /** One end of a connection: socket, inode, descriptor, its place in epoll. Both ends are on this machine, and equal but for epoll. */
  readonly kernel: number;
}

/** Of a relay that is started for it: its growth by first logins counts. */
export async function measureIdle(port: number): Promise<IdleCost> {
  await using relay = await startRopeway({ port, phones: 0, password: "", browser: "roap", args: [] });
  const before = lookIdle(relay.pid);
  let after: IdleLook | undefined;
  let open = 0;
  const progress = (progress: Progress) => {
    if (progress.phase === "opening" || after !== undefined) return;
    after = lookIdle(relay.pid);
    open = progress.open;
  };
  await tryOut({ target: relay, generator: { ...ONLY_LOGINS, port, idle: BROWSERS }, progress });
  if (after === undefined || open === 0) throw new Error("Nobody logged in");
  return idleCost(before, after, open);
}

/** KB of each in all: of the process, by whichever count is the highest, and of the kernel. */
export function idleKilobytes({ rss, pss, anonymous, kernel }: IdleCost): number {
  return (Math.max(rss, pss, anonymous) + kernel) * KB;
}

export function lookIdle(pid: number): IdleLook {
  const [, slab = "0"] = /^Slab:\s+(\d+) kB/m.exec(Deno.readTextFileSync("/proc/meminfo")) ?? [];
  return { memory: memoryOf(pid), slab: Number(slab) };
}

/** Between two looks, so many browsers having logged in. */
export function idleCost(before: IdleLook, after: IdleLook, browsers: number): IdleCost {
  const each = (value: (look: IdleLook) => number) => (value(after) - value(before)) / browsers;
  return {
    browsers,
    pss: each(({ memory }) => memory.pss * 1024),
    anonymous: each(({ memory }) => memory.anonymous * 1024),
    rss: each(({ memory }) => memory.rss * 1024),
    kernel: each(({ slab }) => slab / 2),
  };
}

export function idleSentence(cost: IdleCost): string {
  const [process, pss, anonymous, kernel] = [cost.rss, cost.pss, cost.anonymous, cost.kernel].map((value) =>
    `${(value * KB).toFixed(1)} KB`
  );
  return `each of ${cost.browsers} idle browsers takes ${process} resident (${pss} proportional, ${anonymous} anonymous) and ` +
    `${kernel} in the kernel for its socket`;
}
