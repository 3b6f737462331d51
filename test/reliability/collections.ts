// What V8 tells of its heap with --trace-gc: a line for each collection.

export interface Collection {
  /** Milliseconds since the engine began. */
  readonly at: number;
  /** full: of all objects, so that what is left is in use. */
  readonly kind: "young" | "full";
  /** MiB of objects before and after it. */
  readonly before: number;
  readonly after: number;
}

const LINE =
  /^\[\d+:0x[0-9a-f]+\]\s+(\d+) ms: (Scavenge|(?:Incremental )?Mark-Compact)(?: \(\w+\))* ([\d.]+) \([\d.]+\) -> ([\d.]+) /;

/** undefined: the line tells of something else. */
export function readCollection(line: string): Collection | undefined {
  const [, at = "", kind, before = "", after = ""] = LINE.exec(line) ?? [];
  if (kind === undefined) return undefined;
  return {
    at: Number(at),
    kind: kind === "Scavenge" ? "young" : "full",
    before: Number(before),
    after: Number(after),
  };
}
