// Where and with what figures were taken: without it they say nothing.

import { cpus, totalmem } from "node:os";
import config from "../deno.json" with { type: "json" };

export interface Machine {
  /** Short hash, with `+` when the tree differs from it. "" outside a repository. */
  readonly commit: string;
  readonly date: string;
  readonly deno: string;
  readonly v8: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Library → version, as the settings pin it. */
  readonly libraries: Readonly<Record<string, string>>;
}

/** @param libraries Names of the imports whose versions matter. */
export function machine(libraries: readonly string[]): Machine {
  const imports: Readonly<Record<string, string>> = config.imports;
  const commit = git("rev-parse", "--short", "HEAD");
  return {
    commit: commit +
      (commit !== "" &&
          git("status", "--porcelain", "--untracked-files=no") !== ""
        ? "+"
        : ""),
    date: new Date().toISOString().slice(0, 10),
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    libraries: Object.fromEntries(
      libraries.map((
        name,
      ) => [name, imports[name]?.replace(/^.*@/, "") ?? "unknown"]),
    ),
  };
}

function git(...args: string[]): string {
  try {
    const { success, stdout } = new Deno.Command("git", {
      args,
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : "";
  } catch {
    return ""; // no git here
  }
}
