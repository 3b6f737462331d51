// Which room of the house a file stands in.

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

export interface Place {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  /** The first folder: wasm, core, runtime, bench, test. "" for a file at the root. */
  readonly room: string;
  /** The second folder, "" for a file of the room's own root. */
  readonly folder: string;
  readonly isTest: boolean;
}

/** The place of a file given by its name, or by a relative import from another place. */
export function roomOf(name: string, from?: Place): Place {
  const base = new URL(from?.path ?? "", "file:///");
  const slashed = name.replaceAll("\\", "/");
  const within = slashed.startsWith(ROOT) ? slashed.slice(ROOT.length) : slashed;
  const path = decodeURIComponent(new URL(within, base).pathname).slice(1);
  const folders = path.split("/").slice(0, -1);
  return { path, room: folders[0] ?? "", folder: folders[1] ?? "", isTest: /_test\.tsx?$/.test(path) };
}
