// A shard's process as its supervisor sees it.

import { fileURLToPath } from "node:url";
import { SYSTEM_FILES } from "../dns/system.ts";
import { messagesOf, type Order, toLine, type Word } from "./protocol.ts";

const ENTRY = new URL("./shard.ts", import.meta.url).href;
const PAGE = fileURLToPath(new URL("../page/", import.meta.url));

/**
 * Room for young objects, in MiB: what is alive in it is copied while calls wait, some 1 ms for each of them; by one thread, since another one may have to wait
 * for a processor. Room for the others before all of them are looked through for the first time, half of the engine's limit at most. And nobody is taken for old from the start: of
 * objects made in one place some live as long as a call, and others as long as a request.
 */
export const ENGINE = "--v8-flags=" + [
  "--min-semi-space-size=2",
  "--max-semi-space-size=2",
  "--initial-old-space-size=256",
  "--no-parallel-scavenge",
  "--no-allocation-site-pretenuring",
].join(",");

/** Asked for by node:test's coverage inside a library. */
const COVERAGE = "NODE_V8_COVERAGE";

export interface ShardEnd {
  readonly code: number;
  readonly signal: Deno.Signal | null;
}

export interface ShardProcessOptions {
  /** Directory of the shards' sockets. */
  readonly directory: string;
  readonly onWord: (word: Word) => void;
  /** Told once, when it is gone and all that it said has been heard. */
  readonly onEnd: (end: ShardEnd) => void;
}

export class ShardProcess {
  readonly #child: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;

  constructor({ directory, onWord, onEnd }: ShardProcessOptions) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ENGINE, ...permissions(directory), ENTRY],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#orders = this.#child.stdin.getWriter();
    this.#watch(onWord, onEnd);
  }

  get pid(): number {
    return this.#child.pid;
  }

  tell(order: Order): void {
    this.#orders.write(toLine(order)).catch(() => {
      // It has ended: that is told by itself.
    });
  }

  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  async #watch(onWord: (word: Word) => void, onEnd: (end: ShardEnd) => void): Promise<void> {
    for await (const word of messagesOf<Word>(this.#child.stdout)) onWord(word);
    const { code, signal } = await this.#child.status;
    this.#orders.abort().catch(() => {});
    onEnd({ code, signal });
  }
}

/** What a relay needs, of that what we have ourselves: less than we do, for it is the shards that strangers talk to. */
function permissions(directory: string): string[] {
  const has = (descriptor: Deno.PermissionDescriptor) =>
    Deno.permissions.querySync(descriptor).state === "granted";
  const kinds = (["hostname", "networkInterfaces"] as const).filter((kind) => has({ name: "sys", kind }));
  const readable = SYSTEM_FILES.filter((path) => has({ name: "read", path }));
  const flags = [
    "--allow-net",
    `--allow-read=${[PAGE, directory, ...readable].map(escaped).join(",")}`,
    `--allow-write=${escaped(directory)}`,
  ];
  if (has({ name: "ffi" })) flags.push("--allow-ffi");
  if (has({ name: "env", variable: COVERAGE })) flags.push(`--allow-env=${COVERAGE}`);
  if (kinds.length > 0) flags.push(`--allow-sys=${kinds.join(",")}`);
  return flags;
}

/** A comma parts paths, two are one in a path. */
function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}
