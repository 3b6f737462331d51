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

/** Where in the calls each collection was. It is told by the engine's clock, samples by that of whoever started it, which began just before. */
export function overCalls(
  { samples, collections }: {
    samples: readonly { readonly at: number; readonly calls: number }[];
    collections: readonly Collection[];
  },
): { readonly kind: Collection["kind"]; readonly calls: number; readonly after: number }[] {
  let at = 0;
  return collections.flatMap(({ kind, after, ...collection }) => {
    while (at < samples.length - 1 && samples[at + 1]!.at <= collection.at) at++;
    const [here, next] = [samples[at], samples[at + 1]];
    if (here === undefined || next === undefined || collection.at < here.at) return [];
    const share = (collection.at - here.at) / (next.at - here.at);
    return [{ kind, calls: Math.round(here.calls + share * (next.calls - here.calls)), after }];
  });
}
