// Three times the calls that the relay can bear, and then hardly any.

import { browsersFor } from "../../../bench/load/options.ts";
import { findKnee } from "../../../bench/load/sweep.ts";
import { Caller } from "../caller.ts";
import { callsThrough, millis, percent, residentMiB, startRelayForCalls } from "../calls.ts";
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

export const run: Run = {
  name: "overload",
  shows:
    `${FACTOR} times the knee: new calls are refused, ${SHARE * 100} % of the knee complete, memory stays ` +
    `below ${CEILING_MIB} MiB, and ${RECOVERY / 1e3} s later every call is taken`,
  async perform(say) {
    await using relay = await startRelayForCalls();
    const { knee } = await findKnee({
      search: SEARCH,
      trial: (rate) => callsThrough(relay, { rate, ...TRIAL }),
      say,
    });
    if (knee === 0) throw new Error("No rate was borne: there is no knee to take three times");
    await using caller = await Caller.open(relay.http);
    let memory = 0;
    const watch = setInterval(() => memory = Math.max(memory, residentMiB(relay.target.pid)), 100);
    const browsers = browsersFor(2 * knee, { hold: 1_000, answerDelay: 10 });
    const rate = FACTOR * knee;
    const trial = await callsThrough(relay, { rate, browsers, ...OVERLOAD });
    const { over } = trial;
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(0, over + RECOVERY + 1e3 - performance.now()))
    );
    clearInterval(watch);
    const recovery = Math.max(0, caller.lastRefusal - over);
    const wereAnswered = caller.answers.filter(({ at }) => at > over + RECOVERY).length > 0;
    const perSecond = trial.completed / OVERLOAD.seconds;
    const refused = Object.entries(trial.causes).filter(([cause]) => cause.includes("503"))
      .reduce((sum, [, count]) => sum + count, 0);
    const delays = caller.answers.map(({ delay }) => delay).sort((left, right) => left - right);
    const delay = delays[Math.floor(delays.length * 0.99)] ?? null;
    const lost = trial.started - trial.completed - refused;
    say(`a refusal or its like took at most ${millis(delay)} in 99 % of cases`);
    return {
      kept: perSecond >= SHARE * knee && memory < CEILING_MIB && recovery <= RECOVERY && wereAnswered,
      figure:
        `knee ${knee}/s, of ${rate}/s ${perSecond.toFixed(0)}/s completed (${
          percent(perSecond, knee)
        } of the knee), ${refused} refused, ${lost} lost otherwise, p99 ${millis(trial.added.p99)} added; ` +
        `${memory.toFixed(0)} MiB; all taken after ${(recovery / 1e3).toFixed(1)} s; ${
          trial.others.toFixed(1)
        } processors in use by others`,
      figures: {
        knee,
        rate,
        perSecond,
        refused,
        lost,
        p99: trial.added.p99 ?? -1,
        memory,
        recovery,
        cost: trial.cost.perCall ?? -1,
        others: trial.others,
      },
    };
  },
};
