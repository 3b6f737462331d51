// Progress on the terminal: one line, drawn anew several times a second.

import type { Progress } from "./generator/options.ts";

const BARS = "▁▂▃▄▅▆▇█";
const HISTORY = 24;
const COLUMNS = 80;
const ERASE = "\x1b[2K\r";

export class Live {
  readonly #write: (text: string) => void;
  readonly #columns: () => number;
  readonly #answered: number[] = [];
  readonly #delays: number[] = [];
  #label = "";
  #phase = "";
  #at = 0;

  constructor(options: { write: (text: string) => void; columns: () => number }) {
    this.#write = options.write;
    this.#columns = options.columns;
  }

  /** A new trial begins. */
  begin(label: string): void {
    this.#label = label;
    this.#answered.length = 0;
    this.#delays.length = 0;
  }

  show(progress: Progress, processors: number): void {
    if (progress.phase !== this.#phase) this.#at = 0;
    const seconds = (progress.elapsed - this.#at) / 1e3;
    this.#phase = progress.phase;
    this.#at = progress.elapsed;
    if (progress.phase !== "opening") {
      keep(this.#answered, seconds > 0.05 ? progress.answered / seconds : this.#answered.at(-1) ?? 0);
      keep(this.#delays, progress.p99 ?? 0);
    }
    const columns = this.#columns() - 1;
    const line = lineOf(progress, {
      label: this.#label,
      processors,
      answered: this.#answered,
      delays: this.#delays,
      columns,
    });
    this.#write(ERASE + clipped(line, columns));
  }

  /** Leaves the line to others. */
  clear(): void {
    this.#write(ERASE);
  }
}

/** On standard error, undefined when that is no terminal. */
export function terminalLive(): Live | undefined {
  if (!Deno.stderr.isTerminal()) return undefined;
  const encoder = new TextEncoder();
  return new Live({
    write: (text) => void Deno.stderr.writeSync(encoder.encode(text)),
    columns: columnsOf,
  });
}

function columnsOf(): number {
  try {
    return Deno.consoleSize().columns || COLUMNS;
  } catch {
    return COLUMNS; // standard input and output are elsewhere
  }
}

export interface LineOptions {
  readonly label: string;
  /** Of the target. */
  readonly processors: number;
  /** Calls answered a second, and p99 of their delay, one for each progress. */
  readonly answered: readonly number[];
  readonly delays: readonly number[];
  /** Of the terminal. */
  readonly columns: number;
}

export function lineOf(
  progress: Progress,
  { label, processors, answered, delays, columns }: LineOptions,
): string {
  const { phase, open, registered, failed, active, p99, elapsed } = progress;
  const head = `${label}  ${phase} ${(elapsed / 1e3).toFixed(1)} s`;
  if (phase === "opening") {
    return `${head}  ${open} browsers${registered > 0 ? `, ${registered} phones` : ""} logged in`;
  }
  const rate = `${Math.round(answered.at(-1) ?? 0)}/s`;
  const delay = `p99 ${p99 === null ? "-" : p99.toFixed(0)} ms`;
  const rest = `${active} calls  ${failed} failed  ${processors.toFixed(2)} cpu`;
  // The figures have to be there; the curves have what is left of the line.
  const room = columns - [head, rate, delay, rest].join("  ").length - 2;
  const length = Math.min(HISTORY, Math.floor(room / 2));
  const curve = (values: readonly number[]) => length < 3 ? "" : ` ${sparkline(values.slice(-length + 1))}`;
  return [head, rate + curve(answered), delay + curve(delays), rest].join("  ");
}

/** Heights against the greatest of them. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, Number.MIN_VALUE);
  return values.map((value) => BARS[Math.min(BARS.length - 1, Math.floor(value / most * BARS.length))]).join(
    "",
  );
}

/** No longer than a line: a second one would not be erased. */
function clipped(text: string, columns: number): string {
  const letters = [...text];
  return letters.length <= columns ? text : letters.slice(0, Math.max(columns - 1, 0)).join("") + "…";
}

function keep(values: number[], value: number): void {
  values.push(value);
  if (values.length > HISTORY) values.shift();
}
