// How a run goes, for people: one line that is rewritten on a terminal, a line every ten seconds elsewhere.

import type { Progress } from "./campaign.ts";

const QUIET_SECONDS = 10;
const encoder = new TextEncoder();

export class ProgressLine {
  readonly #terminal = Deno.stderr.isTerminal();
  #last = 0;
  #open = false;

  show(state: Progress): void {
    if (this.#terminal) {
      write(`\r\x1b[K${lineOf(state)}`);
      this.#open = true;
    } else if (state.seconds - this.#last >= QUIET_SECONDS) {
      this.#last = state.seconds;
      write(`${lineOf(state)}\n`);
    }
  }

  /** The target's last line stays. */
  end(state: Progress): void {
    write(`${this.#open ? "\r\x1b[K" : ""}${lineOf(state)}\n`);
    this.#last = 0;
    this.#open = false;
  }
}

export function lineOf(state: Progress): string {
  const rate = state.seconds > 0 ? state.executions / state.seconds : 0;
  return [
    state.name.padEnd(12),
    `${state.seconds.toFixed(0)} s`,
    `${state.executions} executions`,
    `${Math.round(rate)}/s`,
    `corpus ${state.corpus}`,
    `coverage ${state.blocks} blocks, ${state.points} points`,
    `finds ${state.finds}`,
  ].join("  ");
}

function write(text: string): void {
  Deno.stderr.writeSync(encoder.encode(text));
}
