// One reliability run: something goes wrong with a relay in processes of its own, and what its calls notice of it.

export interface Outcome {
  /** Whether what is promised was kept. */
  readonly kept: boolean;
  /** For a person: one line. */
  readonly figure: string;
  readonly figures: Readonly<Record<string, number | string | boolean>>;
}

export interface Run {
  /** As in `deno task reliability NAME`. */
  readonly name: string;
  /** What happens, and what is promised. */
  readonly shows: string;
  /** @throws Error when it could not be tried at all */
  perform(say: (text: string) => void): Promise<Outcome>;
}
