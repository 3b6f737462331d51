// Garbage at the SIP port as fast as one core makes it, while calls go on through that very port.

import { callsFigure, callsThrough, residentMiB, startRelayForCalls } from "../calls.ts";
import type { Run } from "../run.ts";

const CALLS = { rate: 100, seconds: 6 };
const MILLIS = 5_000;
/** A datagram that finds the kernel's queue full is lost, whosever it is; SIP repeats its own. */
const SHARE = 0.95;
const GROWTH_LIMIT = 64;
const FLOOD = new URL("../flood.ts", import.meta.url).pathname;

export const run: Run = {
  name: "garbage",
  shows: `datagrams of garbage at full speed: at least ${SHARE * 100} % of the calls complete all the same`,
  async perform(say) {
    await using relay = await startRelayForCalls();
    let growth = 0;
    let perSecond = 0;
    const attack = async () => {
      const before = residentMiB(relay.target.pid);
      const { host, port } = relay.udp[0]!;
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--allow-ffi", FLOOD, host, String(port), String(MILLIS)],
        stdin: "null",
        stderr: "inherit",
      }).output();
      perSecond = Number(new TextDecoder().decode(stdout)) / MILLIS * 1e3;
      growth = residentMiB(relay.target.pid) - before;
      say(`${perSecond.toFixed(0)} datagrams a second`);
    };
    const trial = await callsThrough(relay, CALLS, { meanwhile: attack });
    say(
      `${trial.drops.target} of all datagrams found the queue full, the peers repeated ${trial.retransmissions.answers}`,
    );
    return {
      kept: trial.share >= SHARE && growth < GROWTH_LIMIT && perSecond > 0,
      figure: `${callsFigure(trial)} among ${perSecond.toFixed(0)} datagrams a second; memory +${
        growth.toFixed(0)
      } MiB`,
      figures: {
        completed: trial.share,
        p99: trial.added.p99 ?? -1,
        perSecond,
        dropped: trial.drops.target,
        growth,
      },
    };
  },
};
