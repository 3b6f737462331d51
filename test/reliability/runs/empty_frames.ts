// 100,000 frames without a payload, of each kind that may be empty, each kind on a WebSocket of its own.

import { callsFigure, callsThrough, residentMiB, startRelayForCalls } from "../calls.ts";
import { frame, RawBrowser, repeated } from "../raw_browser.ts";
import type { Run } from "../run.ts";

const FRAMES = 100_000;
const EMPTY = new Uint8Array();
/** 1000: what is not refused is over then. */
const CLOSE = new Uint8Array([3, 232]);
/** RFC 6455 section 5.2: a text, a fragment that never ends, a ping, a pong that nobody asked for. */
const KINDS = [
  { name: "texts", frames: repeated(frame(EMPTY), FRAMES), closes: false },
  {
    name: "fragments",
    frames: new Uint8Array([...frame(EMPTY, 1, false), ...repeated(frame(EMPTY, 0, false), FRAMES - 1)]),
    closes: true,
  },
  { name: "pings", frames: repeated(frame(EMPTY, 9), FRAMES), closes: true },
  { name: "pongs", frames: repeated(frame(EMPTY, 10), FRAMES), closes: true },
] as const;
const CALLS = { rate: 200, seconds: 8 };
const GROWTH_LIMIT = 64;

export const run: Run = {
  name: "empty-frames",
  shows:
    `${FRAMES} empty texts, fragments, pings and pongs, a WebSocket each: it is closed or served, calls go on`,
  async perform(say) {
    await using relay = await startRelayForCalls();
    const ends: string[] = [];
    let growth = 0;
    const attack = async () => {
      const before = residentMiB(relay.target.pid);
      for (const { name, frames, closes } of KINDS) {
        using browser = await RawBrowser.open(relay.http, `empty-${name}`);
        const start = performance.now();
        const sending = browser.send(frames).then((taken) =>
          taken && closes && browser.send(frame(CLOSE, 8))
        );
        const { code, bytes } = await browser.end();
        await sending;
        ends.push(`${name} ${code === 0 ? "cut off" : code}`);
        say(
          `${name}: close ${code} after ${
            (performance.now() - start).toFixed(0)
          } ms, ${bytes} bytes in answer`,
        );
      }
      growth = residentMiB(relay.target.pid) - before;
    };
    const trial = await callsThrough(relay, CALLS, { meanwhile: attack });
    return {
      kept: trial.share === 1 && growth < GROWTH_LIMIT && ends.length === KINDS.length,
      figure: `${callsFigure(trial)}; ${ends.join(", ")}; memory +${growth.toFixed(0)} MiB`,
      figures: { completed: trial.share, p99: trial.added.p99 ?? -1, ends: ends.join(", "), growth },
    };
  },
};
