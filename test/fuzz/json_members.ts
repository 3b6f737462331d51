// What JSON.parse does not tell of a JSON text, since of a name met twice it takes the last: which those names are, and how deep the text goes.

const PIECE = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs;

interface Open {
  readonly isObject: boolean;
  readonly names: Set<string>;
  /** Name of the member that this object or array is the value of. */
  readonly parent: string | undefined;
  name: string | undefined;
}

/** The first name met twice in the same object of a valid JSON text, of those that `matters` picks by name, depth (1 = outermost) and the names of the members around, the nearest first. */
export function repeatedMember(
  text: string,
  matters: (name: string, depth: number, parents: readonly (string | undefined)[]) => boolean,
): string | undefined {
  const open: Open[] = [];
  let string: string | undefined;
  for (const [piece] of text.matchAll(PIECE)) {
    const inner = open.at(-1);
    if (piece === "{" || piece === "[") {
      open.push({ isObject: piece === "{", names: new Set(), parent: inner?.name, name: undefined });
    } else if (piece === "}" || piece === "]") {
      open.pop();
    } else if (piece === ":" && inner?.isObject && string !== undefined) {
      inner.name = JSON.parse(string) as string;
      const parents = () => open.map(({ parent }) => parent).toReversed();
      if (inner.names.has(inner.name) && matters(inner.name, open.length, parents())) return inner.name;
      inner.names.add(inner.name);
    }
    string = piece.startsWith('"') ? piece : undefined;
  }
  return undefined;
}

/** Objects and arrays inside each other, the outermost counted. */
export function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [piece] of text.matchAll(PIECE)) {
    if (piece === "{" || piece === "[") deepest = Math.max(deepest, ++depth);
    else if (piece === "}" || piece === "]") depth--;
  }
  return deepest;
}
