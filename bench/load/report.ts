// Trials as text.

import { table } from "../table.ts";
import type { Cost, Trial } from "./trial.ts";

/** All of one trial. */
export function describe(trial: Trial): string {
  const { setUp, added, lag, logins, registrations, memory, drops, backlog, sides } = trial;
  const delays = [
    ["set-up", setUp],
    ["added by the target", added],
    ["of it, generator late", lag],
    ["login", logins],
    ["registration", registrations],
  ] as const;
  const rows = delays.filter(([, { count }]) => count > 0).map(([name, each]) => [
    name,
    ...[each.p50, each.p99, each.p999, each.most].map(milliseconds),
    String(each.count),
  ]);
  return [
    `${trial.target} at ${trial.rate} calls/s for ${trial.seconds} s: ${trial.completed} of ${trial.started} completed ` +
    `(near side ${sides[0]}, far side ${sides[1]}), ${trial.failed} failed`,
    ...causesOf(trial),
    "",
    table([["delay", "p50", "p99", "p99.9", "most", "count"], ...rows]),
    "",
    `  processor time  ${costOf(trial.cost)}; generator ${costOf(trial.generator)}`,
    `  disturbance     ${trial.others.toFixed(2)} processors in use by others`,
    memory === null
      ? "  memory          unknown: no process of the target is known"
      : `  memory          ${memory.rss.toFixed(0)} MiB resident, ${
        memory.pss.toFixed(0)
      } MiB proportional, ` +
        `${memory.sockets} sockets, ${memory.processes} processes`,
    `  in set-up       ${backlog[0].toFixed(1)} calls in the second third, ${
      backlog[1].toFixed(1)
    } in the last`,
    `  retransmitted   ${retransmitted(trial)}`,
    `  lost            ${drops.target} datagrams at the target's full buffers, ${drops.generator} at the generator's, ` +
    `${trial.unsent} not sent`,
    `  population      ${trial.browsers} browsers that call, ${trial.idle} idle, ${trial.registered} registrations, ${trial.pings} pings answered`,
    ...(trial.strays === 0 ? [] : [`  strays          ${trial.strays} messages of no call under way`]),
    ...(trial.left === 0 ? [] : [`  left            ${trial.left} calls without an end`]),
  ].join("\n");
}

/** A line a trial. */
export function summary(trials: readonly Trial[], remarks: readonly string[] = []): string {
  const heads = [
    "target, calls/s",
    "completed",
    "set-up p50",
    "p99",
    "added p50",
    "p99",
    "p99.9",
    "µs/call",
    "processors",
    "generator",
    "others",
    "repeats",
    "",
  ];
  const rows = trials.map((trial, at) => [
    `${trial.target} ${trial.rate}`,
    percent(trial.share),
    milliseconds(trial.setUp.p50),
    milliseconds(trial.setUp.p99),
    milliseconds(trial.added.p50),
    milliseconds(trial.added.p99),
    milliseconds(trial.added.p999),
    trial.cost.perCall?.toFixed(0) ?? "-",
    trial.cost.processors.toFixed(2),
    trial.generator.perCall?.toFixed(0) ?? "-",
    trial.others.toFixed(2),
    String(repeats(trial)),
    remarks[at] ?? "",
  ]);
  return table([heads, ...rows]);
}

export function milliseconds(value: number | null): string {
  if (value === null) return "-";
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share === 1 || share < 0.995 ? 1 : 2)} %`;
}

/** Messages that either side sent again. */
export function repeats(
  { retransmissions: { invites, answers, byes, registers, ...theirs } }: Trial,
): number {
  const ours = invites + answers + byes + registers;
  return ours + theirs.invitesAgain + theirs.answersAgain + theirs.byesAgain;
}

function retransmitted({ retransmissions: sent }: Trial): string {
  return `by us ${sent.invites} INVITE, ${sent.answers} 200, ${sent.byes} BYE, ${sent.registers} REGISTER; ` +
    `by the target ${sent.invitesAgain} INVITE, ${sent.answersAgain} 200, ${sent.byesAgain} BYE`;
}

function costOf({ perCall, processors, resolution }: Cost): string {
  if (resolution === "unknown") return "unknown";
  const call = perCall === null ? "no call completed" : `${perCall.toFixed(0)} µs a call`;
  return `${call}, ${processors.toFixed(2)} processors (${resolution})`;
}

function causesOf({ causes }: Trial): string[] {
  return Object.entries(causes).sort(([, one], [, other]) => other - one).map(([cause, times]) =>
    `  ${String(times).padStart(7)} × ${cause}`
  );
}
