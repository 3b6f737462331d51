// A find: what is wrong, with which message, and how it came about. Saved as JSON that a replay reads.

import type { Claim } from "./claim.ts";
import { textOf } from "./dictionary.ts";
import { type TargetName, TARGETS } from "./targets/target.ts";

export interface Find {
  readonly target: TargetName;
  readonly claim: Claim;
  readonly message: Uint8Array<ArrayBuffer>;
  readonly seed: number;
  /** Executions of the run until it came up. */
  readonly executions: number;
}

/** Name of a find's file: the same claim of the same target gives the same name. */
export function findName({ target, claim }: Pick<Find, "target" | "claim">): string {
  let hash = 0x811c9dc5;
  for (const character of `${claim.kind} ${claim.text}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  return `${target}-${claim.kind}-${(hash >>> 0).toString(16).padStart(8, "0")}.json`;
}

/** Writes a find into a folder, which is made when it is not there. The file's path. */
export function saveFind(folder: string, find: Find): string {
  Deno.mkdirSync(folder, { recursive: true });
  const path = `${folder}/${findName(find)}`;
  Deno.writeTextFileSync(path, JSON.stringify(findRecord(find), undefined, 2) + "\n");
  return path;
}

/** A find as JSON has it: the message as base64, and as text for people. */
export function findRecord({ message, ...rest }: Find): Readonly<Record<string, unknown>> {
  return { ...rest, bytes: message.toBase64(), text: textOf(message.subarray(0, 4096)) };
}

/** Throws Error for a file that is no find. */
export async function readFind(path: string): Promise<Find> {
  const found: unknown = JSON.parse(await Deno.readTextFile(path));
  if (typeof found !== "object" || found === null) throw new Error(`${path} is no find`);
  const { target, claim, bytes, seed, executions } = found as Record<string, unknown>;
  if (!isTarget(target) || typeof bytes !== "string" || typeof claim !== "object" || claim === null) {
    throw new Error(`${path} is no find`);
  }
  return {
    target,
    claim: claim as Claim,
    message: Uint8Array.fromBase64(bytes),
    seed: Number(seed),
    executions: Number(executions),
  };
}

export function isTarget(name: unknown): name is TargetName {
  return (TARGETS as readonly unknown[]).includes(name);
}
