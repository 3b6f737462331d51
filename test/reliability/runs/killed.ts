// kill -9 of one of two shards while both have calls.

import { LOST } from "../../../bench/load/generator/calls.ts";
import { holderOf } from "../../../bench/load/process_figures.ts";
import type { Trial } from "../../../bench/load/trial.ts";
import { callsThrough, millis, percent, type Relay, startRelayForCalls } from "../calls.ts";
import type { Run } from "../run.ts";
import { Stranger } from "../stranger.ts";

/** The first shard has the public SIP port. */
const VICTIMS = [1, 0, 1];
const CALLS = { rate: 400, seconds: 8 };
/** Milliseconds. */
const BEFORE = 3_000;
const BACK = 5_000;
/** Of the calls at the shard that lives. */
const SHARE = 0.995;
const NOBODY = 404;

interface Kill {
  readonly trial: Trial;
  /** Milliseconds until the shard has taken a call again. */
  readonly back: number;
  /** Calls under way at the shard, and WebSockets that broke. */
  readonly lost: number;
  readonly broken: number;
  /** Completed of all the other calls. */
  readonly share: number;
}

export const run: Run = {
  name: "killed",
  shows: `kill -9 of one of two shards, ${VICTIMS.length} times: only its own calls are lost, ${
    SHARE * 100
  } % of the others complete, and within ${BACK / 1e3} s it takes calls again`,
  async perform(say) {
    const kills: Kill[] = [];
    for (const victim of VICTIMS) {
      await using relay = await startRelayForCalls(["--shards", "2"]);
      const kill = await killAmid(relay, victim);
      kills.push(kill);
      say(`shard ${victim}: ${describe(kill)}`);
    }
    const worst = (value: (kill: Kill) => number) => Math.max(...kills.map(value));
    const [back, p99] = [worst((kill) => kill.back), worst(({ trial }) => trial.added.p99 ?? Infinity)];
    const share = Math.min(...kills.map((kill) => kill.share));
    const lost = kills.map((kill) => kill.lost);
    return {
      // both had calls, and nothing was lost that had its WebSocket elsewhere
      kept: share >= SHARE && back <= BACK && lost.every((count) => count > 0),
      figure: `${lost.join(", ")} calls lost with ${
        kills.map(({ broken }) => broken).join(", ")
      } WebSockets; ${percent(share, 1)} of the others complete, p99 ${
        millis(p99)
      } added; it takes calls again after ${kills.map((kill) => millis(kill.back)).join(", ")}`,
      figures: { lost: lost.join(", "), share, p99, back, others: worst(({ trial }) => trial.others) },
    };
  },
};

async function killAmid(relay: Relay, victim: number): Promise<Kill> {
  const address = relay.udp[victim]!;
  using stranger = new Stranger(address);
  let back = Infinity;
  const meanwhile = async () => {
    await new Promise((resolve) => setTimeout(resolve, BEFORE));
    const pid = holderOf(relay.target.pid, address.port);
    if (pid === undefined || pid === relay.target.pid) throw new Error(`Shard ${victim} has no process`);
    Deno.kill(pid, "SIGKILL");
    const start = performance.now();
    const status = await stranger.answer();
    back = performance.now() - start;
    if (status !== NOBODY) throw new Error(`Shard ${victim} answers a call to nobody with ${status}`);
  };
  const trial = await callsThrough(relay, CALLS, { meanwhile });
  const lost = trial.causes[LOST] ?? 0;
  const broken = Object.entries(trial.causes).reduce(
    (sum, [cause, count]) => cause.startsWith("WebSocket: ") ? sum + count : sum,
    0,
  );
  return { trial, back, lost, broken, share: trial.completed / (trial.started - lost) };
}

function describe({ trial, back, lost, broken, share }: Kill): string {
  const { started, completed, added, causes } = trial;
  const others = Object.entries(causes).filter(([cause]) =>
    cause !== LOST && !cause.startsWith("WebSocket: ")
  )
    .map(([cause, count]) => `, ${count} × ${cause}`).join("");
  return `${lost} calls lost with ${broken} WebSockets, ${completed} of the other ${
    started - lost
  } completed (${percent(share, 1)}${others}), p99 ${millis(added.p99)} added, a call taken after ${
    millis(back)
  }`;
}
