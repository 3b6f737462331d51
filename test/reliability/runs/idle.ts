// Ten thousand browsers that are only there, while others call.

import type { Progress } from "../../../bench/load/generator/options.ts";
import { idleCost, idleKilobytes, type IdleLook, idleSentence, lookIdle } from "../../../bench/load/idle.ts";
import { callsFigure, callsThrough, startRelayForCalls } from "../calls.ts";
import type { Run } from "../run.ts";

const IDLE = 10_000;
/** Long enough that each is pinged, and its pong awaited. */
const CALLS = { rate: 500, seconds: 60 };
/** KB of memory for each, the kernel's included. */
const LIMIT = 25;
const SHARE = 0.999;

export const run: Run = {
  name: "idle",
  shows:
    `${IDLE} idle browsers and ${CALLS.rate} calls a second for ${CALLS.seconds} s: all stay, calls complete, each of the idle costs ` +
    `at most ${LIMIT} KB`,
  async perform(say, { live }) {
    await using relay = await startRelayForCalls();
    const { pid } = relay.target;
    // Of a relay that has done nothing yet: what it grows by its first logins counts, rather than that they find room already.
    const before = lookIdle(pid);
    let after: IdleLook | undefined;
    let open = 0;
    const progress = (progress: Progress, processors: number) => {
      live?.show(progress, processors);
      if (progress.phase === "opening") return;
      if (after === undefined) open = progress.open;
      after ??= lookIdle(pid);
    };
    live?.begin("idle");
    const trial = await callsThrough(relay, { ...CALLS, idle: IDLE }, { progress });
    live?.clear();
    if (after === undefined || trial.memory === null) throw new Error("Nobody logged in");
    const cost = idleCost(before, after, open);
    say(idleSentence(cost));
    say(
      `${trial.idle} of ${IDLE} still there, ${trial.pings} pings answered, logins p99 ${trial.logins.p99} ms; ` +
        `${trial.memory.rss.toFixed(0)} MiB resident at the end of the calls`,
    );
    const each = idleKilobytes(cost);
    const broken = Object.keys(trial.causes).some((cause) => cause.startsWith("WebSocket: "));
    const allStay = !broken && trial.idle === IDLE && trial.pings >= IDLE;
    return {
      kept: allStay && trial.share >= SHARE && each <= LIMIT,
      figure: `${callsFigure(trial)}; ${trial.idle} stayed and answered ${trial.pings} pings; ${
        idleSentence(cost)
      }`,
      figures: {
        completed: trial.share,
        p99: trial.added.p99 ?? -1,
        pings: trial.pings,
        stayed: trial.idle,
        ...cost,
        each,
        atEnd: trial.memory.rss,
        others: trial.others,
      },
    };
  },
};
