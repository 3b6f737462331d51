// Three times the calls that the relay can bear, and then hardly any.

import { median } from "../../../bench/load/medians.ts";
import { browsersFor } from "../../../bench/load/options.ts";
import { findKnee } from "../../../bench/load/sweep.ts";
import { Caller } from "../caller.ts";
import { callsThrough, millis, percent, type Relay, residentMiB, startRelayForCalls } from "../calls.ts";
import type { Run } from "../run.ts";

const FACTOR = 3;
const SHARE = 0.8;
const RECOVERY = 5_000;
/** The whole process; README.md says how it comes about. */
const CEILING_MIB = 1_024;
/** Coarse: what is taken three times need not be known to a percent. */
const SEARCH = { from: 500, to: 20_000, factor: 2, precision: 1.2 };
const TRIAL = { seconds: 4, warmUp: 2 };
const OVERLOAD = { seconds: 10, warmUp: 3 };
/** A shared machine is half as fast in one minute as in the next: each round finds the knee anew, and the share is the median of them. */
const ROUNDS = 3;
/** Calls that are refused, not WebSockets. */
const REFUSAL = "ERROR 503";

interface Round {
  /** Calls a second. */
  readonly knee: number;
  /** Calls a second, at so many times the knee. */
  readonly completed: number;
  /** Of the knee. */
  readonly share: number;
  readonly refused: number;
  readonly lost: number;
  /** Milliseconds. */
  readonly p99: number | null;
  readonly memory: number;
  /** Milliseconds from the end of the overload to the last refusal. */
  readonly recovery: number;
  readonly wereAnswered: boolean;
  /** Milliseconds until a refusal came, in 99 % of cases. */
  readonly delay: number | null;
  readonly others: number;
}

export const run: Run = {
  name: "overload",
  shows:
    `${FACTOR} times the knee: new calls are refused, ${SHARE * 100} % of the knee complete, memory stays ` +
    `below ${CEILING_MIB} MiB, and ${RECOVERY / 1e3} s later every call is taken`,
  async perform(say) {
    await using relay = await startRelayForCalls();
    const rounds: Round[] = [];
    for (let count = 0; count < ROUNDS; count++) {
      const { knee } = await findKnee({
        search: SEARCH,
        trial: (rate) => callsThrough(relay, { rate, ...TRIAL }),
        say,
      });
      if (knee === 0) throw new Error("No rate was borne: there is no knee to take three times");
      const round = await overload(relay, knee);
      rounds.push(round);
      say(told(round));
    }
    const share = median(rounds.map((round) => round.share)) ?? 0;
    const middle = rounds.find((round) => round.share === share)!;
    const worst = (value: (round: Round) => number) => Math.max(...rounds.map(value));
    const [memory, recovery, lost] = [
      worst((round) => round.memory),
      worst((round) => round.recovery),
      worst((round) => round.lost),
    ];
    return {
      kept: share >= SHARE && memory < CEILING_MIB && recovery <= RECOVERY &&
        rounds.every(({ wereAnswered }) => wereAnswered),
      figure: `${told(middle)} (the median of ${ROUNDS} rounds, ${
        rounds.map((round) => percent(round.share, 1)).join(", ")
      }); at most ${lost} lost otherwise, ${memory.toFixed(0)} MiB, all taken after ${
        (recovery / 1e3).toFixed(1)
      } s`,
      figures: {
        knee: middle.knee,
        rate: FACTOR * middle.knee,
        completed: middle.completed,
        share,
        shares: rounds.map((round) => round.share.toFixed(3)).join(" "),
        refused: middle.refused,
        lost,
        p99: middle.p99 ?? -1,
        memory,
        recovery,
        others: worst(({ others }) => others),
      },
    };
  },
};

async function overload(relay: Relay, knee: number): Promise<Round> {
  await using caller = await Caller.open(relay.http);
  let memory = 0;
  const watch = setInterval(() => memory = Math.max(memory, residentMiB(relay.target.pid)), 100);
  const browsers = browsersFor(2 * knee, { hold: 1_000, answerDelay: 10 });
  const trial = await callsThrough(relay, { rate: FACTOR * knee, browsers, ...OVERLOAD });
  const { over } = trial;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, over + RECOVERY + 1e3 - performance.now())));
  clearInterval(watch);
  const completed = trial.completed / OVERLOAD.seconds;
  const refused = Object.entries(trial.causes).filter(([cause]) => cause.startsWith(REFUSAL))
    .reduce((sum, [, count]) => sum + count, 0);
  const delays = caller.answers.map(({ delay }) => delay).sort((left, right) => left - right);
  return {
    knee,
    completed,
    share: completed / knee,
    refused,
    lost: trial.started - trial.completed - refused,
    p99: trial.added.p99,
    memory,
    recovery: Math.max(0, caller.lastRefusal - over),
    wereAnswered: caller.answers.some(({ at }) => at > over + RECOVERY),
    delay: delays[Math.floor(delays.length * 0.99)] ?? null,
    others: trial.others,
  };
}

function told({ knee, completed, share, refused, p99, delay, others }: Round): string {
  return `of ${FACTOR * knee}/s ${completed.toFixed(0)}/s completed, ${
    percent(share, 1)
  } of the knee, ${knee}/s; ${refused} refused, within ${millis(delay)} in 99 % of cases; p99 ${
    millis(p99)
  } added; ${others.toFixed(1)} processors in use by others`;
}
