// One reliability run: something goes wrong with a relay in processes of its own, and what its calls notice of it.

import type { Live } from "../../bench/load/live.ts";

export interface Outcome {
  /** Whether what is promised was kept. */
  readonly kept: boolean;
  /** For a person: one line. */
  readonly figure: string;
  readonly figures: Readonly<Record<string, number | string | boolean>>;
}

export interface RunOptions {
  /** Calls of `memory`, after its warm-up; undefined: enough for a look. */
  readonly calls: number | undefined;
  /** Whether pictures and figures go to bench/results. */
  readonly save: boolean;
  /** Where and with what, for the foot of a picture. */
  readonly where: string;
  /** A line on the terminal that shows how it goes; undefined: there is none. */
  readonly live: Live | undefined;
}

export interface Run {
  /** As in `deno task reliability NAME`. */
  readonly name: string;
  /** What happens, and what is promised. */
  readonly shows: string;
  /** @throws Error when it could not be tried at all */
  perform(say: (text: string) => void, options: RunOptions): Promise<Outcome>;
}
