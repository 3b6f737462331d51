// Where and with what figures were taken: without it they say nothing.

import { cpus, loadavg, totalmem } from "node:os";
import config from "./deno.json" with { type: "json" };

export interface Machine {
  /** Short hash, with `+` when the tree differs from it, earlier results apart. "" outside a repository. */
  readonly commit: string;
  readonly date: string;
  readonly deno: string;
  readonly v8: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Processes that wanted a processor in the minute before. */
  readonly load: number;
  /** Library → version: npm's as the settings pin them, the C ones as they are installed. */
  readonly libraries: Readonly<Record<string, string>>;
}

export function machine(): Machine {
  const libraries: Record<string, string> = {};
  for (const specifier of Object.values(config.imports)) {
    const [, name = "", version = ""] = /^npm:\/?(.+)@([\d.]+)/.exec(specifier) ?? [];
    libraries[name] = version;
  }
  const native = {
    gcc: printed("gcc", "-dumpfullversion"),
    "sofia-sip": printed("pkg-config", "--modversion", "sofia-sip-ua"),
    osip2: printed("pkg-config", "--modversion", "libosip2"),
  };
  for (const [name, version] of Object.entries(native)) {
    if (version !== "") libraries[name] = version;
  }
  const commit = printed("git", "rev-parse", "--short", "HEAD");
  const changes = printed(
    "git",
    "status",
    "--porcelain",
    "--untracked-files=no",
    "--",
    ".",
    ":!bench/results",
  );
  return {
    commit: commit + (commit !== "" && changes !== "" ? "+" : ""),
    date: new Date().toISOString().slice(0, 10),
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    libraries,
  };
}

/** In one line: for the foot of a chart. */
export function brief(
  { commit, date, deno, processor, cores, load }: Machine,
): string {
  return `commit ${commit}, ${date}, Deno ${deno}, ${processor}, ${cores} cores, load ${load}`;
}

/** In a few lines: for the head of the tables. */
export function full(where: Machine): string {
  const { libraries, v8, memoryGiB, system, load, cores } = where;
  const versions = Object.entries(libraries).map(([name, version]) => `${name} ${version}`).join(", ");
  const busy = load < cores / 2
    ? ""
    : "\nThe machine is busy with other things: ratios hold, absolute times are too high.";
  return `${brief(where)} (V8 ${v8}), ${memoryGiB} GiB, ${system}\n${versions}${busy}`;
}

/** What a program prints, "" when it is not here or fails. */
function printed(program: string, ...args: string[]): string {
  try {
    const { success, stdout } = new Deno.Command(program, {
      args,
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : "";
  } catch {
    return ""; // not installed
  }
}
