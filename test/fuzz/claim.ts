// What a target says when something is wrong: a claim that is the same for the same mistake, and what was seen this time.

export type Kind = "trap" | "hang" | "broken" | "disagreement";

export interface Claim {
  readonly kind: Kind;
  /** The same text for the same mistake. */
  readonly text: string;
  /** What was seen, for people. */
  readonly detail: string;
}

/** Thrown by a target's checks. */
export class BrokenClaim extends Error {
  readonly claim: Claim;

  constructor(claim: Claim) {
    super(`${claim.text}: ${claim.detail}`);
    this.claim = claim;
  }
}

/** A rule that holds for every message. */
export function hold(good: boolean, text: string, detail: () => string = () => ""): void {
  if (!good) throw new BrokenClaim({ kind: "broken", text, detail: detail() });
}

/** Two that must say the same. */
export function agree(left: unknown, right: unknown, text: string): void {
  if (left === right) return;
  throw new BrokenClaim({ kind: "disagreement", text, detail: `${show(left)} and ${show(right)}` });
}

/** The same for bytes. */
export function agreeBytes(left: Uint8Array, right: Uint8Array, text: string): void {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  if (at === left.length && left.length === right.length) return;
  const detail = `${left.length} and ${right.length} bytes, first difference at ${at}`;
  throw new BrokenClaim({ kind: "disagreement", text, detail });
}

/** What an execution that threw came to. `stepsLeft` 0: the codec was stopped, because it would not end. */
export function claimOf(error: unknown, stepsLeft: number): Claim {
  if (error instanceof BrokenClaim) return error.claim;
  if (error instanceof WebAssembly.RuntimeError) {
    if (stepsLeft === 0) {
      return { kind: "hang", text: "The time does not grow with the length alone", detail: "" };
    }
    return { kind: "trap", text: `The codec traps: ${error.message}`, detail: frames(error) };
  }
  if (!(error instanceof Error)) throw error;
  // Numbers in a message are of this input.
  return {
    kind: "broken",
    text: `${error.name}: ${error.message.replaceAll(/\d+/g, "n")}`,
    detail: frames(error),
  };
}

function frames(error: Error): string {
  return (error.stack ?? "").split("\n").slice(1, 5).map((line) =>
    line.trim().replace(/\(.*\/(.*)\)/, "($1)")
  ).join(" ");
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
