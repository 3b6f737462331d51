// A browser that stops reading while it makes the relay talk: what it does not read waits in the relay's send buffer, until that is full.

import { callsFigure, callsThrough, residentMiB, startRelayForCalls } from "../calls.ts";
import { frame, RawBrowser, repeated } from "../raw_browser.ts";
import type { Run } from "../run.ts";

const CALLS = { rate: 200, seconds: 8 };
/** A long id comes back in each ERROR: the operating system has buffers of some MiB of its own, which have to fill up first. */
const ID = "slow".repeat(60);
const OFFERS = 20;
const BATCHES = 2_500;
const GROWTH_LIMIT = 96;

export const run: Run = {
  name: "slow-reader",
  shows:
    "a browser that asks without end and reads nothing: closed when its send buffer is full, calls go on",
  async perform(say) {
    await using relay = await startRelayForCalls();
    let end = { code: 0, bytes: 0, isEnd: false };
    let sent = 0;
    let growth = 0;
    const attack = async () => {
      const before = residentMiB(relay.target.pid);
      using browser = await RawBrowser.open(relay.http, "slow");
      const offers = repeated(frame(offerToNobody()), OFFERS);
      const start = performance.now();
      for (let batch = 0; batch < BATCHES && await browser.send(offers); batch++) {
        sent += OFFERS;
        growth = Math.max(growth, residentMiB(relay.target.pid) - before);
      }
      // what was sent before the end is still to be read: no more than the buffers of both ends hold
      end = await browser.end();
      const seconds = (performance.now() - start) / 1e3;
      say(`${sent} OFFERs, then ${end.bytes} bytes to read, close ${end.code}, ${seconds.toFixed(1)} s`);
    };
    const trial = await callsThrough(relay, CALLS, { meanwhile: attack });
    // of all the ERRORs only what the buffers hold: the rest was never written
    const isClosed = end.isEnd && end.bytes < sent * ID.length;
    return {
      kept: trial.share === 1 && isClosed && growth < GROWTH_LIMIT,
      figure: `${callsFigure(trial)}; ${isClosed ? `closed with ${end.code || "a reset"}` : "NOT closed"}; ` +
        `memory +${growth.toFixed(0)} MiB`,
      figures: { completed: trial.share, p99: trial.added.p99 ?? -1, isClosed, sent, growth },
    };
  },
};

function offerToNobody(): Uint8Array {
  const offer = {
    messageType: "OFFER",
    offererSessionId: ID,
    seq: 1,
    tieBreaker: 1,
    sdp: "v=0\r\n",
    to: "nobody",
  };
  return new TextEncoder().encode(JSON.stringify(offer));
}
