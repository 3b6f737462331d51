// The knee: the highest arrival rate at which a target does all it is asked, in time and without falling behind.

import type { Trial } from "./trial.ts";

/** What a rate has to keep to count as borne. */
export const BORNE = {
  /** Completed of those started. */
  share: 0.995,
  /** Set-up delay that 99 % stay below, in milliseconds, without what the answering side takes on purpose. */
  p99: 100,
  /** Calls in set-up over the last third against those over the second third, with an allowance for chance. */
  growth: 1.5,
  allowance: 20,
  /** Beyond this the generator itself was late: milliseconds that 99 % of its sendings stay below. */
  lag: 50,
  /** Processors that others may use meanwhile: a trial that is disturbed more, and was too much, says nothing. */
  others: 0.25,
} as const;

/** Trials of a rate that are too much before it is believed, and trials of it at all. */
const REFUSALS = 2;
const TRIALS = 3;

export const DEFINITION =
  `the highest rate at which at least ${
    BORNE.share * 100
  } % of the calls complete, 99 % are answered with at most ` +
  `${BORNE.p99} ms added, and calls in set-up do not pile up`;

/** Why a rate was too much; "" = it was borne. */
export function tooMuch({ share, added, backlog: [middle, last], lag, others }: Trial): string {
  const remark = failing({ share, added, backlog: [middle, last], lag });
  return remark !== "" && others > BORNE.others ? `${remark}, disturbed` : remark;
}

function failing(
  { share, added, backlog: [middle, last], lag }: Pick<Trial, "share" | "added" | "backlog" | "lag">,
): string {
  if (lag.p99 !== null && lag.p99 > BORNE.lag) return "the generator was late";
  if (share < BORNE.share) return `${(share * 100).toFixed(1)} % completed`;
  if (added.p99 === null || added.p99 > BORNE.p99) return `p99 ${added.p99?.toFixed(0) ?? "-"} ms`;
  if (last > BORNE.growth * middle + BORNE.allowance) return "calls pile up";
  return "";
}

export interface Search {
  /** Calls a second of the first trial. */
  readonly from: number;
  /** No rate above this is tried. */
  readonly to: number;
  /** Rates grow by this until one is too much. */
  readonly factor?: number;
  /** The search ends when the knee is known this well. */
  readonly precision?: number;
}

/** How a rate went. */
export type Verdict = "borne" | "too much" | "disturbed";

export function verdictOn(trial: Trial): Verdict {
  const remark = tooMuch(trial);
  return remark === "" ? "borne" : remark.endsWith("disturbed") ? "disturbed" : "too much";
}

/** Asks for rates and hears how they went: upwards until one is too much twice, then between. */
export class KneeFinder {
  readonly #to: number;
  readonly #factor: number;
  readonly #precision: number;
  #borne = 0;
  #refused = Infinity;
  #next: number | undefined;
  /** Trials of the rate that is asked for, and how many of them were too much. */
  #trials = 0;
  #refusals = 0;

  constructor({ from, to, factor = 1.5, precision = 1.08 }: Search) {
    this.#to = to;
    this.#factor = factor;
    this.#precision = precision;
    this.#next = Math.min(from, to);
  }

  /** The rate to be tried, undefined = the search is over. */
  get next(): number | undefined {
    return this.#next;
  }

  /** The highest rate that was borne, 0 = none was. */
  get knee(): number {
    return this.#borne;
  }

  /** Whether a higher rate was too much: otherwise the knee lies above all that was tried. */
  get isFound(): boolean {
    return this.#refused < Infinity;
  }

  /** How the rate of `next` went. */
  add(verdict: Verdict): void {
    const rate = this.#next;
    if (rate === undefined) throw new RangeError("The search is over");
    this.#trials++;
    if (verdict === "borne") this.#borne = Math.max(this.#borne, rate);
    else {
      if (verdict === "too much") this.#refusals++;
      if (this.#refusals < REFUSALS && this.#trials < TRIALS) return;
      this.#refused = rate;
    }
    this.#trials = this.#refusals = 0;
    this.#next = this.#choose();
  }

  #choose(): number | undefined {
    if (!this.isFound) {
      return this.#borne >= this.#to ? undefined : Math.min(Math.round(this.#borne * this.#factor), this.#to);
    }
    if (this.#borne === 0) {
      const lower = Math.floor(this.#refused / 2);
      return lower < 1 ? undefined : lower;
    }
    if (this.#refused / this.#borne <= this.#precision) return undefined;
    const between = Math.round(Math.sqrt(this.#borne * this.#refused));
    return between === this.#borne || between === this.#refused ? undefined : between;
  }
}
