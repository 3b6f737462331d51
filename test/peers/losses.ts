// What a hop has lost once has to come again.

import assert from "node:assert/strict";
import type { Hop, Way } from "./hop.ts";

export type Loss = readonly [way: Way, short: string];

/** The lost message came again as it was, after T1. */
export function isRepeated(hop: Hop, [way, short]: Loss): void {
  const [first, second] = hop.all(way, short);
  assert.ok(
    first !== undefined && second !== undefined,
    `No second ${way} ${short}:\n${hop.story.join("\n")}`,
  );
  assert.ok(first.lost && !second.lost, hop.story.join("\n"));
  assert.deepEqual(second.bytes, first.bytes);
  const waited = second.at - first.at;
  assert.ok(waited > 350 && waited < 2000, `It came again after ${waited} ms`);
}
