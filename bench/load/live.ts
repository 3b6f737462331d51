// Progress on the terminal: one line, drawn anew several times a second.

import type { Progress } from "./generator/options.ts";

const BARS = "▁▂▃▄▅▆▇█";
const HISTORY = 24;
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
    const line = lineOf(progress, {
      label: this.#label,
      processors,
      answered: this.#answered,
      delays: this.#delays,
    });
    this.#write(ERASE + clipped(line, this.#columns() - 1));
  }

  /** Leaves the line to others. */
  clear(): void {
    this.#write(ERASE);
  }
}

export interface LineOptions {
  readonly label: string;
  /** Of the target. */
  readonly processors: number;
  /** Calls answered a second, and p99 of their delay, one for each progress. */
  readonly answered: readonly number[];
  readonly delays: readonly number[];
}

export function lineOf(progress: Progress, { label, processors, answered, delays }: LineOptions): string {
  const { phase, open, registered, failed, active, p99, elapsed } = progress;
  const head = `${label}  ${phase} ${(elapsed / 1e3).toFixed(1)} s`;
  if (phase === "opening") {
    return `${head}  ${open} browsers${registered > 0 ? `, ${registered} phones` : ""} logged in`;
  }
  return [
    head,
    `${sparkline(answered)} ${Math.round(answered.at(-1) ?? 0)}/s answered`,
    `p99 ${sparkline(delays)} ${p99 === null ? "-" : p99.toFixed(0)} ms`,
    `${active} under way`,
    `${failed} failed`,
    `${processors.toFixed(2)} processors`,
  ].join("  ");
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
