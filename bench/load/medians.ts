// Several trials of one target at one rate as one.

import type { Cost, Delays, Trial } from "./trial.ts";

/** Each figure the median of its own, counts added up. Nothing of no trials. */
export function medians(rounds: readonly (readonly Trial[])[]): Trial[] {
  return rounds.flatMap((trials) => {
    const [first] = trials;
    return first === undefined ? [] : [medianOf(first, trials)];
  });
}

/** The middle one, the lower of two; null when there is none. */
export function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((one, other) => one - other);
  return sorted[(sorted.length - 1) >> 1] ?? null;
}

function medianOf(first: Trial, trials: readonly Trial[]): Trial {
  const sum = (value: (trial: Trial) => number) => trials.reduce((total, trial) => total + value(trial), 0);
  const delays = (value: (trial: Trial) => Delays): Delays => ({
    count: sum((trial) => value(trial).count),
    p50: median(trials.map((trial) => value(trial).p50)),
    p99: median(trials.map((trial) => value(trial).p99)),
    p999: median(trials.map((trial) => value(trial).p999)),
    most: median(trials.map((trial) => value(trial).most)),
  });
  const cost = (value: (trial: Trial) => Cost): Cost => ({
    perCall: median(trials.map((trial) => value(trial).perCall)),
    processors: median(trials.map((trial) => value(trial).processors)) ?? 0,
    resolution: value(first).resolution,
  });
  const [started, completed] = [sum((trial) => trial.started), sum((trial) => trial.completed)];
  return {
    ...first,
    started,
    completed,
    failed: sum(({ failed }) => failed),
    share: started === 0 ? 1 : completed / started,
    sides: [sum(({ sides }) => sides[0]), sum(({ sides }) => sides[1])],
    causes: causesOf(trials),
    setUp: delays(({ setUp }) => setUp),
    added: delays(({ added }) => added),
    lag: delays(({ lag }) => lag),
    logins: delays(({ logins }) => logins),
    registrations: delays(({ registrations }) => registrations),
    retransmissions: {
      invites: sum(({ retransmissions }) => retransmissions.invites),
      answers: sum(({ retransmissions }) => retransmissions.answers),
      byes: sum(({ retransmissions }) => retransmissions.byes),
      registers: sum(({ retransmissions }) => retransmissions.registers),
      invitesAgain: sum(({ retransmissions }) => retransmissions.invitesAgain),
      answersAgain: sum(({ retransmissions }) => retransmissions.answersAgain),
      byesAgain: sum(({ retransmissions }) => retransmissions.byesAgain),
    },
    cost: cost(({ cost }) => cost),
    generator: cost(({ generator }) => generator),
    others: median(trials.map(({ others }) => others)) ?? 0,
    drops: { target: sum(({ drops }) => drops.target), generator: sum(({ drops }) => drops.generator) },
    strays: sum(({ strays }) => strays),
    unsent: sum(({ unsent }) => unsent),
    left: sum(({ left }) => left),
  };
}

function causesOf(trials: readonly Trial[]): Record<string, number> {
  const causes: Record<string, number> = {};
  for (const trial of trials) {
    for (const [cause, times] of Object.entries(trial.causes)) causes[cause] = (causes[cause] ?? 0) + times;
  }
  return causes;
}
